"""A catalogue for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from rag.catalogue.engine import open_catalogue, sqlite_url


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Engine]:
    """An empty catalogue in a folder."""
    engine = open_catalogue(sqlite_url(tmp_path), str(tmp_path))
    yield engine
    engine.dispose()
