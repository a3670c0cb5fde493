"""The socket in the data folder: how the commands reach the server that holds the index.

Its path may be longer than the 107 bytes that the system takes for one, so the folder is opened
first and the socket named through it.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

NAME = "server.sock"
BACKLOG = 128


def listening(folder: Path) -> socket.socket:
    """A socket that only the owner of the folder can open, instead of one left by a dead server.

    Call it only while holding the index: then no other server listens.
    """
    remove(folder)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)  # mode 0600 from its making on
    try:
        _through(folder, made.bind)
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    finally:
        os.umask(before)
    return made


def connected(folder: Path, seconds: float) -> socket.socket | None:
    """A connection to the server, None when none listens or may be reached."""
    if not (folder / NAME).exists():
        return None
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(seconds)
    try:
        _through(folder, made.connect)
    except OSError:
        made.close()
        return None
    return made


def remove(folder: Path) -> None:
    """Take the socket away, if it is there."""
    with suppress(FileNotFoundError):
        (folder / NAME).unlink()


def _through(folder: Path, action: Callable[[str], None]) -> None:
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        action(f"/proc/self/fd/{handle}/{NAME}")
    finally:
        os.close(handle)
