"""The schema: migrations lead to it, and a catalogue of another release is refused or upgraded."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import SQLITE_ONLY, catalogue_url
from sqlalchemy import Engine, text

from rag import database
from rag.catalogue import engine as opening
from rag.catalogue.schema import metadata
from rag.errors import CatalogueBusy, CatalogueError, NewerSchema, StorageError
from rag.registry import engine as registry_engine
from rag.registry.schema import metadata as registry_metadata


def of_no_other_tree(_thing: object, name: str, kind: str, *_more: object) -> bool:
    """The registry may be in the same database."""
    others = {*registry_metadata.tables, registry_engine.TREE.version_table}
    return kind != "table" or name not in others


def test_migrations_lead_to_the_schema(catalogue: Engine) -> None:
    with catalogue.connect() as connection:
        options = {"compare_type": True, "include_object": of_no_other_tree}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_head_names_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "rag.catalogue:migrations")
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == opening.TREE.head
    in_order = [script.revision for script in scripts.walk_revisions()][::-1]
    assert tuple(in_order) == opening.TREE.known
    assert in_order == [f"{number:04}" for number in range(1, len(in_order) + 1)]


def test_a_new_catalogue_is_at_head(catalogue: Engine) -> None:
    with catalogue.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == (
            opening.TREE.head
        )


@SQLITE_ONLY
def test_the_catalogue_is_safe_from_power_cuts(catalogue: Engine) -> None:
    with database.reading(catalogue) as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_newer_schema_is_refused(catalogue: Engine, tmp_path: Path) -> None:
    with catalogue.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchema) as refused:
        opening.open_catalogue(catalogue_url(tmp_path), "le dossier")
    assert "9999" in str(refused.value)
    assert opening.TREE.head in str(refused.value)
    assert refused.value.remedy
    with catalogue.connect() as connection:  # left as it was
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == (
            "9999"
        )


@SQLITE_ONLY
def test_opening_again_changes_nothing(catalogue: Engine, tmp_path: Path) -> None:
    before = (tmp_path / opening.FILE_NAME).read_bytes()
    opening.open_catalogue(opening.sqlite_url(tmp_path), "le dossier").dispose()
    assert (tmp_path / opening.FILE_NAME).read_bytes() == before


def test_an_interrupted_first_opening_is_taken_up_again(tmp_path: Path) -> None:
    """The schema is made in one transaction: a killed process leaves an empty file."""
    (tmp_path / opening.FILE_NAME).touch()
    engine = opening.open_catalogue(opening.sqlite_url(tmp_path), "le dossier")
    with database.reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM texts")).scalar() == 0
    engine.dispose()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"ceci n'est pas une base" * 100, "not a database"), (b"SQLite format 3\x00abc", "catalog")],
)
def test_a_damaged_catalogue_says_so(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / opening.FILE_NAME).write_bytes(content)
    with pytest.raises(CatalogueError, match=said) as refused:
        opening.open_catalogue(opening.sqlite_url(tmp_path), "le dossier")
    assert refused.value.where == str(tmp_path / opening.FILE_NAME)
    assert refused.value.remedy


@SQLITE_ONLY
def test_damage_met_while_reading_says_so(catalogue: Engine, tmp_path: Path) -> None:
    with database.writing(catalogue, "test") as connection:
        for number in range(500):
            connection.execute(
                text("INSERT INTO properties VALUES (:n, :v)"), {"n": number, "v": "x" * 500}
            )
    catalogue.dispose()  # the last connection folds the journal into the file
    file = tmp_path / opening.FILE_NAME
    content = bytearray(file.read_bytes())
    content[40 * 4096 : -4096] = b"\xff" * (len(content) - 41 * 4096)
    file.write_bytes(content)
    with (
        pytest.raises(CatalogueError, match="catalogue") as refused,
        database.reading(catalogue) as connection,
    ):
        connection.execute(text("SELECT sum(length(value)) FROM properties")).all()
    assert refused.value.where == str(file)


def test_another_writer_is_said(
    catalogue: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = opening.open_catalogue(catalogue_url(tmp_path), "ici")
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    quick = opening.open_catalogue(catalogue_url(tmp_path), "ici")
    with (
        database.writing(waiting, "là"),
        pytest.raises(CatalogueBusy) as refused,
        database.writing(quick, "ici"),
    ):
        pass
    for engine in (waiting, quick):
        engine.dispose()
    assert refused.value.where == "ici"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("database is locked", CatalogueBusy),
        ("database or disk is full", StorageError),
        ("disk I/O error", StorageError),
        ("attempt to write a readonly database", StorageError),
        ("unable to open database file", StorageError),
        ("database disk image is malformed", CatalogueError),
    ],
)
def test_errors_of_the_database_are_told_apart(said: str, kind: type[CatalogueError]) -> None:
    with pytest.raises(CatalogueError) as refused, database.translated("ici"):
        raise sqlite3.OperationalError(said)
    assert type(refused.value) is kind
    assert refused.value.remedy


def test_reading_sees_one_moment(catalogue: Engine) -> None:
    """A writer does not wait for a reader, and the reader does not see it."""
    with database.writing(catalogue, "test") as connection:
        connection.execute(text("INSERT INTO properties VALUES ('a', '1')"))
    with database.reading(catalogue) as reader:
        query = text("SELECT value FROM properties WHERE name = 'a'")
        assert reader.execute(query).scalar() == "1"
        with database.writing(catalogue, "test") as writer:
            writer.execute(text("UPDATE properties SET value = '2'"))
        assert reader.execute(query).scalar() == "1"
    with database.reading(catalogue) as reader:
        assert reader.execute(query).scalar() == "2"


def test_a_failed_transaction_leaves_nothing(catalogue: Engine) -> None:
    with pytest.raises(ZeroDivisionError), database.writing(catalogue, "test") as connection:
        connection.execute(text("INSERT INTO properties VALUES ('a', '1')"))
        _ = 1 / 0
    with database.reading(catalogue) as connection:
        assert connection.execute(text("SELECT count(*) FROM properties")).scalar() == 0
