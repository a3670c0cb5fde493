"""Opens databases (SQLite in WAL mode, or PostgreSQL), and gives transactions on them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, TimeoutError

from rag import postgres
from rag.database_errors import translate
from rag.errors import NewerSchema, SettingsError

SQLITE = "sqlite"
LOOK_SECONDS = 0.02
BUSY_SECONDS = 10  # how long a writer waits for another before it says so

_ALEMBIC = Lock()  # its `op` is one for the whole process, whatever the thread
_TREE = "tree"  # execution option: the tree of the database


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
        SettingsError: not the address of an SQLite or PostgreSQL database.
        NewerSchema: made by a later release.
        StorageError: its folder or disk cannot be written or read.
        CatalogueError: damaged, out of reach, or something else.
    """
    engine = _engine(_address(url, where), {_TREE: tree})
    event.listen(engine, "begin", _begin_writing)
    try:
        with translated(where, tree.named):
            _migrate(engine, where, tree)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _address(url: str, where: str) -> URL:
    """Nothing of what is given is told: it may hold a password."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        address = None
    if address is None or address.get_backend_name() not in {SQLITE, postgres.NAME}:
        raise SettingsError(
            "adresse de base de données inutilisable",
            where=where,
            remedy="donnez postgresql://compte:motdepasse@serveur/base ou sqlite:////chemin ; "
            "dans le mot de passe, écrivez « @ : / % » en %40 %3A %2F %25",
        ) from None
    return address


def _engine(address: URL, options: dict[str, Any]) -> Engine:
    if address.get_backend_name() == postgres.NAME:
        return postgres.engine_of(address, options)
    engine = create_engine(
        address,
        connect_args={"timeout": BUSY_SECONDS},
        hide_parameters=True,  # questions and names stay out of tracebacks
        execution_options=options,
    )
    event.listen(engine, "connect", _tune_sqlite)
    return engine


def _tune_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event opens transactions, not sqlite3
    _write_ahead(connection)
    # FULL: a transaction that was acknowledged survives a power cut, not only a killed process.
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-65536",
        "mmap_size=268435456",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Two processes that make a database at once: SQLite refuses the second without waiting."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(LOOK_SECONDS)


def _begin_writing(connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads, then writes, never fails half-way."""
    options = connection.get_execution_options()
    alone = not options.get("reading", False)
    if connection.dialect.name == SQLITE:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if alone else "BEGIN")
    elif alone:
        postgres.take_pen(connection, options[_TREE].version_table, BUSY_SECONDS)


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
    _upgrade(engine, where, tree)


def _revision(engine: Engine, tree: Tree) -> str | None:
    with reading(engine) as connection:
        if not inspect(connection).has_table(tree.version_table):
            return None
        query = text(f"SELECT version_num FROM {tree.version_table}")
        return connection.execute(query).scalar()


def _upgrade(engine: Engine, where: str, tree: Tree) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", tree.migrations)
    config.set_main_option("path_separator", "os")
    with _ALEMBIC, engine.begin() as connection:
        if engine.dialect.name == postgres.NAME:
            postgres.check_encoding(connection, where)
        config.attributes["connection"] = connection
        config.attributes["version_table"] = tree.version_table
        command.upgrade(config, "head")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of a database, which blocks no writer.

    Raises:
        CatalogueError: it cannot be read.
    """
    view = postgres.VIEW if engine.dialect.name == postgres.NAME else {}
    with (
        translated(place(engine), _tree(engine).named),
        engine.connect().execution_options(reading=True, **view) as connection,
        connection.begin(),
    ):
        yield connection


def place(engine: Engine) -> str:
    """Names a database in messages: its file, or what it is. Of an address nothing is said: in one
    that is written badly, any part may hold some of the password."""
    file = engine.url.database if engine.dialect.name == SQLITE else ""
    return file or _tree(engine).named


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
    except (DBAPIError, TimeoutError, sqlite3.Error) as error:
        raise translate(error, where, named) from error


def _tree(engine: Engine) -> Tree:
    found: Tree = engine.get_execution_options()[_TREE]
    return found
