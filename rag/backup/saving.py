"""Makes and restores backups of a data folder, while others read and write it."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.backup import archive
from rag.backup.archive import Manifest
from rag.bootstrap import Parts, open_parts
from rag.catalogue import engine as catalogue
from rag.database import Tree
from rag.errors import CatalogueError, NewerSchema, StorageError, UnreadableSource, UsageError
from rag.journal import key
from rag.journal.key import Key
from rag.maintenance import ready_index
from rag.registry import engine as registry
from rag.settings import Settings

DATABASES: dict[str, Tree] = {
    catalogue.FILE_NAME: catalogue.TREE,
    registry.FILE_NAME: registry.TREE,
}
ALLOWED = (*DATABASES, key.FILE_NAME)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and how many points the index has again."""

    manifest: Manifest
    points: int


def backup(parts: Parts, target: Path) -> Manifest:
    """Write all of the data folder into `target`, which appears whole or not at all.

    Each database is copied as of one moment; who writes meanwhile is not held up. Only its owner
    may read the file: it holds every text and the journal.

    Raises:
        UsageError: `target` is there already, or the catalogue is not in the data folder.
        StorageError: it cannot be written.
    """
    _own(parts.settings)
    if target.exists():
        raise UsageError(
            "ce fichier existe déjà", where=str(target), remedy="donnez un nom qui n'existe pas"
        )
    with _written(target), tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as folder:
        files = list(_copied(parts.data, Path(folder)))
        revisions = {file.name: _revision(file) for file in files if file.name in DATABASES}
        whole = Path(folder) / "whole"
        with archive.private(whole) as file:
            made = datetime.now(UTC).isoformat(timespec="seconds")
            manifest = archive.write(file, made, revisions, files)
            file.flush()
            os.fsync(file.fileno())
        whole.rename(target)
    return manifest


def restore(source: Path, settings: Settings) -> Restored:
    """Fill the data folder of the settings, which must hold nothing yet, and its index.

    Raises:
        UsageError: something is there already.
        UnreadableSource: `source` is no whole backup.
        NewerSchema: it was made by a later release.
        StorageError: the folder cannot be written.
    """
    _own(settings)
    data = settings.data.expanduser().absolute()
    if any((data / name).exists() for name in ALLOWED):
        raise UsageError(
            "ce dossier contient déjà des données",
            where=str(data),
            remedy="donnez un autre --data, ou déplacez d'abord ce dossier",
        )
    with _written(data):
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=data, prefix=".") as folder:
            manifest = archive.extract(source, Path(folder), ALLOWED)
            _checked(source, Path(folder), manifest)
            for name in reversed(ALLOWED):  # the catalogue last: without it nothing is there
                if (Path(folder) / name).exists():
                    (Path(folder) / name).rename(data / name)
    with open_parts(settings) as parts:
        return Restored(manifest, ready_index(parts).count())


def _own(settings: Settings) -> None:
    if settings.catalogue_url or settings.registry_url:
        raise UsageError(
            "le catalogue est sur un serveur de bases de données",
            where="REFERENT_CATALOGUE_URL",
            remedy="sauvegardez-le par les moyens de ce serveur (`pg_dump`)",
        )


def _copied(data: Path, folder: Path) -> Iterator[Path]:
    used = Key.marked(data)  # before the journal: its first entry may be written in between
    for name in DATABASES:
        if (data / name).exists():
            _copy(data / name, folder / name)
            yield folder / name
    if (data / key.FILE_NAME).exists():
        Key.copy(data, folder / key.FILE_NAME, used)
        yield folder / key.FILE_NAME


def _copy(source: Path, target: Path) -> None:
    """All pages in one read transaction: one moment of the database, its WAL included."""
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as held,
            closing(sqlite3.connect(target)) as copy,
        ):
            held.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without its WAL
    except sqlite3.Error as error:
        raise CatalogueError(
            f"base illisible : {error}", where=str(source), remedy="lancez `referent check`"
        ) from error


def _revision(file: Path) -> str:
    tree = DATABASES[file.name]
    return str(_asked(file, f"SELECT version_num FROM {tree.version_table}"))


def _asked(file: Path, query: str) -> Any:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchone()[0]


def _checked(source: Path, folder: Path, manifest: Manifest) -> None:
    for name, tree in DATABASES.items():
        if not (folder / name).exists():
            continue
        try:
            whole = _asked(folder / name, "PRAGMA integrity_check") == "ok"
        except sqlite3.Error:
            whole = False
        if not whole:
            raise UnreadableSource(
                f"la base {name} y est endommagée",
                where=str(source),
                remedy="prenez une autre sauvegarde",
            )
        if manifest.schemas.get(name) not in tree.known:
            raise NewerSchema(
                "cette sauvegarde vient d'une version plus récente de Référent",
                where=str(source),
                remedy="installez cette version ou une plus récente",
            )


@contextmanager
def _written(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"impossible d'écrire ici ({error.strerror})",
            where=str(target),
            remedy="libérez de la place, ou donnez un autre chemin",
        ) from error
