"""Larger corpora for the growth measure: the real one, copied with other words.

The catalogue's rows are copied by the database under new ids. In the index each token of a copy
becomes another one of about the same frequency, so that postings grow as they would with more
law, and a question does not find the same article twenty times. The words in the catalogue stay:
the join copies them whatever they say. A copy belongs to one of five services; every fourth one
is no longer in force.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, insert, literal, select

from eval.bench import corpus
from eval.bench.measure import Bench
from rag.bootstrap import Parts, open_parts
from rag.catalogue import schema
from rag.catalogue.engine import FILE_NAME
from rag.database import writing
from rag.index import projection
from rag.ports import Index, IndexPoint, IndexQuery, Scored, Vectors
from rag.types import SparseVector

SERVICES = 5
REPEALED_EVERY = 4
REPEALED_ON = date(2020, 1, 1)
BAND = 32  # tokens of about the same frequency, swapped among themselves
NOISE = 0.3  # how far a copy's dense vector is from the original's


class Grown:
    """The real corpus and its copies, in a data folder of their own."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._originals = _points(parts)
        self._bands = _bands(self._originals)
        self._copies = 0
        parts.index.upsert(self._originals)

    def grow(self, size: int) -> int:
        """Copy until there are `size` passages; returns how many there are."""
        while len(self._originals) * (1 + self._copies) < size:
            self._copies += 1
            self._copy(self._copies)
        return len(self._originals) * (1 + self._copies)

    def _copy(self, number: int) -> None:
        repealed = REPEALED_ON if number % REPEALED_EVERY == 0 else None
        service = f"service-{number % SERVICES}"
        with writing(self.parts.catalogue, self.parts.catalogue_place) as connection:
            _copy_rows(connection, number, service, repealed)
        swaps = _swaps(self._bands, Random(number))
        noise = np.random.default_rng(number)
        self.parts.index.upsert(
            [
                replace(
                    point,
                    point_id=point.point_id + number,
                    version_id=_copied(point.version_id, number),
                    services=frozenset({service}),
                    valid_to=repealed or point.valid_to,
                    dense=_moved(point.dense, noise),
                    sparse={name: _swapped(v, swaps) for name, v in point.sparse.items()},
                )
                for point in self._originals
            ]
        )


@contextmanager
def opened(bench: Bench) -> Iterator[Grown]:
    """A copy of the real corpus, ready to grow.

    Raises:
        Skipped: the real corpus is not there.
    """
    data = bench.work / "grown"
    data.mkdir()
    source = corpus.ingested(bench).data / FILE_NAME
    with (
        closing(sqlite3.connect(source)) as original,
        closing(sqlite3.connect(data / FILE_NAME)) as copy,
    ):
        original.backup(copy)
    with open_parts(corpus.settings(bench, data)) as parts:
        yield Grown(parts)


class _Collector(Index):
    """An Index that keeps the points it is given, to read them off the projection."""

    identity = "collector"

    def __init__(self) -> None:
        self.points: list[IndexPoint] = []

    def upsert(self, points: Sequence[IndexPoint]) -> None:
        self.points.extend(points)

    def delete(self, point_ids: Sequence[int]) -> None: ...

    def search(self, queries: Sequence[IndexQuery]) -> list[list[Scored]]:
        return [[] for _ in queries]

    def digests(self) -> Iterator[tuple[int, str]]:
        return ((point.point_id, point.digest) for point in self.points)

    def count(self) -> int:
        return len(self.points)

    def clear(self) -> None:
        self.points.clear()

    def flush(self) -> None: ...
    def close(self) -> None: ...


def _points(parts: Parts) -> list[IndexPoint]:
    collector = _Collector()
    projection.rebuild(parts.catalogue, collector, parts.model_name, parts.catalogue_place)
    return collector.points


def _bands(points: Sequence[IndexPoint]) -> list[list[int]]:
    """Tokens by frequency, in groups of neighbours."""
    counts = Counter(
        token for point in points for vector in point.sparse.values() for token in vector.indices
    )
    ranked = [token for token, _ in counts.most_common()]
    return [ranked[at : at + BAND] for at in range(0, len(ranked), BAND)]


def _swaps(bands: Sequence[Sequence[int]], random: Random) -> dict[int, int]:
    return {
        token: other
        for band in bands
        for token, other in zip(band, random.sample(band, len(band)), strict=True)
    }


def _swapped(vector: SparseVector, swaps: Mapping[int, int]) -> SparseVector:
    return SparseVector(tuple(swaps[token] for token in vector.indices), vector.values)


def _moved(vector: Vectors | None, noise: np.random.Generator) -> Vectors | None:
    if vector is None:
        return None
    step = noise.standard_normal(vector.shape, dtype=np.float32)
    moved = vector + NOISE * step / np.linalg.norm(step)
    unit: Vectors = (moved / np.linalg.norm(moved)).astype(np.float32)
    return unit


def _copied(key: str, number: int) -> str:
    return f"{key}~{number}"


def _copy_rows(connection: Connection, number: int, service: str, repealed: date | None) -> None:
    suffix = literal(_copied("", number))
    texts, articles = schema.texts, schema.articles
    versions, passages = schema.versions, schema.passages
    text_id, article_id = texts.c.text_id + suffix, articles.c.article_id + suffix
    _duplicate(connection, texts, {"text_id": text_id})
    connection.execute(
        insert(schema.text_services).from_select(
            ["text_id", "service"],
            select(text_id, literal(service)).where(texts.c.text_id.not_like("%~%")),
        )
    )
    _duplicate(
        connection, articles, {"article_id": article_id, "text_id": articles.c.text_id + suffix}
    )
    _duplicate(
        connection,
        versions,
        {
            "version_id": versions.c.version_id + suffix,
            "article_id": versions.c.article_id + suffix,
            **({"valid_to": literal(repealed)} if repealed else {}),
        },
    )
    _duplicate(
        connection,
        passages,
        {
            "point_id": passages.c.point_id + number,
            "version_id": passages.c.version_id + suffix,
        },
        passages.c.version_id,
    )


def _duplicate(
    connection: Connection, table: Table, changed: Mapping[str, Any], key: Any = None
) -> None:
    """Copy the original rows of a table, some columns changed."""
    own = key if key is not None else next(iter(table.primary_key))
    columns = [changed.get(column.name, column) for column in table.columns]
    rows = select(*columns).where(own.not_like("%~%"))
    connection.execute(insert(table).from_select([column.name for column in table.columns], rows))
