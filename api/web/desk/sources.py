"""What may be brought in: names of files that are sent, and folders of the server."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from api.problems import INVALID, Refused
from ingest.sources.registry import is_source, known_suffixes
from rag.settings import Settings

MAX_NAME_BYTES = 200  # of a file's name; file systems take 255


def safe_name(name: str) -> str:
    """The name of a file that is sent, where it is one and no path.

    Raises:
        Refused: it is a path, hidden, unprintable, too long, or of no format that is read.
    """
    plain = name.isprintable() and not set(name) & set("/\\")
    fits = 0 < len(name.encode("utf-8", "replace")) <= MAX_NAME_BYTES
    if not (plain and fits and name == name.strip()):
        raise Refused(
            INVALID,
            "Le nom d'un fichier ne va pas : renommez-le simplement, sans barre ni caractère "
            "invisible.",
            "The name of a file will not do: give it a plain one, without slashes or invisible "
            "characters.",
        )
    if not is_source(Path(name)):
        known = " ".join(sorted(known_suffixes()))
        raise Refused(
            INVALID,
            f"Un fichier n'est pas d'un format qui se lit ici ({known}).",
            f"A file is in no format that is read here ({known}).",
        )
    return name


def allowed(settings: Settings) -> list[Path]:
    """The folders of the setting that are there, as the system knows them."""
    named = (part.strip() for part in settings.serve_sources.split(","))
    found = (Path(part).expanduser() for part in named if part)
    return [folder.resolve() for folder in found if folder.is_dir()]


def folder_of(given: str, roots: Iterable[Path]) -> Path:
    """A folder or file of the server, at or below one of `roots`, without a link in or under it.

    Raises:
        Refused: it is not, or is not there: nobody can tell which.
    """
    path = Path(given)
    if "\0" in given or not path.is_absolute() or ".." in path.parts:
        raise _elsewhere()
    inside = any(path == root or root in path.parents for root in roots)
    if not inside or not path.exists() or path.resolve() != path:
        raise _elsewhere()
    if any(_links(path)):
        raise Refused(
            INVALID,
            "Ce dossier contient des liens symboliques : remplacez-les par les fichiers mêmes.",
            "This folder holds symbolic links: put the files themselves in their place.",
        )
    return path


def _links(folder: Path) -> Iterable[bool]:
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield Path(parent, name).is_symlink()


def _elsewhere() -> Refused:
    return Refused(
        INVALID,
        "Ce chemin n'est pas celui d'un dossier que le réglage serve_sources ouvre.",
        "This path is not that of a folder that the setting serve_sources opens.",
    )
