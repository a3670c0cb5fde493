"""How much the catalogue holds for a Caller: what others read is not counted, or a count would
tell."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from rag.catalogue import schema
from rag.catalogue.reading import may_read
from rag.types import Caller


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are."""

    texts: int
    articles: int
    versions: int
    passages: int


def counts(connection: Connection, caller: Caller) -> Counts:
    """Of all that `caller` may read: the whole tables less the few rows of what they may not."""
    articles = schema.texts.join(schema.articles)
    versions = articles.join(schema.versions)
    joined = (schema.texts, articles, versions, versions.join(schema.passages))
    tables = (schema.texts, schema.articles, schema.versions, schema.passages)
    return Counts(
        *(
            _count(connection, table) - _count(connection, to_texts, ~may_read(caller))
            for table, to_texts in zip(tables, joined, strict=True)
        )
    )


def _count(connection: Connection, tables: FromClause, *which: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(tables).where(*which)
    return connection.execute(query).scalar_one()
