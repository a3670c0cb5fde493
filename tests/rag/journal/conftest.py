"""A journal for each test, in every database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import note
from keeping import opened

from rag.journal.journal import Journal


@pytest.fixture
def tmp_path(tmp_path: Path, database: str) -> Path:
    """A folder whose journal is in it, or in PostgreSQL."""
    return note(tmp_path, database)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with opened(tmp_path) as journal:
        yield journal
