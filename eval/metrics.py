"""Measures of rankings. Pure.

A ranking is given by its `gains`, one a rank from the first: 1 for a right article, 0 for another
(or graded). `relevant` is how many right ones there are in all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def reciprocal_rank(gains: Sequence[float]) -> float:
    """1 / rank of the first right one, 0 without one. Their mean is MRR."""
    return next((1.0 / rank for rank, gain in enumerate(gains, 1) if gain > 0), 0.0)


def hit(gains: Sequence[float], depth: int) -> float:
    """1 when one of the first `depth` is right."""
    return float(any(gain > 0 for gain in gains[:depth]))


def recall(gains: Sequence[float], relevant: int, depth: int) -> float:
    """Share of the right ones among the first `depth`."""
    return sum(gain > 0 for gain in gains[:depth]) / relevant if relevant else 0.0


def ndcg(gains: Sequence[float], ideal: Sequence[float], depth: int) -> float:
    """Discounted gain over that of the best order (Järvelin, Kekäläinen 2002, log2 discount)."""
    best = _dcg(sorted(ideal, reverse=True)[:depth])
    return _dcg(gains[:depth]) / best if best else 0.0


def _dcg(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def mean(values: Sequence[float]) -> float:
    """The mean, 0 of nothing."""
    return math.fsum(values) / len(values) if values else 0.0
