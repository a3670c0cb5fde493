"""What an index should answer, worked out from its points one by one; and points to try it on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from rag.ports import ARTICLE, DENSE, PASSAGE, IndexFilter, IndexPoint, IndexQuery
from rag.types import SparseVector, Validity

DIMENSION = 4


def unit(*numbers: float) -> np.ndarray:
    """A vector of length 1 in this direction."""
    vector = np.array(numbers, dtype=np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def words(weights: dict[int, float]) -> SparseVector:
    """A sparse vector."""
    return SparseVector(tuple(weights), tuple(weights.values()))


def point(
    point_id: int,
    passage: dict[int, float] | None = None,
    article: dict[int, float] | None = None,
    dense: Sequence[float] | None = None,
    services: Iterable[str] = (),
    start: date | None = None,
    end: date | None = None,
    version: str = "",
    digest: str = "",
) -> IndexPoint:
    """A point with what a test cares about."""
    sparse = {PASSAGE: passage, ARTICLE: article}
    return IndexPoint(
        point_id=point_id,
        version_id=version or f"V{point_id}",
        services=frozenset(services),
        valid_from=start,
        valid_to=end,
        digest=digest or f"d{point_id}",
        dense=unit(*dense) if dense else None,
        sparse={name: words(weights) for name, weights in sparse.items() if weights is not None},
    )


def passes(where: IndexFilter, candidate: IndexPoint) -> bool:
    """True when the filter lets the point through."""
    validity = Validity(candidate.valid_from, candidate.valid_to)
    in_force = where.day is None or validity.contains(where.day)
    readable = (
        where.services is None
        or not candidate.services
        or bool(where.services & candidate.services)
    )
    return in_force and readable


def scores(points: Sequence[IndexPoint], query: IndexQuery) -> dict[int, float]:
    """The score of every point that is found, by id."""
    if isinstance(query.vector, SparseVector):
        found = _sparse_scores(points, query.using, query.vector)
    else:
        assert query.using == DENSE
        asked = np.asarray(query.vector, dtype=np.float64)
        found = {p.point_id: float(p.dense @ asked) for p in points if p.dense is not None}
    visible = {p.point_id for p in points if passes(query.where, p)}
    return {point_id: score for point_id, score in found.items() if point_id in visible}


def _sparse_scores(
    points: Sequence[IndexPoint], name: str, asked: SparseVector
) -> dict[int, float]:
    vectors = {
        p.point_id: dict(zip(p.sparse[name].indices, p.sparse[name].values, strict=True))
        for p in points
        if name in p.sparse and p.sparse[name].indices
    }
    found: dict[int, float] = {}
    for token, weight in zip(asked.indices, asked.values, strict=True):
        for point_id, vector in vectors.items():
            if token in vector:
                found[point_id] = found.get(point_id, 0.0) + weight * vector[token]
    return found
