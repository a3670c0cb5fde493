"""Candidates that the index found, put in order by the shipped ranker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.catalogue.candidates import CandidateVersion
from rag.ports import ARTICLE, PASSAGE, Vectors
from rag.retrieval.rarity import Rarity
from rag.retrieval.reranking import Ranker
from rag.retrieval.scoring import Candidates, Unit, figures
from rag.retrieval.thesaurus import Concept


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """A question as it is searched: what its words may be called, how rare they are for who asks,
    its vector (None: no meaning is searched)."""

    question: str
    concepts: Sequence[Concept]
    asked: tuple[Unit, ...]
    rarity: Rarity  # of `scoring.tokens_of(asked)`
    meaning: Vectors | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version that may answer, with the points of its passages, best first."""

    version_id: str
    score: float
    points: tuple[int, ...]


def ranked(sought: Sought, read: Sequence[CandidateVersion], ranker: Ranker) -> list[Candidate]:
    """Best first; equal scores keep their order."""
    if not read:
        return []
    candidates = _candidates(read, sought.meaning)
    weights = sought.rarity.weights
    found = figures(sought.asked, weights[ARTICLE], weights[PASSAGE], sought.meaning, candidates)
    scores = ranker.scores(found.versions)
    by_version = np.split(found.passages, np.searchsorted(candidates.owners, range(1, len(read))))
    return [
        Candidate(read[at].version_id, float(scores[at]), _points(read[at], by_version[at]))
        for at in np.argsort(-scores, kind="stable").tolist()
    ]


def _points(version: CandidateVersion, scores: Sequence[float]) -> tuple[int, ...]:
    order = np.argsort(-np.asarray(scores), kind="stable")
    return tuple(version.passages[at].point_id for at in order.tolist())


def _candidates(read: Sequence[CandidateVersion], meaning: Vectors | None) -> Candidates:
    passages = [passage for version in read for passage in version.passages]
    vectors = None
    if meaning is not None:
        nothing = np.zeros_like(meaning)
        vectors = np.stack([nothing if p.vector is None else p.vector for p in passages])
    return Candidates(
        articles=[version.terms for version in read],
        passages=[passage.terms for passage in passages],
        owners=np.repeat(np.arange(len(read)), [len(version.passages) for version in read]),
        titles=[version.titles for version in read],
        vectors=vectors,
    )
