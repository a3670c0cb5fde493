"""The words of passages as the index has them, and how many passages of a text have each.

The projection writes them, so that they say what the index holds. What they are for:
`rag.retrieval.rarity` (how rare a word is among what somebody may read) and re-ranking.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, insert, select, update

from rag.catalogue import schema
from rag.catalogue.records import BATCH
from rag.chunks import chunks
from rag.ports import ARTICLE, PASSAGE
from rag.types import SparseVector

TERM = np.dtype([("token", "<u4"), ("weight", "<f4")])
COUNT = np.dtype([("token", "<u4"), ("articles", "<u4"), ("passages", "<u4")])
OUT_OF_DATE = ""  # revision of counts that are

Terms = npt.NDArray[np.void]  # of TERM: BM25 weights without IDF
Counts = npt.NDArray[np.void]  # of COUNT, in order of token


@dataclass(frozen=True, slots=True)
class PointTerms:
    """What a point is found by: its sparse vectors, by name."""

    point_id: int
    text_id: str
    sparse: Mapping[str, SparseVector]


@dataclass(frozen=True, slots=True)
class TextCounts:
    """How many articles and passages a text has, and how many of them hold each token."""

    articles: int
    passages: int
    counts: Counts


def replace(connection: Connection, points: Sequence[int], now: Sequence[PointTerms]) -> None:
    """Of `points` only those of `now` are there, with these words.

    The counts of their texts are out of date from then on, until `count_again`.
    """
    changed = {point.text_id for point in now} | _texts_of(connection, points)
    for group in chunks(points, BATCH):
        connection.execute(delete(schema.terms).where(schema.terms.c.point_id.in_(group)))
    rows = [
        {
            "point_id": point.point_id,
            "text_id": point.text_id,
            "passage": _packed(point.sparse.get(PASSAGE)),
            "article": _packed(point.sparse.get(ARTICLE)),
        }
        for point in now
    ]
    if rows:
        connection.execute(insert(schema.terms), rows)
    _mark(connection, changed)


def clear(connection: Connection) -> None:
    """Forget every word and count."""
    connection.execute(delete(schema.terms))
    connection.execute(delete(schema.term_counts))


def count_again(connection: Connection) -> None:
    """Count the words of each text whose counts are out of date."""
    table = schema.term_counts
    stale = select(table.c.text_id).where(table.c.revision == OUT_OF_DATE)
    for text_id in connection.execute(stale).scalars().all():
        connection.execute(delete(table).where(table.c.text_id == text_id))
        found = _count(connection, text_id)
        if found.passages:
            packed = found.counts.tobytes()
            connection.execute(
                insert(table).values(
                    text_id=text_id,
                    revision=_revision(found, packed),
                    articles=found.articles,
                    passages=found.passages,
                    counts=packed,
                )
            )


def revisions(connection: Connection) -> dict[str, str]:
    """Text → revision of its counts, of the texts that are there."""
    table = schema.term_counts
    query = select(table.c.text_id, table.c.revision).select_from(
        table.join(schema.texts, schema.texts.c.text_id == table.c.text_id)
    )
    return {row.text_id: row.revision for row in connection.execute(query)}


def counts(connection: Connection, text_ids: Iterable[str]) -> Iterator[TextCounts]:
    """Those of these texts, in any order."""
    table = schema.term_counts
    for group in chunks(sorted(text_ids), BATCH):
        for row in connection.execute(select(table).where(table.c.text_id.in_(group))):
            found = np.frombuffer(row.counts, dtype=COUNT)
            yield TextCounts(row.articles, row.passages, found)


def read(connection: Connection, name: str, points: Sequence[int]) -> dict[int, Terms]:
    """Point → its words by the name ARTICLE or PASSAGE, of the points that are there."""
    table = schema.terms
    column = table.c.article if name == ARTICLE else table.c.passage
    return {
        row.point_id: np.frombuffer(row.found, dtype=TERM)
        for group in chunks(points, BATCH)
        for row in connection.execute(
            select(table.c.point_id, column.label("found")).where(table.c.point_id.in_(group))
        )
    }


def _mark(connection: Connection, text_ids: Iterable[str]) -> None:
    table = schema.term_counts
    for text_id in sorted(text_ids):
        changed = connection.execute(
            update(table).where(table.c.text_id == text_id).values(revision=OUT_OF_DATE)
        )
        if not changed.rowcount:
            empty = {"articles": 0, "passages": 0, "counts": b""}
            connection.execute(insert(table).values(text_id=text_id, revision=OUT_OF_DATE, **empty))


def _texts_of(connection: Connection, points: Sequence[int]) -> set[str]:
    table = schema.terms
    return {
        text_id
        for group in chunks(points, BATCH)
        for text_id in connection.execute(
            select(table.c.text_id).where(table.c.point_id.in_(group)).distinct()
        ).scalars()
    }


def _count(connection: Connection, text_id: str) -> TextCounts:
    table = schema.terms
    query = select(table.c.passage, table.c.article).where(table.c.text_id == text_id)
    rows = connection.execute(query).all()
    articles = [row.article for row in rows if row.article]
    tokens, held = _distinct(row.passage for row in rows)
    own, times = _distinct(articles)
    every = np.union1d(tokens, own)  # a passage may end within a number: neither has all
    found = np.zeros(len(every), COUNT)
    found["token"] = every
    found["passages"][np.searchsorted(every, tokens)] = held
    found["articles"][np.searchsorted(every, own)] = times
    return TextCounts(len(articles), len(rows), found)


def _revision(found: TextCounts, packed: bytes) -> str:
    told = b"%d %d " % (found.articles, found.passages)
    return blake2b(told + packed, digest_size=16).hexdigest()


def _distinct(packed: Iterable[bytes]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.intp]]:
    """The tokens of these vectors in order, and how many vectors hold each."""
    return np.unique(np.frombuffer(b"".join(packed), dtype=TERM)["token"], return_counts=True)


def terms_of(vector: SparseVector) -> Terms:
    """A sparse vector in an array."""
    terms = np.empty(len(vector.indices), TERM)
    terms["token"], terms["weight"] = vector.indices, vector.values
    return terms


def _packed(vector: SparseVector | None) -> bytes:
    return b"" if vector is None else terms_of(vector).tobytes()
