"""Several rankings of the same things made one. Pure functions."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


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
    """Weighted sum of each ranking's scores over its best one; at most sum(weights).

    Better than reciprocal ranks on every set tried (`eval/results/thesaurus.md`): how far the
    first is ahead counts. What a ranking does not hold, or scores below 0, adds nothing; so does
    a ranking without a weight. Equal sums keep the order in which the keys first came, the
    rankings taken in the order of `weights`.
    """
    fused: dict[Key, float] = {}
    for name, weight in weights.items():
        best = dict(pool(rankings.get(name, ()))) if weight else {}
        top = max(best.values(), default=0.0)
        for key, score in best.items():
            if score > 0.0:
                fused[key] = fused.get(key, 0.0) + weight * (score / top)
    return _best_first(fused)


def _best_first(scores: Mapping[Key, float]) -> list[tuple[Key, float]]:
    return sorted(scores.items(), key=lambda entry: -entry[1])
