"""A journal for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from keeping import opened

from rag.journal.journal import Journal


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with opened(tmp_path) as journal:
        yield journal
