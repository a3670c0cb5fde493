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
from qdrant_client import QdrantClient
from stores import EdgeStore, ServerStore, Store

from rag.ports import Index

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


@pytest.fixture
def fake(folder: Path) -> Iterator[FakeQdrant]:
    with fake_qdrant(folder / "fake") as server:
        yield server


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
