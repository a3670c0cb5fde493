"""What tests of every package share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import postgres
import pytest
from postgres import Cluster

from rag.catalogue.engine import open_catalogue
from rag.registry.engine import open_registry

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The read-only data of the workplace; tests that need it are skipped where it is not."""
    folder = Path(os.environ.get("REFERENT_SHARED", ROOT.parent / "shared"))
    if not (folder / "corpora").is_dir():
        pytest.skip(f"no data at {folder} (set REFERENT_SHARED to the folder that holds corpora/)")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Cluster]:
    """A PostgreSQL server; tests that need it are skipped where none is installed."""
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    with postgres.cluster() as running:
        yield running


@pytest.fixture(scope="session")
def postgres_model(postgres_server: Cluster) -> str:
    """The name of a database to be copied, which holds an empty catalogue and registry."""
    name = postgres_server.create()
    for open_tree in (open_catalogue, open_registry):
        open_tree(postgres_server.url(name), "test").dispose()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every database in turn: the address of one of the test's own, "" for SQLite in its folder.

    `databases.SQLITE_ONLY` marks what is about SQLite's own files.
    """
    if request.param == "sqlite":
        yield ""
        return
    server: Cluster = request.getfixturevalue("postgres_server")
    name = server.create(request.getfixturevalue("postgres_model"))
    yield server.url(name)
    server.drop(name)
