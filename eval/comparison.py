"""Two runs over the same questions: what was gained and lost, and whether chance would do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

import numpy as np

from eval import intervals
from eval.intervals import Difference
from eval.measures import MEASURES, Scored
from eval.summary import column
from rag.errors import UsageError


@dataclass(frozen=True, slots=True)
class Compared:
    """A measure in both runs over the same questions, and how many questions moved which way."""

    key: str
    first: float
    second: float
    difference: Difference
    gains: int
    losses: int


@dataclass(frozen=True, slots=True)
class Move:
    """A question whose first right article moved, or that gained or lost its citation of one.

    Ranks are None where no right article was found; `cited` is None without an answer.
    """

    question_id: str
    question: str
    first_rank: int | None
    second_rank: int | None
    first_cited: bool | None
    second_cited: bool | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`gains` and `losses` are the largest first; questions of one run only are left out."""

    count: int
    only_first: int
    only_second: int
    measures: tuple[Compared, ...]
    gains: tuple[Move, ...]
    losses: tuple[Move, ...]


def compare(first: Sequence[Scored], second: Sequence[Scored]) -> Comparison:
    """The second run against the first.

    Raises:
        UsageError: they have no question in common.
    """
    others = {s.line.question_id: s for s in second}
    both = [(s, others[s.line.question_id]) for s in first if s.line.question_id in others]
    if not both:
        raise UsageError(
            "ces deux évaluations n'ont aucune question en commun",
            where="A B",
            remedy="donnez deux évaluations du même jeu de questions",
        )
    moves = [(_gain(a, b), _move(a, b)) for a, b in both]
    return Comparison(
        count=len(both),
        only_first=len(first) - len(both),
        only_second=len(second) - len(both),
        measures=tuple(_measures([a for a, _ in both], [b for _, b in both])),
        gains=_largest(moves, 1),
        losses=_largest(moves, -1),
    )


def shape(comparison: Comparison) -> dict[str, Any]:
    """The JSON of a comparison."""
    return asdict(comparison)


def _measures(first: Sequence[Scored], second: Sequence[Scored]) -> list[Compared]:
    found = []
    for key in MEASURES:
        ours, theirs = column(first, key), column(second, key)
        difference = intervals.difference(ours, theirs)
        if not isnan(difference.value):
            means = float(np.nanmean(ours)), float(np.nanmean(theirs))
            gains, losses = int((theirs > ours).sum()), int((theirs < ours).sum())
            found.append(Compared(key, *means, difference, gains, losses))
    return found


def _gain(first: Scored, second: Scored) -> float:
    """In reciprocal rank, then in citing a right article."""
    moved = (
        second.values[key] - first.values[key]
        for key in ("mrr", "gold_cited")
        if key in first.values and key in second.values
    )
    return next((gain for gain in moved if gain), 0.0)


def _move(first: Scored, second: Scored) -> Move:
    return Move(
        first.line.question_id,
        first.question.question,
        first.rank,
        second.rank,
        first.right,
        second.right,
    )


def _largest(moves: Sequence[tuple[float, Move]], sign: int) -> tuple[Move, ...]:
    towards = [(sign * gain, move) for gain, move in moves if sign * gain > 0]
    return tuple(move for _, move in sorted(towards, key=lambda each: -each[0]))
