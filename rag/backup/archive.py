"""The file of a backup: a gzipped tar of known members, and their digests. Trusts nothing it reads.

Members: manifest.json, then each file that it lists.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from rag.errors import UnreadableSource

FORMAT = 1
MANIFEST = "manifest.json"
BLOCK = 1 << 20
MAX_MANIFEST = 1 << 16  # bytes

# What the readers of a file raise that was cut or changed.
NOT_WHOLE = (tarfile.TarError, zlib.error, EOFError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Member:
    """A file: its size in bytes and its SHA-256 in hexadecimal."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `made`: when, in ISO, UTC. `schemas`: database → revision."""

    made: str
    schemas: dict[str, str]
    members: tuple[Member, ...]


def write(target: IO[bytes], made: str, schemas: dict[str, str], files: Sequence[Path]) -> Manifest:
    """Write these files under their own names."""
    manifest = Manifest(made, schemas, tuple(map(_member, files)))
    about = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1).encode()
    with tarfile.open(fileobj=target, mode="w:gz", compresslevel=1) as archive:
        _add(archive, MANIFEST, len(about), io.BytesIO(about))
        for file, member in zip(files, manifest.members, strict=True):
            with file.open("rb") as content:
                _add(archive, member.name, member.size, content)
    return manifest


def extract(source: Path, folder: Path, allowed: Sequence[str]) -> Manifest:
    """Write the members into `folder`, which is there and empty; each is what the manifest says.

    Raises:
        UnreadableSource: no backup, a damaged one, or one that holds something else.
    """
    with _damaged(source), tarfile.open(source, "r:gz") as archive:
        members = iter(archive)
        manifest = _manifest(archive, next(members, None))
        wanted = {member.name: member for member in manifest.members}
        if not wanted.keys() <= set(allowed):
            raise ValueError("unknown members")
        for entry in members:
            _extract(archive, entry, wanted.pop(entry.name), folder)
        if wanted:
            raise ValueError("members are missing")
    return manifest


@contextmanager
def _damaged(source: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise UnreadableSource(
            "ce fichier n'existe pas", where=str(source), remedy="corrigez le chemin"
        ) from error
    except (*NOT_WHOLE, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not the file
        raise UnreadableSource(
            "ce fichier n'est pas une sauvegarde entière de Référent",
            where=str(source),
            remedy="prenez une autre sauvegarde",
        ) from error


def _member(file: Path) -> Member:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return Member(file.name, file.stat().st_size, digest)


def _add(archive: tarfile.TarFile, name: str, size: int, content: IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    archive.addfile(entry, content)


def _manifest(archive: tarfile.TarFile, entry: tarfile.TarInfo | None) -> Manifest:
    if entry is None or entry.name != MANIFEST or entry.size > MAX_MANIFEST:
        raise ValueError("no manifest first")
    about = json.loads(_content(archive, entry).read())
    if about["format"] != FORMAT:
        raise ValueError("another format")
    members = [Member(str(m["name"]), int(m["size"]), str(m["digest"])) for m in about["members"]]
    return Manifest(str(about["made"]), dict(about["schemas"]), tuple(members))


def _extract(
    archive: tarfile.TarFile, entry: tarfile.TarInfo, member: Member, folder: Path
) -> None:
    if entry.size != member.size:
        raise ValueError("another size")
    seen = hashlib.sha256()
    with private(folder / member.name) as target:
        content = _content(archive, entry)
        while block := content.read(BLOCK):
            seen.update(block)
            target.write(block)
    if seen.hexdigest() != member.digest:
        raise ValueError("another content")


def private(file: Path) -> IO[bytes]:
    """A new file that only its owner may read, open for writing."""
    return os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(entry) if entry.isreg() else None
    if content is None:
        raise ValueError("not a file")
    return content
