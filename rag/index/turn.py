"""One process at a time brings an index after the catalogue, however many may.

Two at once would be wrong, not only wasteful: the slower one writes what it read before the other
one began, over what that one wrote. The lock is a file beside the SQLite catalogue, which the
system lets go of when its holder dies.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Engine

from rag.errors import IndexBusy

LOCK_FILE = "index.lock"
WAIT_SECONDS = 10.0
LOOK_SECONDS = 0.02


@contextmanager
def turn(engine: Engine) -> Iterator[None]:
    """Hold the catalogue's outbox; waits for who holds it.

    Raises:
        IndexBusy: they take too long.
    """
    if engine.dialect.name != "sqlite" or not engine.url.database:
        yield
        return
    path = Path(engine.url.database).with_name(LOCK_FILE)
    with path.open("a") as handle:
        _wait(handle, path)
        yield


def _wait(handle: IO[str], path: Path) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            if time.monotonic() > until:
                raise _busy(path) from busy
            time.sleep(LOOK_SECONDS)
        else:
            return


def _busy(path: Path) -> IndexBusy:
    return IndexBusy(
        "un autre processus met l'index à jour",
        where=str(path.parent),
        remedy="attendez qu'il ait fini, puis recommencez",
    )
