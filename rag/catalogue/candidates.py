"""Reads what versions that the index found are re-ranked by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, and_, bindparam, case, select

from rag.catalogue import schema
from rag.catalogue.reading import in_force, may_read
from rag.catalogue.records import BATCH
from rag.catalogue.rows import path_from
from rag.catalogue.terms import TERM, Terms
from rag.chunks import chunks
from rag.types import Caller

NO_TERMS: Terms = np.empty(0, TERM)


@dataclass(frozen=True, slots=True)
class CandidatePassage:
    """A passage: its words as the index has them, its vector as it is stored (None: it has none;
    float32, little endian)."""

    point_id: int
    terms: Terms
    vector: bytes | None


@dataclass(frozen=True, slots=True)
class CandidateVersion:
    """A version with its titles, outermost first, its words as the index has them, its passages."""

    version_id: str
    titles: tuple[str, ...]
    terms: Terms
    passages: tuple[CandidatePassage, ...]


def read_candidates(
    connection: Connection,
    version_ids: Iterable[str],
    caller: Caller,
    day: date | None,
    model: str,
) -> list[CandidateVersion]:
    """Those of these versions in force on `day` that `caller` may read, in the order given.

    `model` names the embedder whose vectors are read.
    """
    wanted = list(dict.fromkeys(version_ids))
    rows: dict[str, list[Any]] = {}
    for group in chunks(wanted, BATCH):
        query = _query().where(schema.passages.c.version_id.in_(group), may_read(caller))
        if day is not None:
            query = query.where(in_force(day))
        for row in connection.execute(query, {"model": model}).all():
            rows.setdefault(row.version_id, []).append(row)
    return [_version(rows[version_id]) for version_id in wanted if version_id in rows]


@cache
def _query() -> Select[Any]:
    passages, versions, terms = schema.passages, schema.versions, schema.terms
    articles, texts, vectors = schema.articles, schema.texts, schema.vectors
    held = terms.c.point_id == passages.c.point_id
    kept = and_(
        vectors.c.model == bindparam("model"), vectors.c.vector_key == passages.c.vector_key
    )
    first = passages.c.ord == 0  # long, and the same for all passages of a version
    return select(
        passages.c.point_id,
        passages.c.version_id,
        passages.c.ord,
        terms.c.passage,
        terms.c.article,
        vectors.c.vector,
        case((first, texts.c.title), else_="").label("title"),
        case((first, articles.c.path), else_="").label("path"),
        case((first, articles.c.heading), else_="").label("heading"),
    ).select_from(
        passages.join(versions)
        .join(articles)
        .join(texts)
        .outerjoin(terms, held)
        .outerjoin(vectors, kept)
    )


def _order(row: Any) -> int:
    order: int = row.ord
    return order


def _version(rows: Sequence[Any]) -> CandidateVersion:
    ordered = sorted(rows, key=_order) if len(rows) > 1 else rows
    first = ordered[0]
    titles = (first.title, *path_from(first.path or "[]"), first.heading)
    return CandidateVersion(
        first.version_id,
        tuple(filter(None, titles)),
        _terms(first.article),
        tuple(CandidatePassage(r.point_id, _terms(r.passage), r.vector) for r in ordered),
    )


def _terms(stored: bytes | None) -> Terms:
    """Nothing for a passage that the index does not have yet."""
    return NO_TERMS if stored is None else np.frombuffer(stored, dtype=TERM)
