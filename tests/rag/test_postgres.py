"""PostgreSQL: one writer at a time, what it says in our words, and addresses that stay unsaid."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from postgres import OWNER, Cluster
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from rag import database
from rag.catalogue import schema
from rag.catalogue.engine import open_catalogue
from rag.catalogue.lock import exclusive
from rag.database import reading, writing
from rag.errors import CatalogueBusy, CatalogueError, SettingsError, StorageError
from rag.registry.engine import open_registry

SECONDS = 10.0
PASSWORD = "s3cr%C3%A9t"


@pytest.fixture
def name(postgres_server: Cluster, postgres_model: str) -> Iterator[str]:
    """A database with an empty catalogue and registry."""
    made = postgres_server.create(postgres_model)
    yield made
    postgres_server.drop(made)


@pytest.fixture
def bare(postgres_server: Cluster) -> Iterator[str]:
    """An empty database."""
    made = postgres_server.create()
    yield made
    postgres_server.drop(made)


@pytest.fixture
def engine(postgres_server: Cluster, name: str) -> Iterator[Engine]:
    with opened(postgres_server.url(name)) as made:
        yield made


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    made = open_catalogue(url, "ici")
    try:
        yield made
    finally:
        made.dispose()


# Addresses


@pytest.mark.parametrize("driver", ["postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_an_address_needs_no_driver(postgres_server: Cluster, name: str, driver: str) -> None:
    with opened(postgres_server.url(name).replace("postgresql", driver, 1)) as made:
        assert made.dialect.driver == "psycopg"


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://zoé:{PASSWORD}@h/d",
        f"zoé:{PASSWORD}@h/d",
        f"postgresql://zoé:{PASSWORD}@h:port/d",
    ],
)
def test_what_is_no_address_is_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        open_catalogue(url, "catalogue")
    assert PASSWORD not in told(refused.value) and "postgresql://" in refused.value.remedy


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://zoé:{PASSWORD}@localhost:1/d",
        "postgresql://localhost:1/s3crét@h/d",  # a slash that was not written %2F
    ],
)
def test_a_server_that_is_not_there(url: str) -> None:
    with pytest.raises(CatalogueError, match="ne répond pas") as refused:
        open_catalogue(url, "catalogue")
    assert "s3cr" not in told(refused.value)
    assert refused.value.where == "catalogue"


def told(error: BaseException) -> str:
    """All that a log with its traceback would hold."""
    return "".join(traceback.format_exception(error))


# What it says


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("55P03", CatalogueBusy, "un autre processus écrit"),
        ("40P01", CatalogueBusy, "un autre processus écrit"),
        ("40001", CatalogueBusy, "un autre processus écrit"),
        ("53100", StorageError, "disque du serveur"),
        ("58030", StorageError, "disque du serveur"),
        ("53200", CatalogueError, "mémoire"),
        ("53300", CatalogueError, "connexions"),
        ("25006", StorageError, "lecture seule"),
        ("42501", StorageError, "pas le droit"),
        ("57014", CatalogueError, "trop longue"),
        ("54000", CatalogueError, "trop long"),
        ("42P01", CatalogueError, "ne contient pas"),
        ("42703", CatalogueError, "ne contient pas"),
        ("08006", CatalogueError, "ne répond pas"),
        ("28P01", CatalogueError, "ne répond pas"),
        ("3D000", CatalogueError, "ne répond pas"),
        ("57P01", CatalogueError, "ne répond pas"),
        ("XX001", CatalogueError, "abîmé"),
        ("22012", CatalogueError, "illisible"),
    ],
)
def test_errors_are_told_apart(code: str, kind: type[CatalogueError], said: str) -> None:
    original = psycopg.errors.lookup(code)("une valeur")
    with pytest.raises(CatalogueError, match=said) as refused, database.translated("ici"):
        raise DBAPIError("SELECT 1", {"question": "privée"}, original, hide_parameters=True)
    assert type(refused.value) is kind
    assert refused.value.where == "ici" and refused.value.remedy


def test_a_slow_statement_is_said(engine: Engine) -> None:
    with pytest.raises(CatalogueError, match="trop longue"), reading(engine) as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 10")
        connection.exec_driver_sql("SELECT pg_sleep(1)")


def test_values_are_not_repeated(engine: Engine) -> None:
    """PostgreSQL adds the values of the row that it refuses."""
    row = {"text_id": "t", "title": "Zibeline", "nature": "", "source": ""}
    with pytest.raises(CatalogueError) as refused, writing(engine, "ici") as connection:
        connection.execute(insert(schema.texts), [row, row])
    assert "unicit" in str(refused.value) or "unique" in str(refused.value)
    assert "Zibeline" not in told(refused.value)


def test_another_program_s_tables_are_refused(postgres_server: Cluster, bare: str) -> None:
    postgres_server.run("CREATE TABLE texts (id int)", bare)
    with pytest.raises(CatalogueError, match="ne contient pas"):
        open_catalogue(postgres_server.url(bare), "ici")


def test_an_account_without_rights_is_said(postgres_server: Cluster, bare: str) -> None:
    postgres_server.run("CREATE ROLE visiteur LOGIN")
    url = postgres_server.url(bare).replace(OWNER, "visiteur", 1)
    with pytest.raises(StorageError, match="pas le droit"):
        open_catalogue(url, "ici")
    postgres_server.run("DROP ROLE visiteur")


def test_a_database_that_lacks_characters_is_refused(postgres_server: Cluster) -> None:
    postgres_server.run(
        "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'"
    )
    with pytest.raises(CatalogueError, match="LATIN1"):
        open_catalogue(postgres_server.url("latin"), "ici")
    postgres_server.drop("latin")


def test_nul_neither_finds_nor_breaks_anything(engine: Engine) -> None:
    with reading(engine) as connection:
        query = select(schema.texts).where(schema.texts.c.text_id == "t\x00")
        assert connection.execute(query).all() == []


def test_connections_that_the_server_closed_are_opened_again(
    postgres_server: Cluster, name: str, engine: Engine
) -> None:
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    postgres_server.run(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    )
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


# Who writes


def test_a_new_database_opened_by_several_at_once(postgres_server: Cluster, bare: str) -> None:
    url = postgres_server.url(bare)
    with ThreadPoolExecutor(6) as pool:
        engines = list(
            pool.map(lambda opening: opening(url, "ici"), [open_catalogue, open_registry] * 3)
        )
    for made in engines:
        made.dispose()
    with opened(url) as made, reading(made) as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
        assert connection.execute(text("SELECT count(*) FROM journal_head")).scalar() == 1


def test_numbers_of_the_outbox_are_committed_in_order(postgres_server: Cluster, name: str) -> None:
    """Whoever applied number n would never look for a smaller one that is committed after it."""
    url = postgres_server.url(name)
    taken, go = Event(), Event()
    with opened(url) as slow, opened(url) as quick:

        def write_slowly() -> None:
            with writing(slow, "ici") as connection:
                connection.execute(insert(schema.outbox).values(point_id=1))
                taken.set()
                assert go.wait(SECONDS)

        def write() -> None:
            with writing(quick, "ici") as connection:
                connection.execute(insert(schema.outbox).values(point_id=2))

        threads = [Thread(target=write_slowly), Thread(target=write)]
        threads[0].start()
        assert taken.wait(SECONDS)
        threads[1].start()
        threads[1].join(0.2)
        assert last_number(quick) is None  # neither is committed
        go.set()
        for thread in threads:
            thread.join(SECONDS)
        assert last_number(quick) == 2


def last_number(engine: Engine) -> int | None:
    with reading(engine) as connection:
        found: int | None = connection.execute(select(func.max(schema.outbox.c.seq))).scalar()
    return found


def test_a_request_does_not_wait_for_an_ingest(
    postgres_server: Cluster, name: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catalogue and registry have a writer each, though they share a database."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    registry = open_registry(postgres_server.url(name), "registre")
    with writing(engine, "ici"), writing(registry, "là") as connection:
        connection.execute(text("INSERT INTO journal_secrets VALUES ('a', 'b')"))
    registry.dispose()


def test_one_process_updates_the_texts(
    postgres_server: Cluster, name: str, engine: Engine, tmp_path: Path
) -> None:
    """From whatever data folder, while any may write a transaction of its own."""
    with opened(postgres_server.url(name)) as other:
        with exclusive(tmp_path / "un", engine):
            with pytest.raises(CatalogueBusy), exclusive(tmp_path / "deux", other):
                pass
            with writing(other, "ici"):
                pass
        with exclusive(tmp_path / "deux", other):
            pass


def test_who_is_gone_lets_go(
    postgres_server: Cluster, name: str, engine: Engine, tmp_path: Path
) -> None:
    url = postgres_server.url(name)
    with opened(url) as other, pytest.raises(CatalogueError), exclusive(tmp_path, other):
        postgres_server.run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND state = 'idle in transaction'"
        )
        with exclusive(tmp_path, engine):
            raise CatalogueError("the lock could be taken")
