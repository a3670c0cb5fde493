"""Where the registry is, and its schema's revisions."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from rag.database import Tree, open_database

# The newest migration of migrations/versions last; a test keeps it true.
TREE = Tree(
    "registre", "rag.registry:migrations", ("0001", "0002", "0003", "0004"), "registry_version"
)
FILE_NAME = "registry.sqlite3"


def sqlite_url(data: Path) -> str:
    """The address of the registry in a data folder."""
    return f"sqlite:///{data / FILE_NAME}"


def open_registry(url: str, where: str) -> Engine:
    """Open it and bring its schema up to date; `where` names it in messages.

    Raises:
        NewerSchema: made by a later release.
        StorageError: its folder or disk cannot be written or read.
        CatalogueError: damaged, or not a registry.
    """
    return open_database(url, where, TREE)
