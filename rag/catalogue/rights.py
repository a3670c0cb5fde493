"""Who may read a Text: changed here, apart from what its source says."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Select, delete, insert, select

from rag.access import usable_services
from rag.catalogue import schema


def set_services(connection: Connection, text_id: str, services: Iterable[str]) -> bool:
    """These services may read the Text, and no others; none: everyone. False: no such Text.

    From the end of the caller's transaction on nobody else finds or reads it: hits are joined back
    to the catalogue. The index's own filter follows through the outbox.

    Raises:
        UsageError: the name of a service that cannot be shown.
    """
    names = sorted(usable_services(services))
    known = select(schema.texts.c.text_id).where(schema.texts.c.text_id == text_id)
    if connection.execute(known).first() is None:
        return False
    given = schema.text_services
    connection.execute(delete(given).where(given.c.text_id == text_id))
    if names:
        rows = [{"text_id": text_id, "service": name} for name in names]
        connection.execute(insert(given), rows)
    connection.execute(insert(schema.outbox).from_select(["point_id"], _points(text_id)))
    return True


def readers(connection: Connection) -> dict[str, frozenset[str]]:
    """Text → services that may read it, of the texts that not everyone may read."""
    given: dict[str, set[str]] = {}
    for row in connection.execute(select(schema.text_services)):
        given.setdefault(row.text_id, set()).add(row.service)
    return {text_id: frozenset(services) for text_id, services in given.items()}


def _points(text_id: str) -> Select[tuple[int]]:
    passages, articles = schema.passages, schema.articles
    tables = passages.join(schema.versions).join(articles)
    query = select(passages.c.point_id).select_from(tables)
    return query.where(articles.c.text_id == text_id).order_by(passages.c.point_id)
