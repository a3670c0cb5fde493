"""Every Index adapter, behind one way to open it."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from fake_qdrant import FakeQdrant, fake_qdrant
from openapi_description import Description
from qdrant_client import QdrantClient
from stores import EdgeStore, ServerStore, Store

from rag.ports import Index

ROOT = Path(__file__).parents[2]
LARGEST = 50_000  # characters of a request that is checked: a big batch takes seconds
REAL = os.environ.get("REFERENT_TEST_QDRANT_URL", "")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: each test syncs a dozen files to disk."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="référent-") as made:
        yield Path(made)


@pytest.fixture(scope="session")
def description() -> Description | None:
    """Qdrant's own description of its interface, where the workplace has it."""
    shared = Path(os.environ.get("REFERENT_SHARED", ROOT.parent / "shared"))
    path = shared / "specs" / "qdrant-openapi-1.19.json"
    return Description(path) if path.exists() else None


@pytest.fixture
def fake(folder: Path, description: Description | None) -> Iterator[FakeQdrant]:
    """A server whose every exchange is checked against Qdrant's description, where it is there."""
    with fake_qdrant(folder / "fake") as server:
        yield server
    for exchange in server.exchanges if description else ():
        if len(str(exchange.body)) < LARGEST:
            description.check(exchange)


@pytest.fixture(params=["edge", "server", *(["qdrant"] if REAL else [])])
def store(request: pytest.FixtureRequest, folder: Path) -> Iterator[Store]:
    """A new, empty place for an index, of every kind."""
    with _place(request, folder) as place:
        yield place
        place.close()


@contextmanager
def _place(request: pytest.FixtureRequest, folder: Path) -> Iterator[Store]:
    if request.param == "edge":
        yield EdgeStore(folder / "index")
    elif request.param == "server":
        yield ServerStore(request.getfixturevalue("fake").url, "référent")
    else:
        collection = f"test-{uuid.uuid4().hex}"
        yield ServerStore(REAL, collection)
        with closing(QdrantClient(REAL, check_compatibility=False)) as client:
            client.delete_collection(collection)


@pytest.fixture
def index(store: Store) -> Index:
    return store.open()
