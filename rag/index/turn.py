"""One process at a time brings an index after the catalogue, however many may.

Two at once would be wrong, not only wasteful: the slower one writes what it read before the other
one began, over what that one wrote. The lock is a file beside the SQLite catalogue, or PostgreSQL's
own, which the system lets go of when its holder dies.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Engine

from rag import postgres
from rag.database import translated
from rag.errors import IndexBusy

LOCK_FILE = "index.lock"
LOCK = "outbox"  # on PostgreSQL
PLACE = "catalogue"
WAIT_SECONDS = 10.0
LOOK_SECONDS = 0.02


@contextmanager
def turn(engine: Engine) -> Iterator[None]:
    """Hold the catalogue's outbox; waits for who holds it.

    Raises:
        IndexBusy: they take too long.
    """
    if engine.dialect.name == postgres.NAME:
        with translated(PLACE), postgres.asking(engine, LOCK) as try_again:
            _wait(try_again, PLACE)
            yield
    elif not engine.url.database:
        yield
    else:
        path = Path(engine.url.database).with_name(LOCK_FILE)
        with path.open("a") as handle:
            _wait(lambda: _locked(handle), str(path.parent))
            yield


def _locked(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(try_again: Callable[[], bool], where: str) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not try_again():
        if time.monotonic() > until:
            raise _busy(where)
        time.sleep(LOOK_SECONDS)


def _busy(where: str) -> IndexBusy:
    return IndexBusy(
        "un autre processus met l'index à jour",
        where=where,
        remedy="attendez qu'il ait fini, puis recommencez",
    )
