"""A server over a small data folder, for the tests of the API."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Served, serving
from small_folder import filled

# fake_qdrant is there
sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over such a folder."""
    with serving(filled(tmp_path_factory.mktemp("served"))) as running:
        yield running
