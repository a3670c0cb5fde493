"""From the paths on the command line to the sources to read, each with its fingerprint."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from ingest.sources.base import ReadOptions, Source
from ingest.sources.registry import is_source
from rag.errors import UnreadableSource

READERS = "1"  # raise when a reader or the cutting into articles changes what it gives
_LEGI_FOLDERS = frozenset({"legi", "code_et_TNC_en_vigueur", "code_et_TNC_non_vigueur"})
_CHUNK = 1 << 20


def find(path: Path, options: ReadOptions) -> Iterator[Source]:
    """The sources at `path`: itself, or, in a folder, every file that a reader knows.

    Raises:
        UnreadableSource: there is nothing there.
    """
    if path.is_dir():
        yield from _in_folder(path, options)
    elif path.exists() or path.is_symlink():
        yield Source(path, path.name, options)
    else:
        raise UnreadableSource(
            "ce fichier ou dossier n'existe pas",
            where=str(path),
            remedy="vérifiez le chemin",
        )


def _in_folder(folder: Path, options: ReadOptions) -> Iterator[Source]:
    if _is_legi(folder):
        yield Source(folder, folder.name, options)
        return
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent) / name
            if is_source(path):
                yield Source(path, str(path.relative_to(folder)), options)


def _is_legi(folder: Path) -> bool:
    """True for a folder as DILA's archives unpack to ("legi/global/code_et_TNC_en_vigueur/…")."""
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
    )
    digest = hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogateescape"))
    for path in _files(source.path):
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
