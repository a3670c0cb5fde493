"""Which Text an article or version belongs to: an identity names one thing in the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, FromClause, select

from rag.catalogue import schema
from rag.catalogue.records import batches


@dataclass(frozen=True, slots=True)
class Owner:
    """An identity, and the Text that has it."""

    identity: str
    text_id: str


def other_owner(
    connection: Connection,
    apart: Collection[str],
    articles: Iterable[str],
    versions: Iterable[str],
) -> Owner | None:
    """The first of these articles or versions that a Text has, those of `apart` left aside."""
    tables = schema.versions.join(schema.articles)
    return _first(
        connection, schema.articles, schema.articles.c.article_id, apart, articles
    ) or _first(connection, tables, schema.versions.c.version_id, apart, versions)


def _first(
    connection: Connection,
    tables: FromClause,
    column: Column[Any],
    apart: Collection[str],
    identities: Iterable[str],
) -> Owner | None:
    owner = schema.articles.c.text_id
    for group in batches(sorted(identities)):
        query = select(column, owner).select_from(tables).where(column.in_(group))
        for row in connection.execute(query.order_by(column)):
            if row[1] not in apart:
                return Owner(row[0], row[1])
    return None
