"""One process at a time writes texts into a data folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import CatalogueBusy, StorageError

LOCK_FILE = "ingest.lock"


@contextmanager
def exclusive(data: Path) -> Iterator[None]:
    """Hold the folder for this process; the system lets go of it if the process dies.

    Raises:
        CatalogueBusy: another process holds it.
        StorageError: the folder cannot be written.
    """
    path = data / LOCK_FILE
    try:
        data.mkdir(parents=True, exist_ok=True)
        handle = path.open("a")
    except OSError as error:
        raise StorageError(
            f"impossible d'écrire dans ce dossier ({error.strerror})",
            where=str(data),
            remedy="donnez le droit d'y écrire, ou choisissez un autre dossier avec --data",
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CatalogueBusy(
                "une autre commande met ce dossier à jour en ce moment",
                where=str(data),
                remedy="attendez qu'elle ait fini, puis relancez celle-ci",
            ) from error
        yield
