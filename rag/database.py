"""Opens databases (SQLite in WAL mode, or any that SQLAlchemy speaks to); transactions, errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from rag.errors import CatalogueBusy, CatalogueError, NewerSchema, StorageError

BUSY_SECONDS = 10  # how long a writer waits for another before it says so

_TREE = "tree"  # execution option: the tree of the database
_FULL = ("disk is full", "disk full", "disk i/o error")
_READ_ONLY = ("readonly", "read-only", "unable to open database file")


@dataclass(frozen=True, slots=True)
class Tree:
    """The migrations of one database, and how messages name it."""

    named: str  # in French, without article: "catalogue"
    migrations: str  # "package:folder", as Alembic reads it
    known: tuple[str, ...]  # revisions, oldest first
    version_table: str = "alembic_version"  # one a tree, where trees share a database
    changed: Callable[[Connection], None] | None = None  # last in every writing transaction

    @property
    def head(self) -> str:
        """The newest revision."""
        return self.known[-1]


def open_database(url: str, where: str, tree: Tree) -> Engine:
    """Open it and bring its schema up to date; `where` names it in messages.

    Raises:
        NewerSchema: made by a later release.
        StorageError: its folder or disk cannot be written or read.
        CatalogueError: damaged, or something else.
    """
    engine = create_engine(url, connect_args=_connect_args(url), execution_options={_TREE: tree})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    with translated(where, tree.named):
        _migrate(engine, where, tree)
    return engine


def _connect_args(url: str) -> dict[str, Any]:
    return {"timeout": BUSY_SECONDS} if url.startswith("sqlite") else {}


def _tune_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event opens transactions, not sqlite3
    # FULL: a transaction that was acknowledged survives a power cut, not only a killed process.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-65536",
        "mmap_size=268435456",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads, then writes, never fails half-way."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _migrate(engine: Engine, where: str, tree: Tree) -> None:
    found = _revision(engine, tree)
    if found == tree.head:
        return
    if found is not None and found not in tree.known:
        raise NewerSchema(
            f"le {tree.named} vient d'une version plus récente de Référent (schéma {found}, "
            f"connu ici : {tree.head})",
            where=where,
            remedy="installez cette version ou une plus récente, ou choisissez un autre --data",
        )
    _upgrade(engine, tree)


def _revision(engine: Engine, tree: Tree) -> str | None:
    with reading(engine) as connection:
        if not inspect(connection).has_table(tree.version_table):
            return None
        query = text(f"SELECT version_num FROM {tree.version_table}")
        return connection.execute(query).scalar()


def _upgrade(engine: Engine, tree: Tree) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", tree.migrations)
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        config.attributes["version_table"] = tree.version_table
        command.upgrade(config, "head")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of a database, which blocks no writer.

    Raises:
        CatalogueError: it cannot be read.
    """
    with (
        translated(engine.url.database or _tree(engine).named, _tree(engine).named),
        engine.connect().execution_options(reading=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def writing(engine: Engine, where: str) -> Iterator[Connection]:
    """One transaction: all of it, or none.

    Raises:
        CatalogueBusy: another process has been writing for too long.
        StorageError: the disk is full or read-only; nothing was changed.
    """
    tree = _tree(engine)
    with translated(where, tree.named), engine.begin() as connection:
        yield connection
        if tree.changed is not None:
            tree.changed(connection)


@contextmanager
def translated(where: str, named: str = "catalogue") -> Iterator[None]:
    """Turn the database's errors into ours."""
    try:
        yield
    except (DatabaseError, sqlite3.Error) as error:
        raise _translate(error, where, named) from error


def _tree(engine: Engine) -> Tree:
    found: Tree = engine.get_execution_options()[_TREE]
    return found


def _translate(error: Exception, where: str, named: str) -> CatalogueError:
    said = str(getattr(error, "orig", error)).lower()
    if "locked" in said or "busy" in said:
        return CatalogueBusy(
            f"un autre processus écrit dans le {named}",
            where=where,
            remedy="attendez qu'il ait fini, puis relancez la commande",
        )
    if any(mark in said for mark in _FULL):
        return StorageError(
            "disque plein : rien n'a été enregistré",
            where=where,
            remedy="libérez de la place, puis relancez la commande",
        )
    if any(mark in said for mark in _READ_ONLY) and isinstance(
        error, OperationalError | sqlite3.OperationalError
    ):
        return StorageError(
            "dossier ou disque en lecture seule",
            where=where,
            remedy="donnez le droit d'y écrire, ou choisissez un autre dossier avec --data",
        )
    return CatalogueError(
        f"{named} illisible : {said}",
        where=where,
        remedy="restaurez une sauvegarde, ou supprimez ce dossier et ingérez de nouveau",
    )
