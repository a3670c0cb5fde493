"""A catalogue for each test, in every database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import catalogue_url, note
from sqlalchemy import Engine

from rag.catalogue.engine import open_catalogue


@pytest.fixture
def catalogue(tmp_path: Path, database: str) -> Iterator[Engine]:
    """An empty catalogue."""
    engine = open_catalogue(catalogue_url(note(tmp_path, database)), str(tmp_path))
    yield engine
    engine.dispose()
