"""A registry of its own for each test, in every database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import note, registry_url
from office import Clock, Office, office
from sqlalchemy import Engine

from rag.registry.engine import open_registry


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(tmp_path: Path, database: str) -> Iterator[Engine]:
    engine = open_registry(registry_url(note(tmp_path, database)), "le registre")
    yield engine
    engine.dispose()


@pytest.fixture
def desk(registry: Engine, clock: Clock) -> Office:
    return office(registry, clock)
