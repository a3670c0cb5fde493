"""A `.tar.gz` from outside, read file by file and never unpacked to disk."""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from ingest.sources.base import Source
from rag.errors import HostileSource, UnreadableSource

MAX_RATIO = 200  # a dump of LEGI shrinks about 8 times; deflate's own limit is 1,032
RATIO_MATTERS_BYTES = 200 * 1024 * 1024

_BUFFER = 64 * 1024
_BROKEN = (tarfile.TarError, EOFError, OSError, zlib.error)


@contextmanager
def opened(source: Source) -> Iterator[tarfile.TarFile]:
    """The archive as a stream. What breaks while it is read is an UnreadableSource."""
    try:
        with source.path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as unpacked:
            stream = cast("IO[bytes]", _Measured(unpacked, packed, source.name))
            with tarfile.open(fileobj=stream, mode="r|", bufsize=_BUFFER) as archive:
                yield archive
    except _BROKEN as error:
        raise _damaged(source, error) from error


def files(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Regular files, one by one. `tarfile` keeps every entry it read, here millions: it is told
    to forget them."""
    while (entry := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]
        if entry.isreg():
            yield entry
    _check_end(archive)


def _check_end(archive: tarfile.TarFile) -> None:
    """`tarfile` takes a damaged header for the end; behind the true end there are only zeros.
    Reading on also has gzip check its sum."""
    stream = archive.fileobj
    while stream is not None and (rest := stream.read(_BUFFER)):
        if rest.strip(b"\0"):
            raise tarfile.ReadError("en-tête illisible")


@dataclass(frozen=True, slots=True)
class _Measured:
    """A decompressed stream that stops at a bomb."""

    unpacked: gzip.GzipFile
    packed: IO[bytes]
    where: str

    def read(self, size: int) -> bytes:
        """The next `size` bytes; HostileSource when they came out of next to nothing."""
        data = self.unpacked.read(size)
        done = self.unpacked.tell()
        if done > RATIO_MATTERS_BYTES and done > MAX_RATIO * self.packed.tell():
            raise HostileSource(
                f"archive piégée (compressée plus de {MAX_RATIO} fois)",
                where=self.where,
                remedy="Ne l'ouvrez pas ; redemandez-la à qui l'a produite.",
            )
        return data


def _damaged(source: Source, error: Exception) -> UnreadableSource:
    return UnreadableSource(
        f"archive abîmée, tronquée ou illisible ({error})",
        where=source.name,
        remedy="Téléchargez-la de nouveau.",
    )
