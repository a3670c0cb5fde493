"""Who is told how far a run is."""

from __future__ import annotations

from typing import Protocol


class Observer(Protocol):
    """Is told how far a run is; a progress bar, or nothing."""

    def source(self, name: str, done: int, total: int) -> None:
        """`done` of `total` sources are read; `name` comes next."""

    def embedding(self, done: int, total: int) -> None:
        """Of the passages of the text at hand."""

    def indexing(self, done: int, total: int) -> None:
        """Of the points of the whole run."""


class Silent:
    """An Observer that says nothing."""

    def source(self, name: str, done: int, total: int) -> None: ...
    def embedding(self, done: int, total: int) -> None: ...
    def indexing(self, done: int, total: int) -> None: ...
