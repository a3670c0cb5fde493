"""The registry's schema: migrations lead to it, and it may share a database with the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import note, registry_url
from sqlalchemy import Engine, inspect, text

import rag.accounts.schema
import rag.journal.schema
from rag.catalogue import engine as catalogue_engine
from rag.catalogue.schema import metadata as catalogue_metadata
from rag.errors import NewerSchema
from rag.registry import engine as opening
from rag.registry.schema import metadata


@pytest.fixture
def registry(tmp_path: Path, database: str) -> Iterator[Engine]:
    engine = opening.open_registry(registry_url(note(tmp_path, database)), "le registre")
    yield engine
    engine.dispose()


def of_no_other_tree(_thing: object, name: str, kind: str, *_more: object) -> bool:
    """The catalogue may be in the same database."""
    others = {*catalogue_metadata.tables, catalogue_engine.TREE.version_table}
    return kind != "table" or name not in others


def test_migrations_lead_to_the_schema(registry: Engine) -> None:
    options = {
        "compare_type": True,
        "version_table": opening.TREE.version_table,
        "include_object": of_no_other_tree,
    }
    with registry.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
    assert rag.accounts.schema.people.name in metadata.tables


def test_head_names_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", opening.TREE.migrations)
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == opening.TREE.head
    in_order = [script.revision for script in scripts.walk_revisions()][::-1]
    assert tuple(in_order) == opening.TREE.known
    assert in_order == [f"{number:04}" for number in range(1, len(in_order) + 1)]


def test_a_newer_registry_is_refused(registry: Engine, tmp_path: Path) -> None:
    with registry.begin() as connection:
        connection.execute(text("UPDATE registry_version SET version_num = '9999'"))
    with pytest.raises(NewerSchema, match="registre") as refused:
        opening.open_registry(registry_url(tmp_path), "le registre")
    assert "9999" in str(refused.value)


def test_catalogue_and_registry_share_a_database(tmp_path: Path, database: str) -> None:
    url = database or f"sqlite:///{tmp_path / 'both.sqlite3'}"
    catalogue = catalogue_engine.open_catalogue(url, "ici")
    registry = opening.open_registry(url, "ici")
    again = catalogue_engine.open_catalogue(url, "ici")
    tables = set(inspect(registry).get_table_names())
    for engine in (catalogue, registry, again):
        engine.dispose()
    assert not set(metadata.tables) & set(catalogue_metadata.tables)
    versions = {opening.TREE.version_table, catalogue_engine.TREE.version_table}
    assert tables >= {*metadata.tables, *catalogue_metadata.tables, *versions}
    assert len(versions) == 2
