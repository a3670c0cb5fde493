"""A PostgreSQL for tests: a throw-away cluster made from Debian's packages, a database a test.

It listens on a Unix socket alone, and nothing of it is made durable: it is gone with the tests.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

INSTALLED = Path("/usr/lib/postgresql")
MISSING = "no PostgreSQL here: `apt-get install postgresql` (`make test` does, as root)"
OWNER = "referent"  # the cluster's superuser
SECONDS = 30.0
_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_SMALL = ("shared_buffers=32MB", "max_connections=60", "autovacuum=off", "jit=off")
# French rules of sorting, which are not those of the bytes: nothing may rest on either.
_FRENCH = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=fr")


@dataclass
class Cluster:
    """A running server."""

    socket: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql://{OWNER}@/{name}?host={self.socket}"

    def create(self, like: str = "template0") -> str:
        """The name of a new database, empty or as the one `like`."""
        name = f"t{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {like}")
        return name

    def drop(self, name: str) -> None:
        """Whoever is connected to it."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def run(self, statement: str, name: str = "postgres") -> None:
        """Run it, in a transaction of its own."""
        with psycopg.connect(
            dbname=name, user=OWNER, host=str(self.socket), autocommit=True
        ) as connection:
            connection.execute(statement.encode())


def binaries() -> Path | None:
    """The folder of the newest server's programs, None when none is installed."""
    found = [path.parent for path in INSTALLED.glob("*/bin/initdb")]
    return max(found, key=lambda path: float(path.parent.name), default=None)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server of its own, stopped and deleted at the end.

    Raises:
        LookupError: none is installed.
    """
    programs = binaries()
    if programs is None:
        raise LookupError(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="referent-pg-"))  # short: a socket's path is
    try:
        user = _user(folder)
        _made(programs, folder, user)
        with _running(programs, folder, user):
            yield Cluster(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user(folder: Path) -> str | None:
    """Who runs it: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return None
    entry = pwd.getpwnam("postgres")
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return entry.pw_name


def _made(programs: Path, folder: Path, user: str | None) -> None:
    line = [programs / "initdb", "--pgdata", folder / "data", "--username", OWNER, *_FRENCH]
    more = ("--auth=trust", "--no-sync", "--no-instructions")
    subprocess.run([*line, *more], check=True, capture_output=True, user=user, cwd=folder)


@contextmanager
def _running(programs: Path, folder: Path, user: str | None) -> Iterator[None]:
    settings = [*_NOT_DURABLE, *_SMALL, "listen_addresses=", f"unix_socket_directories={folder}"]
    line = [programs / "postgres", "-D", folder / "data"]
    line += [part for each in settings for part in ("-c", each)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(line, stdout=log, stderr=log, user=user, cwd=folder) as server,
    ):
        try:
            _wait(folder)
            yield
        finally:
            server.send_signal(signal.SIGINT)  # what PostgreSQL calls fast: it waits for no client


def _wait(folder: Path) -> None:
    until = time.monotonic() + SECONDS
    while True:
        try:
            Cluster(folder).run("SELECT 1")
        except psycopg.OperationalError:
            assert time.monotonic() < until, (folder / "log").read_text("utf-8")
            time.sleep(0.05)
        else:
            return
