"""Brings the index after the catalogue: replays the outbox, or everything.

An operation names a point; what to do is read from the catalogue when it is applied, so that
applying twice, late, or after a crash gives the same index.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, and_, case, delete, func, insert, select, update

from rag.catalogue import properties, schema, terms
from rag.catalogue.rights import readers
from rag.catalogue.rows import path_from
from rag.catalogue.terms import PointTerms
from rag.database import reading, writing
from rag.index.turn import turn
from rag.ports import ARTICLE, PASSAGE, Index, IndexPoint, Vectors
from rag.retrieval.lexical import ARTICLE_LENGTH, PASSAGE_LENGTH, document_vector
from rag.types import SparseVector

BATCH = 2000  # points a write, each made durable by a flush: smaller ones spend their time there
PRUNED = "outbox_pruned_to"  # property: operations up to this number are no longer kept

Progress = Callable[[int, int], None]  # points done, points to do


@dataclass(frozen=True, slots=True)
class Lag:
    """How far an index got."""

    applied: int
    pending: int


def lag(engine: Engine, identity: str) -> Lag:
    """How many operations this index has still to apply."""
    with reading(engine) as connection:
        applied = _applied(connection, identity)
        if applied is None or applied < _pruned(connection):
            total = connection.execute(
                select(func.count()).select_from(schema.passages)
            ).scalar_one()
            return Lag(0, total)
        pending = connection.execute(
            select(func.count()).select_from(schema.outbox).where(schema.outbox.c.seq > applied)
        ).scalar_one()
        return Lag(applied, pending)


def catch_up(
    engine: Engine, index: Index, model: str, where: str, progress: Progress | None = None
) -> int:
    """Apply what the index has not applied yet, in order; returns how many points it touched.

    An index that the catalogue does not know, or that missed operations since pruned, is cleared
    and filled again. Several processes may do this at once: each in its turn.

    Raises:
        IndexBusy: another process takes too long.
    """
    if _up_to_date(engine, index.identity):
        return 0
    with turn(engine):
        with reading(engine) as connection:  # another process may just have done it
            applied = _applied(connection, index.identity)
            stale = applied is None or applied < _pruned(connection)
        again = _refill if stale else _replay
        return again(engine, index, model, where, progress)


def rebuild(
    engine: Engine, index: Index, model: str, where: str, progress: Progress | None = None
) -> int:
    """Fill the index again from the catalogue; nothing is embedded.

    Raises:
        IndexBusy: another process brings it after the catalogue, and takes too long.
    """
    with turn(engine):
        return _refill(engine, index, model, where, progress)


def _up_to_date(engine: Engine, identity: str) -> bool:
    with reading(engine) as connection:
        return _applied(connection, identity) == _last(connection)


def _refill(engine: Engine, index: Index, model: str, where: str, progress: Progress | None) -> int:
    index.clear()
    with writing(engine, where) as connection:
        terms.clear(connection)
    with reading(engine) as connection:
        last = _last(connection)
        points = list(
            connection.execute(
                select(schema.passages.c.point_id).order_by(
                    schema.passages.c.version_id, schema.passages.c.start
                )
            ).scalars()
        )
        _write(connection, engine, index, model, points, where, progress)
    _record(engine, index, last, where)
    return len(points)


def _replay(engine: Engine, index: Index, model: str, where: str, progress: Progress | None) -> int:
    with reading(engine) as connection:
        applied = _applied(connection, index.identity) or 0
        rows = connection.execute(
            select(schema.outbox).where(schema.outbox.c.seq > applied).order_by(schema.outbox.c.seq)
        ).all()
        points = list(dict.fromkeys(row.point_id for row in rows))
        if not points:
            return 0
        _write(connection, engine, index, model, points, where, progress)
    _record(engine, index, rows[-1].seq, where)
    return len(points)


def _write(
    connection: Connection,
    engine: Engine,
    index: Index,
    model: str,
    points: Sequence[int],
    where: str,
    progress: Progress | None,
) -> None:
    """Bring these points, and the words kept of them, into line with the catalogue."""
    for at in range(0, len(points), BATCH):
        group = points[at : at + BATCH]
        present, words = _points(connection, model, group)
        index.upsert(present)
        gone = set(group) - {point.point_id for point in present}
        index.delete(sorted(gone))
        with writing(engine, where) as own:
            terms.replace(own, group, words)
        if progress:
            progress(min(at + BATCH, len(points)), len(points))
    index.flush()


def _record(engine: Engine, index: Index, seq: int, where: str) -> None:
    """Remember how far the index got, once it is durable, and drop what nobody needs any more."""
    table, identity = schema.projections, index.identity
    with writing(engine, where) as connection:
        if _applied(connection, identity) is None:
            connection.execute(delete(table))  # a cleared or replaced index never comes back
            connection.execute(insert(table).values(identity=identity, applied=seq))
        else:
            behind = and_(table.c.identity == identity, table.c.applied < seq)
            connection.execute(update(table).where(behind).values(applied=seq))
        _prune(connection, seq)
        terms.count_again(connection)


def _prune(connection: Connection, seq: int) -> None:
    if seq <= _pruned(connection):
        return
    connection.execute(delete(schema.outbox).where(schema.outbox.c.seq <= seq))
    properties.write(connection, PRUNED, str(seq))


def _applied(connection: Connection, identity: str) -> int | None:
    table = schema.projections
    return connection.execute(select(table.c.applied).where(table.c.identity == identity)).scalar()


def _pruned(connection: Connection) -> int:
    return int(properties.read(connection, PRUNED) or 0)


def _last(connection: Connection) -> int:
    newest = connection.execute(select(func.max(schema.outbox.c.seq))).scalar()
    return max(newest or 0, _pruned(connection))


# Points as the catalogue has them.


def digests(connection: Connection, model: str) -> Iterator[tuple[int, str]]:
    """What the index should hold: every point's id and digest."""
    services = readers(connection)
    for row in connection.execution_options(yield_per=2000).execute(_rows(model)):
        yield row.point_id, _digest(row, services.get(row.text_id, frozenset()), model)


def _points(
    connection: Connection, model: str, ids: Sequence[int]
) -> tuple[list[IndexPoint], list[PointTerms]]:
    """Those of these points that are there, and what each is found by."""
    rows = connection.execute(_rows(model).where(schema.passages.c.point_id.in_(ids))).all()
    services = readers(connection)
    words = _words(connection, {row.version_id for row in rows})
    points = [
        _point(
            row,
            words[row.version_id][row.start : row.end],
            services.get(row.text_id, frozenset()),
            model,
        )
        for row in rows
    ]
    found_by = [
        PointTerms(point.point_id, row.text_id, point.sparse)
        for point, row in zip(points, rows, strict=True)
    ]
    return points, found_by


def _words(connection: Connection, versions: set[str]) -> dict[str, str]:
    """Words by version: read once a version, since a passage far into long words costs as much."""
    table = schema.versions
    query = select(table.c.version_id, table.c.words).where(table.c.version_id.in_(versions))
    return {row.version_id: row.words for row in connection.execute(query)}


def _rows(model: str) -> Any:
    passages, versions = schema.passages, schema.versions
    articles, texts, vectors = schema.articles, schema.texts, schema.vectors
    kept = and_(vectors.c.model == model, vectors.c.vector_key == passages.c.vector_key)
    return select(
        passages,
        case((passages.c.ord == 0, versions.c.words), else_="").label("article"),
        versions.c.valid_from,
        versions.c.valid_to,
        articles.c.number,
        articles.c.heading,
        articles.c.path,
        texts.c.text_id,
        texts.c.title,
        vectors.c.vector,
    ).select_from(passages.join(versions).join(articles).join(texts).outerjoin(vectors, kept))


def _point(row: Any, passage: str, services: frozenset[str], model: str) -> IndexPoint:
    return IndexPoint(
        point_id=row.point_id,
        version_id=row.version_id,
        services=services,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        digest=_digest(row, services, model),
        dense=_dense(row.vector),
        sparse=_sparse(row, passage),
    )


def _dense(stored: bytes | None) -> Vectors | None:
    return None if stored is None else np.frombuffer(stored, dtype="<f4")


def _sparse(row: Any, passage: str) -> dict[str, SparseVector]:
    about = context(row.title, path_from(row.path), row.heading, row.number)
    vectors = {PASSAGE: document_vector(passage, about, PASSAGE_LENGTH)}
    if row.ord == 0:
        vectors[ARTICLE] = document_vector(row.article, about, ARTICLE_LENGTH)
    return vectors


def context(title: str, path: Sequence[str], heading: str, number: str) -> str:
    """What is indexed with the words: titles above them, and the article's number."""
    return "\n".join(part for part in (title, *path, heading, f"article {number}") if part)


def _digest(row: Any, services: frozenset[str], model: str) -> str:
    """Differs whenever the point should be written again."""
    parts = (
        row.version_id,
        row.start,
        row.end,
        row.vector_key,
        model if row.vector is not None else "",
        row.valid_from,
        row.valid_to,
        *sorted(services),
        row.title,
        row.path,
        row.heading,
        row.number,
        row.article,
    )
    return hashlib.sha256("\x00".join(map(str, parts)).encode()).hexdigest()[:16]
