"""From the paths on the command line to the sources to read, each with its fingerprint."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.sources.base import ReadOptions, Source
from ingest.sources.registry import is_source, known_suffixes
from rag.errors import EmptySource, SourceError, UnreadableSource

READERS = "1"  # raise when a reader or the cutting into articles changes what it gives
_LEGI_FOLDERS = frozenset({"legi", "code_et_TNC_en_vigueur", "code_et_TNC_non_vigueur"})
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """What is at a path of the command line."""

    sources: tuple[Source, ...]
    errors: tuple[SourceError, ...] = ()  # what could not be looked into


def find(path: Path, options: ReadOptions) -> Found:
    """The sources at `path`: itself, or, in a folder, every file that a reader knows."""
    try:
        if path.is_dir():
            return _in_folder(path, options)
        if path.exists() or path.is_symlink():
            return Found((Source(path, path.name, options),))
    except OSError as error:
        return Found((), (_unlisted(error),))
    missing = UnreadableSource(
        "ce fichier ou dossier n'existe pas", where=str(path), remedy="vérifiez le chemin"
    )
    return Found((), (missing,))


def nothing_in(path: Path) -> EmptySource:
    """What is said of a folder without any file that a reader knows."""
    return EmptySource(
        "aucun fichier d'un format connu dans ce dossier",
        where=str(path),
        remedy="Formats lus : " + ", ".join(sorted(known_suffixes())),
    )


def _in_folder(folder: Path, options: ReadOptions) -> Found:
    if _is_legi(folder):
        return Found((Source(folder, folder.name, options),))
    unlisted: list[OSError] = []
    sources = tuple(_walk(folder, options, unlisted))
    return Found(sources, tuple(map(_unlisted, unlisted)))


def _walk(folder: Path, options: ReadOptions, unlisted: list[OSError]) -> Iterator[Source]:
    for parent, folders, files in os.walk(folder, onerror=unlisted.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent) / name
            if is_source(path):
                yield Source(path, str(path.relative_to(folder)), options)


def _unlisted(error: OSError) -> UnreadableSource:
    return UnreadableSource(
        f"contenu illisible ({error.strerror})",
        where=str(error.filename or ""),
        remedy="donnez le droit de lire ce dossier",
    )


def _is_legi(folder: Path) -> bool:
    """True for a folder as DILA's archives unpack to ("legi/global/code_et_TNC_en_vigueur/…").

    Raises OSError when the folder cannot be listed.
    """
    inside = {entry.name for entry in folder.iterdir() if entry.is_dir()}
    if folder.name in _LEGI_FOLDERS or inside & _LEGI_FOLDERS:
        return True
    return any((folder / name / "legi").is_dir() for name in inside)  # LEGI_YYYYMMDD-hhmmss/legi


def fingerprint(source: Source, about: str) -> str:
    """Changes whenever reading the source again could give something else.

    `about` stands for what else decides: the passages' size, the model.
    """
    options = source.options
    parts = (
        READERS,
        about,
        source.name,
        ",".join(sorted(options.services)),
        str(options.effective),
        str(options.ocr),
        str(options.open_to_all),
    )
    digest = hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogateescape"))
    for path in _files(source.path):
        digest.update(os.fsencode(path.relative_to(source.path)) + b"\x00")
        digest.update(_content(path))
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def _content(path: Path) -> bytes:
    """The digest of a file.

    Raises:
        UnreadableSource: it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        _refuse_endless(path)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise UnreadableSource(
            f"lecture impossible ({error.strerror})",
            where=str(path),
            remedy="vérifiez que le fichier existe et que vous avez le droit de le lire",
        ) from error
    return digest.digest()


def _refuse_endless(path: Path) -> None:
    """A pipe or a device has no end, and opening a pipe waits for a writer."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise UnreadableSource(
            "ce n'est pas un fichier ordinaire (tube ou périphérique)",
            where=str(path),
            remedy="donnez un fichier, ou copiez d'abord son contenu dans un fichier",
        )
