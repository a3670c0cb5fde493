"""What was read where: to skip what has not changed, and to know what a mirror no longer holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, func, insert, select

from rag.catalogue import schema

_sources, _links = schema.sources, schema.source_texts


def known(connection: Connection, path: str, fingerprint: str) -> list[str] | None:
    """The texts that this very source gave before; None when it is new or has changed."""
    row = connection.execute(
        select(_sources.c.path).where(
            _sources.c.path == path, _sources.c.fingerprint == fingerprint
        )
    ).first()
    return None if row is None else _texts_of(connection, path)


def _texts_of(connection: Connection, path: str) -> list[str]:
    query = select(_links.c.text_id).where(_links.c.path == path).order_by(_links.c.text_id)
    return list(connection.execute(query).scalars())


def remember(connection: Connection, path: str, fingerprint: str, text_ids: Iterable[str]) -> None:
    """This source, as it is now, gave these texts."""
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


def under(connection: Connection, root: str) -> list[str]:
    """The sources that were read at `root` or below it."""
    paths = connection.execute(select(_sources.c.path)).scalars()
    inside = root.rstrip("/") + "/"
    return sorted(path for path in paths if path == root or path.startswith(inside))


def orphans(connection: Connection, paths: Sequence[str]) -> list[str]:
    """The texts that come from these sources and from no other."""
    gone = set(paths)
    where: dict[str, set[str]] = {}
    for row in connection.execute(select(_links)):
        where.setdefault(row.text_id, set()).add(row.path)
    return sorted(text_id for text_id, found in where.items() if found <= gone)


def article_count(connection: Connection, text_id: str) -> int:
    """How many articles a text has."""
    query = select(func.count()).select_from(schema.articles)
    return connection.execute(query.where(schema.articles.c.text_id == text_id)).scalar_one()
