"""What PostgreSQL needs that SQLite does not: connections over a network, and one writer at a time.

SQLite lets one transaction write at a time, and what is written relies on it: the outbox's numbers
are committed in their order, and what a transaction read stays true until it ends. Here an
advisory lock, which the server lets go of with the transaction or its connection, gives the same.
Locks are of one database: trees that share one do not wait for each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from rag.errors import CatalogueError

NAME = "postgresql"
# One moment of the database for a whole transaction, as SQLite's WAL gives it.
VIEW = {"isolation_level": "REPEATABLE READ"}
_CONNECTING = {
    "connect_timeout": 5,  # seconds
    "application_name": "referent",
    "keepalives_idle": 60,  # seconds: a lock is held by a connection that says nothing
}
_KEY_BYTES = 8  # a lock is a signed number of 64 bits


def engine_of(address: URL, options: dict[str, Any]) -> Engine:
    """An engine whose connections are tried before they are used: a server may start again."""
    given = {name: value for name, value in _CONNECTING.items() if name not in address.query}
    from rag.postgres_text import tune

    engine = create_engine(
        address.set(drivername=f"{NAME}+psycopg"),
        connect_args=given,
        pool_pre_ping=True,
        hide_parameters=True,  # questions and names stay out of tracebacks
        execution_options=options,
    )
    event.listen(engine, "connect", tune)
    return engine


def take_pen(connection: Connection, tree: str, seconds: float) -> None:
    """Wait to be the one who writes to this tree, until the transaction ends.

    Raises:
        OperationalError: others have been writing for longer than `seconds`.
    """
    milliseconds = max(1, round(seconds * 1000))  # 0 would be for ever
    connection.exec_driver_sql(
        f"SET LOCAL lock_timeout = {milliseconds}; SELECT pg_advisory_xact_lock({_key(tree)})"
    )


@contextmanager
def asking(engine: Engine, name: str) -> Iterator[Callable[[], bool]]:
    """A try, to be made as often as wanted: True once this process holds `name`, until the end."""
    query = text("SELECT pg_try_advisory_xact_lock(:key)")
    with engine.connect().execution_options(reading=True) as connection, connection.begin():
        # Whoever holds a lock says nothing for as long as the work takes.
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield lambda: bool(connection.execute(query, {"key": _key(name)}).scalar())


def check_encoding(connection: Connection, where: str) -> None:
    """Before the first table is made.

    Raises:
        CatalogueError: the database does not keep every character.
    """
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise CatalogueError(
            f"cette base est en {encoding} : elle ne garde pas tous les caractères",
            where=where,
            remedy="créez-la par `createdb --encoding=UTF8 --template=template0`",
        )


def _key(name: str) -> int:
    digest = hashlib.sha256(f"referent {name}".encode()).digest()
    return int.from_bytes(digest[:_KEY_BYTES], signed=True)
