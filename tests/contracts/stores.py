"""Places for an index, of every kind."""

from __future__ import annotations

from pathlib import Path

from brute_force import DIMENSION

from rag.index.edge import EdgeIndex
from rag.index.server import ServerIndex
from rag.ports import Index


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
