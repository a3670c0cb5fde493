"""A server over a small data folder, for the tests of the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from serving import Served, serving
from small_folder import filled


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over such a folder."""
    with serving(filled(tmp_path_factory.mktemp("served"))) as running:
        yield running
