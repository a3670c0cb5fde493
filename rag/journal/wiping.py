"""What is deleted leaves the disk too: SQLite otherwise keeps it in free pages and its log."""

from __future__ import annotations

from contextlib import closing

from sqlalchemy import Connection, Engine

from rag.database import translated
from rag.journal.pen import PLACE


def overwrite(connection: Connection) -> None:
    """What this connection deletes from now on is overwritten with zeros."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def empty_log(engine: Engine) -> None:
    """Fold the write-ahead log, which holds older pages, into the file, as far as readers allow."""
    if engine.dialect.name != "sqlite":
        return
    with translated(PLACE), closing(engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
