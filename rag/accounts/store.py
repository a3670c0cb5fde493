"""The registry and the clock, as every part of accounts uses them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from rag import database

Clock = Callable[[], float]  # seconds since 1970, UTC
DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Store:
    """Times in the registry are whole seconds since 1970, UTC."""

    engine: Engine
    clock: Clock = time.time

    def now(self) -> int:
        """The time."""
        return int(self.clock())

    def reading(self) -> AbstractContextManager[Connection]:
        """One consistent view.

        Raises:
            CatalogueError: it cannot be read.
        """
        return database.reading(self.engine)

    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction: all of it, or none.

        Raises:
            CatalogueBusy: another process has been writing for too long.
            StorageError: the disk is full or read-only.
        """
        return database.writing(self.engine, database.place(self.engine))
