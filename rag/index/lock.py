"""One owner at a time: a lock on a folder that the kernel lets go when its process dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from rag.errors import IndexBusy

LOCK = "lock"


class FolderLock:
    """Holds `folder`/lock from its making until `release`.

    It is held against every other opening, in this process too. Raises IndexBusy when another
    holds it, OSError when the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            holder = _holder(os.pread(self._file, 32, 0))
            os.close(self._file)
            raise _busy(folder, holder) from busy
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Let others in; once released, does nothing."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)


def _holder(note: bytes) -> str:
    """Who holds the lock, by the number its process noted down."""
    if note == str(os.getpid()).encode():
        return "ce même processus"
    return f"le processus {note.decode()}" if note.isdigit() else "un autre processus"


def _busy(folder: Path, holder: str) -> IndexBusy:
    return IndexBusy(
        f"l'index est déjà ouvert par {holder}",
        where=str(folder),
        remedy="Arrêtez-le (par exemple `referent serve`) ou attendez qu'il finisse, "
        "puis recommencez.",
    )
