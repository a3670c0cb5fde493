"""Checks and shapes of vectors before they reach a store (pure).

A store must never see a wrong vector: Qdrant Edge logs an operation before it looks at it, and
one that it then refuses has been seen to leave a point without vectors behind.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from rag.errors import IndexFailure
from rag.ports import ARTICLE, DENSE, PASSAGE, IndexPoint, IndexQuery, Vectors
from rag.types import SparseVector

SPARSE = (PASSAGE, ARTICLE)
REBUILD = "refaites l'index avec `referent rebuild`."


def is_empty(vector: Vectors | SparseVector) -> bool:
    """True when nothing can be found by this vector: no token, or a length of 0."""
    if isinstance(vector, SparseVector):
        return not vector.indices
    return not np.any(vector)


def dense_of(point: IndexPoint, dimension: int) -> list[float] | None:
    """The dense vector to store, None when there is none.

    Raises IndexFailure when its shape is not `(dimension,)` or a number in it is not finite.
    """
    if point.dense is None or is_empty(point.dense):
        return None
    _check_dense(point.dense, dimension, _name(point))
    return [float(number) for number in point.dense.tolist()]


def sparse_of(point: IndexPoint) -> dict[str, SparseVector]:
    """The sparse vectors to store, by name: those that hold a token.

    Raises IndexFailure when a vector is not one, or has another name.
    """
    if unknown := set(point.sparse) - set(SPARSE):
        raise IndexFailure(f"vecteur inconnu : {sorted(unknown)}", where=_name(point))
    for vector in point.sparse.values():
        _check_sparse(vector, _name(point))
    return {name: vector for name, vector in point.sparse.items() if not is_empty(vector)}


def last_of_each(points: Sequence[IndexPoint]) -> list[IndexPoint]:
    """One point an id: the last one given."""
    return list({point.point_id: point for point in points}.values())


def check_query(query: IndexQuery, dimension: int) -> None:
    """Raise IndexFailure when the vector does not fit the name that it is to be searched under."""
    if isinstance(query.vector, SparseVector):
        if query.using not in SPARSE:
            raise IndexFailure(f"« {query.using} » ne se cherche pas par mots", where="question")
        _check_sparse(query.vector, "question")
        return
    if query.using != DENSE:
        raise IndexFailure(f"« {query.using} » ne se cherche que par mots", where="question")
    _check_dense(query.vector, dimension, "question")


def _name(point: IndexPoint) -> str:
    return f"passage {point.point_id}"


def _check_dense(vector: Vectors, dimension: int, where: str) -> None:
    if vector.shape != (dimension,):
        size = "×".join(str(side) for side in vector.shape)
        what = f"le vecteur a {size} nombres, l'index en attend {dimension}"
        raise IndexFailure(what, where=where, remedy=f"Le modèle a changé : {REBUILD}")
    if not np.isfinite(vector).all():
        raise IndexFailure("le vecteur contient un nombre infini ou indéfini", where=where)


def _check_sparse(vector: SparseVector, where: str) -> None:
    indices, values = vector.indices, vector.values
    if len(indices) != len(values) or len(set(indices)) != len(indices):
        raise IndexFailure("vecteur de mots mal formé", where=where)
    if indices and not (min(indices) >= 0 and max(indices) < 2**32):
        raise IndexFailure("numéro de mot hors de 32 bits", where=where)
    if not all(map(math.isfinite, values)):
        raise IndexFailure("poids de mot infini ou indéfini", where=where)
