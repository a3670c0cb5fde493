"""Several rankings of the same things made one. Pure functions."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

# As published; 10 gives the same figures here (eval/results/lexical.md).
RANK_CONSTANT = 60


def pool(scored: Iterable[tuple[Key, float]]) -> list[tuple[Key, float]]:
    """One entry a key with its best score, best first: passages → their article.

    Equal scores keep the order in which the keys first came.
    """
    best: dict[Key, float] = {}
    for key, score in scored:
        best[key] = max(score, best.get(key, score))
    return _best_first(best)


def fuse(
    rankings: Mapping[str, Sequence[tuple[Key, float]]], weights: Mapping[str, float]
) -> list[tuple[Key, float]]:
    """Weighted reciprocal rank fusion of rankings given best first; scores at most sum(weights).

    Each ranking adds weight * (1 + k) / (rank + k), rank from 1: Cormack, Clarke, Büttcher,
    "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR
    2009, scaled so that the first of every ranking has the sum of the weights. Equal scores share
    a rank, so that the order in which an index returns them does not matter. A ranking without a
    weight adds nothing. Equal sums keep the order in which the keys first came, the rankings
    taken in the order of `weights`.
    """
    fused: dict[Key, float] = {}
    for name, weight in weights.items():
        if weight:
            for key, rank in _ranks(rankings.get(name, ())):
                share = weight * (1 + RANK_CONSTANT) / (rank + RANK_CONSTANT)
                fused[key] = fused.get(key, 0.0) + share
    return _best_first(fused)


def _ranks(ranking: Sequence[tuple[Key, float]]) -> Iterator[tuple[Key, int]]:
    """Each key's rank from 1; equal neighbours share the first's, a key counts once."""
    seen: set[Key] = set()
    rank, last = 0, None
    for position, (key, score) in enumerate(ranking, start=1):
        if score != last:
            rank, last = position, score
        if key not in seen:
            seen.add(key)
            yield key, rank


def _best_first(scores: Mapping[Key, float]) -> list[tuple[Key, float]]:
    return sorted(scores.items(), key=lambda entry: -entry[1])
