"""Reads the catalogue for a Caller: nothing that they may not read ever comes out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select, true

from rag.catalogue import schema
from rag.catalogue.records import BATCH
from rag.catalogue.rows import article_from, path_from, text_from, version_from
from rag.types import Article, Caller, Text, Validity, Version


@dataclass(frozen=True, slots=True)
class JoinedPassage:
    """A point of the index joined back to the catalogue."""

    point_id: int
    version_id: str
    article_id: str
    start: int
    end: int
    words: str
    page: int | None
    validity: Validity
    article: str
    heading: str
    path: tuple[str, ...]
    order: int
    text_id: str
    text: str
    source: str


def may_read(caller: Caller) -> ColumnElement[bool]:
    """SQL: the row of `texts` is one that `caller` may read."""
    if caller.unrestricted:
        return true()
    services, texts = schema.text_services, schema.texts
    given = services.c.text_id == texts.c.text_id
    return or_(
        ~exists().where(given),
        exists().where(given, services.c.service.in_(sorted(caller.services))),
    )


def in_force(day: date) -> ColumnElement[bool]:
    """SQL: the row of `versions` is in force on `day`."""
    start, end = schema.versions.c.valid_from, schema.versions.c.valid_to
    return and_(or_(start.is_(None), start <= day), or_(end.is_(None), end > day))


def join(
    connection: Connection, point_ids: Iterable[int], caller: Caller, day: date | None
) -> dict[int, JoinedPassage]:
    """The passages of these points that exist, are in force on `day`, and that `caller` may read.

    This is the second lock behind the index's own filter: removed wording never comes out, even
    while the index lags.
    """
    found: dict[int, JoinedPassage] = {}
    wanted = sorted(set(point_ids))
    for at in range(0, len(wanted), BATCH):
        query = _joined().where(
            schema.passages.c.point_id.in_(wanted[at : at + BATCH]), may_read(caller)
        )
        if day is not None:
            query = query.where(in_force(day))
        for row in connection.execute(query):
            found[row.point_id] = _joined_from(row)
    return found


@cache  # making the statement took a third of a join
def _joined() -> Select[Any]:
    passages, versions = schema.passages, schema.versions
    articles, texts = schema.articles, schema.texts
    words = func.substr(versions.c.words, passages.c.start + 1, passages.c.end - passages.c.start)
    return select(
        passages.c.point_id,
        passages.c.start,
        passages.c.end,
        passages.c.page,
        words.label("passage"),
        versions.c.version_id,
        versions.c.valid_from,
        versions.c.valid_to,
        articles.c.article_id,
        articles.c.number,
        articles.c.heading,
        articles.c.path,
        articles.c.ord,
        texts.c.text_id,
        texts.c.title,
        texts.c.source,
    ).select_from(passages.join(versions).join(articles).join(texts))


def _joined_from(row: Any) -> JoinedPassage:
    return JoinedPassage(
        point_id=row.point_id,
        version_id=row.version_id,
        article_id=row.article_id,
        start=row.start,
        end=row.end,
        words=row.passage,
        page=row.page,
        validity=Validity(row.valid_from, row.valid_to),
        article=row.number,
        heading=row.heading,
        path=path_from(row.path),
        order=row.ord,
        text_id=row.text_id,
        text=row.title,
        source=row.source,
    )


def texts_for(connection: Connection, caller: Caller) -> list[Text]:
    """The Texts that `caller` may read, by title."""
    texts, services = schema.texts, schema.text_services
    given: dict[str, list[str]] = {}
    for row in connection.execute(select(services)):
        given.setdefault(row.text_id, []).append(row.service)
    rows = connection.execute(select(texts).where(may_read(caller)).order_by(texts.c.title))
    return [text_from(row, given.get(row.text_id, ())) for row in rows]


def hidden_titles(connection: Connection, caller: Caller) -> frozenset[str]:
    """The titles that only texts which `caller` may not read have."""
    if caller.unrestricted:
        return frozenset()
    title = schema.texts.c.title
    others = set(connection.execute(select(title).where(~may_read(caller))).scalars())
    return frozenset(others - {text.title for text in texts_for(connection, caller)})


def article_counts(connection: Connection) -> dict[str, int]:
    """Text id → how many articles it has."""
    articles = schema.articles
    query = select(articles.c.text_id, func.count()).group_by(articles.c.text_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def natures(connection: Connection, text_ids: Collection[str]) -> dict[str, str]:
    """Text id → its nature ("code", "loi", "document"…)."""
    query = select(schema.texts.c.text_id, schema.texts.c.nature)
    query = query.where(schema.texts.c.text_id.in_(sorted(text_ids)))
    return {row.text_id: row.nature for row in connection.execute(query)}


def text(connection: Connection, text_id: str, caller: Caller) -> Text | None:
    """One Text, None when there is none or `caller` may not read it: nobody can tell which."""
    query = select(schema.texts).where(schema.texts.c.text_id == text_id, may_read(caller))
    row = connection.execute(query).first()
    if row is None:
        return None
    services = schema.text_services
    given = select(services.c.service).where(services.c.text_id == text_id)
    return text_from(row, connection.execute(given).scalars())


def articles_numbered(
    connection: Connection, keys: Sequence[str], caller: Caller
) -> list[tuple[Article, Text]]:
    """The articles whose number has one of these keys, in every Text that `caller` may read."""
    articles = schema.articles
    return _articles(connection, articles.c.number_key.in_(keys), caller)


def article(connection: Connection, article_id: str, caller: Caller) -> tuple[Article, Text] | None:
    """One article by its id, with its Text."""
    found = _articles(connection, schema.articles.c.article_id == article_id, caller)
    return found[0] if found else None


def articles_of(connection: Connection, text_id: str, caller: Caller) -> list[Article]:
    """The articles of a Text in reading order."""
    found = _articles(connection, schema.articles.c.text_id == text_id, caller)
    return [entry for entry, _ in found]


def _articles(
    connection: Connection, which: ColumnElement[bool], caller: Caller
) -> list[tuple[Article, Text]]:
    articles, texts = schema.articles, schema.texts
    query = (
        select(articles, texts.c.title, texts.c.nature, texts.c.source)
        .join(texts)
        .where(which, may_read(caller))
        .order_by(texts.c.title, articles.c.ord)
    )
    return [(article_from(row), text_from(row, ())) for row in connection.execute(query)]


def versions_of(connection: Connection, article_id: str, caller: Caller) -> list[Version]:
    """Every version of an article, oldest first, those of unknown wording included."""
    versions = schema.versions
    query = (
        select(versions)
        .select_from(versions.join(schema.articles).join(schema.texts))
        .where(versions.c.article_id == article_id, may_read(caller))
    )
    found = [version_from(row) for row in connection.execute(query)]
    return sorted(found, key=lambda v: (v.validity.start or date.min, v.version_id))


def articles_in_force(
    connection: Connection, text_id: str, caller: Caller, day: date
) -> frozenset[str]:
    """Ids of the articles of a Text that have a version in force on `day`."""
    versions = schema.versions
    query = (
        select(versions.c.article_id)
        .select_from(versions.join(schema.articles).join(schema.texts))
        .where(schema.texts.c.text_id == text_id, may_read(caller), in_force(day))
    )
    return frozenset(connection.execute(query).scalars())


def histories_of(connection: Connection, text_id: str, caller: Caller) -> dict[str, list[Version]]:
    """Every version of every article of a Text, by article id."""
    versions = schema.versions
    query = (
        select(versions)
        .select_from(versions.join(schema.articles).join(schema.texts))
        .where(schema.texts.c.text_id == text_id, may_read(caller))
    )
    found: dict[str, list[Version]] = {}
    for row in connection.execute(query):
        found.setdefault(row.article_id, []).append(version_from(row))
    return found


def document_versions(connection: Connection) -> list[tuple[Version, str]]:
    """Every version of every internal document, with the title of its Text."""
    versions, texts = schema.versions, schema.texts
    query = (
        select(versions, texts.c.title)
        .select_from(versions.join(schema.articles).join(texts))
        .where(versions.c.state == "", versions.c.words.is_not(None))
        .order_by(versions.c.version_id)
    )
    return [(version_from(row), row.title) for row in connection.execute(query)]


def version(connection: Connection, version_id: str, caller: Caller) -> Version | None:
    """One version by its id."""
    return versions(connection, [version_id], caller).get(version_id)


def versions(
    connection: Connection, version_ids: Iterable[str], caller: Caller
) -> dict[str, Version]:
    """Those of these versions that exist and that `caller` may read, by id."""
    table = schema.versions
    tables = table.join(schema.articles).join(schema.texts)
    wanted = sorted(set(version_ids))
    found: dict[str, Version] = {}
    for at in range(0, len(wanted), BATCH):
        group = table.c.version_id.in_(wanted[at : at + BATCH])
        query = select(table).select_from(tables).where(group, may_read(caller))
        found.update((row.version_id, version_from(row)) for row in connection.execute(query))
    return found


def in_force_among(connection: Connection, version_ids: Iterable[str], day: date) -> set[str]:
    """Those of these versions that are in force on `day`."""
    wanted = sorted(version_ids)
    found: set[str] = set()
    for at in range(0, len(wanted), BATCH):
        group = schema.versions.c.version_id.in_(wanted[at : at + BATCH])
        query = select(schema.versions.c.version_id).where(group, in_force(day))
        found.update(connection.execute(query).scalars())
    return found


def points_in_force(
    connection: Connection, article_ids: Sequence[str], caller: Caller, day: date | None
) -> dict[str, list[int]]:
    """Version id → its points in order, for the versions of these articles in force on `day`."""
    passages, versions = schema.passages, schema.versions
    query = (
        select(passages.c.version_id, passages.c.point_id)
        .select_from(passages.join(versions).join(schema.articles).join(schema.texts))
        .where(versions.c.article_id.in_(article_ids), may_read(caller))
        .order_by(passages.c.version_id, passages.c.ord)
    )
    found: dict[str, list[int]] = {}
    for row in connection.execute(query.where(in_force(day)) if day else query):
        found.setdefault(row.version_id, []).append(row.point_id)
    return found


def passages_of(
    connection: Connection, version_ids: Sequence[str], caller: Caller
) -> list[JoinedPassage]:
    """The passages of these versions in order."""
    query = _joined().where(schema.passages.c.version_id.in_(version_ids), may_read(caller))
    found = [_joined_from(row) for row in connection.execute(query)]
    return sorted(found, key=lambda passage: (passage.version_id, passage.start))


def all_passages(connection: Connection) -> Iterator[str]:
    """The words of every passage."""
    passages, versions = schema.passages, schema.versions
    words = func.substr(versions.c.words, passages.c.start + 1, passages.c.end - passages.c.start)
    query = select(words).select_from(passages.join(versions))
    yield from connection.execution_options(yield_per=2000).execute(query).scalars()
