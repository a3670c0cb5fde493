"""Candidates that the index found, put in order by the shipped ranker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from rag.catalogue.candidates import CandidateVersion
from rag.ports import ARTICLE, PASSAGE, Vectors
from rag.retrieval.rarity import Rarity
from rag.retrieval.reranking import Ranker
from rag.retrieval.scoring import Candidates, Floats, Unit, figures
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
    points = _points(read, candidates.owners, found.passages)
    return [
        Candidate(read[at].version_id, float(scores[at]), points[at])
        for at in np.argsort(-scores, kind="stable").tolist()
    ]


def _points(
    read: Sequence[CandidateVersion], owners: npt.NDArray[np.int64], scores: Floats
) -> list[tuple[int, ...]]:
    """Each version's points, best first."""
    every = [passage.point_id for version in read for passage in version.passages]
    best = iter([every[at] for at in np.lexsort((-scores, owners)).tolist()])
    return [tuple(islice(best, len(version.passages))) for version in read]


def _candidates(read: Sequence[CandidateVersion], meaning: Vectors | None) -> Candidates:
    passages = [passage for version in read for passage in version.passages]
    vectors = None
    if meaning is not None:
        nothing = bytes(meaning.nbytes)
        packed = b"".join(p.vector or nothing for p in passages)
        vectors = np.frombuffer(packed, dtype="<f4").reshape(len(passages), len(meaning))
    return Candidates(
        articles=[version.terms for version in read],
        passages=[passage.terms for passage in passages],
        owners=np.repeat(np.arange(len(read)), [len(version.passages) for version in read]),
        titles=[version.titles for version in read],
        vectors=vectors,
    )
