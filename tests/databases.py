"""Where the catalogue and the registry of a test are: in its folder, or in a PostgreSQL database.

An address beside them tells the processes that a test starts, too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.catalogue import engine as catalogue
from rag.registry import engine as registry

ADDRESS = "address"
SQLITE_ONLY = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def note(folder: Path, database: str) -> Path:
    """Write down where the databases of this folder are ("": in it); the folder."""
    if database:
        (folder / ADDRESS).write_text(database, "utf-8")
    return folder


def noted(folder: Path) -> str:
    """What `note` wrote, "" for nothing."""
    file = folder / ADDRESS
    return file.read_text("utf-8") if file.exists() else ""


def catalogue_url(folder: Path) -> str:
    """The address of the folder's catalogue."""
    return noted(folder) or catalogue.sqlite_url(folder)


def registry_url(folder: Path) -> str:
    """The address of the folder's registry."""
    return noted(folder) or registry.sqlite_url(folder)
