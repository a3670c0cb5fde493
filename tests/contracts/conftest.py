"""Every Index adapter, behind one way to open it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from brute_force import DIMENSION
from fake_qdrant import FakeQdrant, fake_qdrant
from openapi import Description
from qdrant_client import QdrantClient

from rag.index.edge import EdgeIndex
from rag.index.server import ServerIndex
from rag.ports import Index

REAL = os.environ.get("REFERENT_TEST_QDRANT_URL", "")


class Store:
    """A place for one index; `open` may be called again once the last one opened is closed."""

    def __init__(self) -> None:
        self.opened: list[Index] = []

    def open(self, dimension: int = DIMENSION) -> Index:
        index = self._open(dimension)
        self.opened.append(index)
        return index

    def close(self) -> None:
        for index in self.opened:
            index.close()

    def _open(self, dimension: int) -> Index:
        raise NotImplementedError


class EdgeStore(Store):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def _open(self, dimension: int) -> Index:
        return EdgeIndex(self._folder, dimension)


class ServerStore(Store):
    def __init__(self, url: str, collection: str) -> None:
        super().__init__()
        self._url = url
        self._collection = collection

    def _open(self, dimension: int) -> Index:
        return ServerIndex(self._url, self._collection, dimension, timeout=20)


@pytest.fixture(scope="session")
def qdrant_api(shared: Path) -> Description:
    """Qdrant's own description of its interface."""
    return Description(shared / "specs" / "qdrant-openapi-1.19.json")


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeQdrant]:
    with fake_qdrant(tmp_path / "fake") as server:
        yield server


@pytest.fixture(params=["edge", "server", *(["qdrant"] if REAL else [])])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A new, empty place for an index, of every kind."""
    with _place(request, tmp_path) as place:
        yield place
        place.close()


@contextmanager
def _place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "edge":
        yield EdgeStore(tmp_path / "index")
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
