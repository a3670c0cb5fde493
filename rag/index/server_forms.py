"""Our words ↔ qdrant-client's (pure)."""

from __future__ import annotations

from typing import Any

from qdrant_client import models as rest

from rag.index.filters import to_rest
from rag.index.payload import SERVICES, VALID_FROM, VALID_TO, VERSION_ID, payload_of
from rag.index.vectors import SPARSE, dense_of, sparse_of
from rag.ports import DENSE, IndexPoint, IndexQuery, Scored
from rag.types import SparseVector


def config(dimension: int) -> dict[str, Any]:
    """What `create_collection` takes. Vectors are of length 1, so Dot is their cosine."""
    dense = rest.VectorParams(size=dimension, distance=rest.Distance.DOT) if dimension else None
    return {
        "vectors_config": {DENSE: dense} if dense else {},
        "sparse_vectors_config": {name: rest.SparseVectorParams() for name in SPARSE},
    }


def payload_indexes() -> dict[str, rest.KeywordIndexParams | rest.IntegerIndexParams]:
    """What is filtered on, without links in the HNSW graph."""
    day = rest.IntegerIndexParams(
        type=rest.IntegerIndexType.INTEGER, lookup=False, range=True, enable_hnsw=False
    )
    keyword = rest.KeywordIndexParams(type=rest.KeywordIndexType.KEYWORD, enable_hnsw=False)
    return {SERVICES: keyword, VALID_FROM: day, VALID_TO: day}


def to_request(query: IndexQuery) -> rest.QueryRequest:
    """A ranking of the points that the query's filter lets through."""
    asked = query.vector
    vector = to_sparse(asked) if isinstance(asked, SparseVector) else asked.tolist()
    return rest.QueryRequest(
        query=rest.NearestQuery(nearest=vector),
        using=query.using,
        limit=query.limit,
        filter=to_rest(query.where),
        with_payload=[VERSION_ID],
        with_vector=False,
    )


def to_scored(point: rest.ScoredPoint) -> Scored:
    """A point found."""
    return Scored(int(point.id), point.score, str((point.payload or {})[VERSION_ID]))


def to_point(point: IndexPoint, dimension: int) -> rest.PointStruct:
    """A point with the vectors that it has."""
    vectors: dict[str, Any] = {name: to_sparse(vector) for name, vector in sparse_of(point).items()}
    dense = dense_of(point, dimension)
    if dense is not None:
        vectors[DENSE] = dense
    return rest.PointStruct(id=point.point_id, vector=vectors, payload=dict(payload_of(point)))


def to_sparse(vector: SparseVector) -> rest.SparseVector:
    """A sparse vector."""
    return rest.SparseVector(indices=list(vector.indices), values=list(vector.values))
