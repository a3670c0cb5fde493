"""One process at a time writes texts into a catalogue.

The lock is a file of the data folder, or PostgreSQL's own where that holds the catalogue: the data
folders of the servers that share it are then not the same.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Engine

from rag import postgres
from rag.database import translated
from rag.errors import CatalogueBusy, StorageError

LOCK_FILE = "ingest.lock"
LOCK = "texts"  # on PostgreSQL
PLACE = "catalogue"


@contextmanager
def exclusive(data: Path, engine: Engine) -> Iterator[None]:
    """Hold the catalogue for this process; the system lets go of it if the process dies.

    Raises:
        CatalogueBusy: another process holds it.
        StorageError: the folder cannot be written.
    """
    if engine.dialect.name == postgres.NAME:
        with translated(PLACE), postgres.asking(engine, LOCK) as try_again:
            if not try_again():
                raise _busy(PLACE)
            yield
        return
    with _opened(data) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _busy(str(data)) from error
        yield


def _opened(data: Path) -> IO[str]:
    try:
        data.mkdir(parents=True, exist_ok=True)
        return (data / LOCK_FILE).open("a")
    except OSError as error:
        raise StorageError(
            f"impossible d'écrire dans ce dossier ({error.strerror})",
            where=str(data),
            remedy="donnez le droit d'y écrire, ou choisissez un autre dossier avec --data",
        ) from error


def _busy(where: str) -> CatalogueBusy:
    return CatalogueBusy(
        "une autre commande met les textes à jour en ce moment",
        where=where,
        remedy="attendez qu'elle ait fini, puis relancez celle-ci",
    )
