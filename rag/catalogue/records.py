"""Reads and writes whole TextRecords, with the passages and outbox operations that follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from rag.catalogue import schema
from rag.catalogue.rows import RowChanges, deletions_from, differences, record_from
from rag.legal.versions import BEGINNING, Deletions, TextRecord
from rag.passages import vector_key
from rag.types import Passage

BATCH = 500  # bound parameters a statement: SQLite takes 32,766, older ones 999


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the catalogue: a Text from one record to the next (None: not there).

    `passages`: those of every version whose words or pages are new, by version id.
    """

    before: TextRecord | None
    after: TextRecord | None
    passages: Mapping[str, Sequence[Passage]]


def load(connection: Connection, text_id: str) -> TextRecord | None:
    """Everything known of a Text; None when there is no such Text."""
    texts, articles = schema.texts, schema.articles
    text = connection.execute(select(texts).where(texts.c.text_id == text_id)).all()
    if not text:
        return None
    of_text = articles.c.text_id == text_id
    return record_from(
        {
            "texts": text,
            "text_services": _of_text(connection, schema.text_services, text_id),
            "text_states": _of_text(connection, schema.text_states, text_id),
            "articles": connection.execute(select(articles).where(of_text)).all(),
            "versions": connection.execute(
                select(schema.versions).join(articles).where(of_text)
            ).all(),
            "sightings": connection.execute(
                select(schema.sightings).join(articles).where(of_text)
            ).all(),
            "deletions": _of_text(connection, schema.deletions, text_id),
        }
    )


def deletions(connection: Connection, text_id: str) -> Deletions:
    """What is known to be no more of a Text, whether or not it is here."""
    return deletions_from(_of_text(connection, schema.deletions, text_id))


def save_deletions(connection: Connection, text_id: str, found: Deletions) -> None:
    """Keep those that are not kept yet."""
    new = sorted(found - deletions(connection, text_id)) if found else []
    _insert(
        connection,
        schema.deletions,
        ({"text_id": text_id, "version_id": key, "as_of": day} for key, day in new),
    )


def describe(connection: Connection, text_id: str) -> tuple[str, int]:
    """A Text's title and how many articles it shows (`TextRecord.shown`)."""
    texts, articles, versions = schema.texts, schema.articles, schema.versions
    seen = schema.sightings
    title = connection.execute(select(texts.c.title).where(texts.c.text_id == text_id)).scalar()
    with_words = (
        select(func.count(func.distinct(articles.c.article_id)))
        .select_from(articles.join(seen).join(versions, versions.c.version_id == seen.c.version_id))
        .where(
            articles.c.text_id == text_id,
            seen.c.as_of >= _newest_whole(connection, text_id),
            func.trim(versions.c.words) != "",
        )
    )
    return title or "", connection.execute(with_words).scalar_one()


def _newest_whole(connection: Connection, text_id: str) -> date:
    table = schema.text_states
    query = select(func.max(table.c.as_of)).where(table.c.text_id == text_id, table.c.partial == 0)
    return connection.execute(query).scalar() or BEGINNING


def states(connection: Connection, text_id: str) -> list[date]:
    """The dates of the states of a Text that were taken in."""
    query = select(schema.text_states.c.as_of).where(schema.text_states.c.text_id == text_id)
    return list(connection.execute(query).scalars())


def _of_text(connection: Connection, table: Table, text_id: str) -> Sequence[Any]:
    return connection.execute(select(table).where(table.c.text_id == text_id)).all()


def save(connection: Connection, change: Change) -> int:
    """Write a change and the outbox operations that bring the index after it.

    Returns how many points the index will have to write or remove.
    """
    changes = differences(change.before, change.after)
    touched = _touched_versions(change)
    points = _point_ids(connection, touched)
    _delete_passages(connection, change)
    for table in changes:
        _insert_update(connection, table)
    for table in reversed(changes):  # last: a version may have moved away from a deleted article
        _delete(connection, table)
    written = [
        _passage_row(passage, order)
        for group in change.passages.values()
        for order, passage in enumerate(group)
    ]
    _insert(connection, schema.passages, written)
    points |= {row["point_id"] for row in written}
    _insert(connection, schema.outbox, ({"point_id": point} for point in sorted(points)))
    return len(points)


def _touched_versions(change: Change) -> set[str]:
    """Versions whose points differ from one record to the next: words, period, path, readers."""
    before = change.before.versions if change.before else {}
    after = change.after.versions if change.after else {}
    touched = {key for key in before if key not in after} | set(change.passages)
    readers = change.before and change.after and _readers(change.before) == _readers(change.after)
    for key in before:
        if key in after and not (
            readers and _as_indexed(change.before, key) == _as_indexed(change.after, key)
        ):
            touched.add(key)
    return touched


def _readers(record: TextRecord) -> tuple[object, ...]:
    return record.text.services, record.text.title


def _as_indexed(record: TextRecord | None, version_id: str) -> tuple[object, ...]:
    if record is None:
        return ()
    version = record.versions[version_id].version
    article = record.articles[version.article_id].article
    return version.validity, article.path, article.number, article.heading, version.words


def _point_ids(connection: Connection, versions: Iterable[str]) -> set[int]:
    passages = schema.passages
    found: set[int] = set()
    for group in batches(sorted(versions)):
        rows = connection.execute(
            select(passages.c.point_id).where(passages.c.version_id.in_(group))
        )
        found.update(rows.scalars())
    return found


def _delete_passages(connection: Connection, change: Change) -> None:
    for group in batches(sorted(change.passages)):
        connection.execute(delete(schema.passages).where(schema.passages.c.version_id.in_(group)))


def _delete(connection: Connection, changes: RowChanges) -> None:
    columns = list(changes.table.primary_key)
    if not changes.delete:
        return
    matches = and_(*(column == bindparam(f"k_{column.name}") for column in columns))
    connection.execute(
        delete(changes.table).where(matches),
        [
            {f"k_{column.name}": value for column, value in zip(columns, key, strict=True)}
            for key in changes.delete
        ],
    )


def _insert_update(connection: Connection, changes: RowChanges) -> None:
    _insert(connection, changes.table, changes.insert)
    if not changes.update:
        return
    keys = list(changes.table.primary_key)
    matches = and_(*(column == bindparam(f"k_{column.name}") for column in keys))
    others: dict[str, Any] = {
        column.name: bindparam(column.name)
        for column in changes.table.columns
        if not column.primary_key
    }
    connection.execute(
        update(changes.table).where(matches).values(others),
        [{**row, **{f"k_{key.name}": row[key.name] for key in keys}} for row in changes.update],
    )


def _insert(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    listed = list(rows)
    if listed:
        connection.execute(insert(table), listed)


def _passage_row(passage: Passage, order: int) -> dict[str, Any]:
    return {
        "ord": order,
        "point_id": passage.passage_id,
        "version_id": passage.version_id,
        "start": passage.start,
        "end": passage.end,
        "page": passage.page,
        "vector_key": vector_key(passage.words),
    }


def missing_vectors(connection: Connection, model: str, keys: Iterable[str]) -> set[str]:
    """Those of `keys` for which no vector of this model is kept."""
    wanted = sorted(set(keys))
    vectors = schema.vectors
    known: set[str] = set()
    for group in batches(wanted):
        rows = connection.execute(
            select(vectors.c.vector_key).where(
                vectors.c.model == model, vectors.c.vector_key.in_(group)
            )
        )
        known.update(rows.scalars())
    return set(wanted) - known


def save_vectors(connection: Connection, model: str, vectors: Mapping[str, bytes]) -> None:
    """Keep vectors (float32, little endian) by the key of their words."""
    _insert(
        connection,
        schema.vectors,
        ({"model": model, "vector_key": key, "vector": vector} for key, vector in vectors.items()),
    )


def forget_unused_vectors(connection: Connection) -> int:
    """Drop the vectors that no passage uses any more; returns how many."""
    # Not "not in": without room in memory for the whole list, PostgreSQL walks it for each vector.
    used = exists().where(schema.passages.c.vector_key == schema.vectors.c.vector_key)
    result = connection.execute(delete(schema.vectors).where(~used))
    return result.rowcount


def existing(connection: Connection, text_ids: Iterable[str]) -> set[str]:
    """Those of `text_ids` that the catalogue holds."""
    column = schema.texts.c.text_id
    found: set[str] = set()
    for group in batches(sorted(set(text_ids))):
        found.update(connection.execute(select(column).where(column.in_(group))).scalars())
    return found


def batches(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    """`keys` in groups that fit one statement."""
    return (keys[at : at + BATCH] for at in range(0, len(keys), BATCH))
