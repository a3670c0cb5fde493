"""What was read where: to skip what has not changed, and to know what a mirror no longer holds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from rag.catalogue import schema

_sources, _links = schema.sources, schema.source_texts
_BYTE = re.compile(rb"\\x([0-9a-f]{2})")

UNREAD = ""  # fingerprint of a source that was not read to its end: it is read again next time


def path_key(path: Path) -> str:
    """A path as the catalogue keeps it: text, whatever bytes its name holds."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def path_of(key: str) -> Path:
    """The path that `path_key` wrote down."""
    plain = Path(key)
    if plain.exists():
        return plain
    data = _BYTE.sub(lambda byte: bytes.fromhex(byte[1].decode()), key.encode())
    return Path(os.fsdecode(data))


def fingerprint_of(connection: Connection, path: str) -> str | None:
    """What `remember` was told of this source last; None when it was never read."""
    query = select(_sources.c.fingerprint).where(_sources.c.path == path)
    return connection.execute(query).scalar()


def texts_of(connection: Connection, path: str) -> list[str]:
    """The texts that this source gave, by id."""
    query = select(_links.c.text_id).where(_links.c.path == path).order_by(_links.c.text_id)
    return list(connection.execute(query).scalars())


def remember(connection: Connection, path: str, fingerprint: str, text_ids: Iterable[str]) -> None:
    """This source, as it is now, gave these texts (which are in the catalogue)."""
    forget(connection, [path])
    connection.execute(insert(_sources).values(path=path, fingerprint=fingerprint))
    rows = [{"path": path, "text_id": text_id} for text_id in sorted(set(text_ids))]
    if rows:
        connection.execute(insert(_links), rows)


def forget(connection: Connection, paths: Sequence[str]) -> None:
    """Read these again next time, whatever they hold."""
    for path in paths:
        connection.execute(delete(_links).where(_links.c.path == path))
        connection.execute(delete(_sources).where(_sources.c.path == path))


def forget_text(connection: Connection, text_id: str) -> None:
    """Read again every source of a text that goes away."""
    paths = connection.execute(select(_links.c.path).where(_links.c.text_id == text_id)).scalars()
    forget(connection, list(paths))


def forget_gone(connection: Connection, roots: Iterable[Path], found: Iterable[Path]) -> None:
    """Forget what was read below `roots` and is not among `found`."""
    present = {path_key(path) for path in found}
    read = {key for root in roots for key in under(connection, path_key(root))}
    forget(connection, sorted(read - present))


def under(connection: Connection, root: str) -> list[str]:
    """The sources that were read at `root` or below it."""
    paths = connection.execute(select(_sources.c.path)).scalars()
    inside = root.rstrip("/") + "/"
    return sorted(path for path in paths if path == root or path.startswith(inside))


def links(connection: Connection) -> list[tuple[str, str]]:
    """Every text with each source that gave it."""
    rows = connection.execute(select(_links.c.text_id, _links.c.path))
    return [(row.text_id, row.path) for row in rows]
