"""A registry of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from office import Clock, Office, office
from sqlalchemy import Engine

from rag.registry.engine import open_registry, sqlite_url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Engine]:
    engine = open_registry(sqlite_url(tmp_path), "le registre")
    yield engine
    engine.dispose()


@pytest.fixture
def desk(registry: Engine, clock: Clock) -> Office:
    return office(registry, clock)
