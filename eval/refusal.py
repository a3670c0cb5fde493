"""How well a run knows when it does not know. Pure.

Three questions: does the confidence tell right answers from the others; does it tell answerable
questions from unanswerable ones, also between questions of the same length; and what risk does
each threshold take (El-Yaniv, Wiener 2010). Length is no sign of an answer: it is measured beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.intervals import Estimate, Indices, Values, mean, statistic
from eval.measures import Scored, is_about_refusal

LENGTH_TOLERANCE = 0.2  # of the longer question's words: « of the same length »


@dataclass(frozen=True, slots=True)
class Point:
    """Answering `coverage` of the questions, `risk` of these answers cite no right article."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Side:
    """One line of the table about length: all questions, or matched pairs.

    `refused_without` and `refused_with`: shares refused of the questions without and with an
    answer; `refused_right`: of those whose answer is or would have been right, None where there
    are none. `area`: of the confidence, None without one; `length_area`: of the number of words.
    """

    unanswerable: int
    answerable: int
    refused_without: float
    refused_with: float
    refused_right: float | None
    length_area: float
    area: Estimate | None


def judged(scored: Sequence[Scored]) -> list[Scored]:
    """The lines that say something about refusal."""
    return [s for s in scored if s.refused is not None and is_about_refusal(s.question)]


def has_confidence(scored: Sequence[Scored]) -> bool:
    """True when these answers have one; a question that names its article has none of its own."""
    return any(s.confidence is not None for s in scored)


def sure(scored: Scored) -> float:
    """The confidence; 1 where it was not asked, as such an answer is always given."""
    return 1.0 if scored.confidence is None else scored.confidence


def area(scores: Values, positive: npt.NDArray[np.bool_]) -> float:
    """Of the ROC curve: how often a positive scores above a negative, ties half; NaN: one class."""
    ups, downs = scores[positive], np.sort(scores[~positive])
    if not ups.size or not downs.size:
        return np.nan
    below = np.searchsorted(downs, ups, "left")
    equal = np.searchsorted(downs, ups, "right") - below
    return float((below + 0.5 * equal).sum() / (ups.size * downs.size))


def estimated_area(scores: Sequence[float], positive: Sequence[bool]) -> Estimate:
    """The same with its interval."""
    values, marks = np.array(scores, dtype=float), np.array(positive, dtype=bool)

    def drawn(rows: Indices) -> Values:
        return np.array([area(values[row], marks[row]) for row in rows])

    return statistic(len(values), drawn)


def areas(scored: Sequence[Scored]) -> dict[str, Estimate]:
    """Areas of the confidence; nothing where the answers have none.

    "right": answers that are or would have been right against wrong ones and unanswerable
    questions (what was refused to an answerable question is neither where the run does not say
    what was held back), "answerable" against unanswerable, "matched": the same between pairs of
    one length.
    """
    asked = judged(scored)
    if not has_confidence(asked):
        return {}
    known = [s for s in asked if s.would is not None]
    sides = {
        "right": (known, [bool(s.would) for s in known]),
        "answerable": (asked, [s.question.answerable for s in asked]),
    }
    found = {
        name: estimated_area([sure(s) for s in lines], marks)
        for name, (lines, marks) in sides.items()
    }
    paired = pairs(asked)
    return {**found, "matched": _paired_area(paired)} if paired else found


def stands(scored: Sequence[Scored]) -> Point | None:
    """Where the run's own threshold puts it on the curve; None where nothing was answered."""
    asked = judged(scored)
    given = [s for s in asked if not s.refused]
    return _point(given, len(asked)) if given else None


def curve(scored: Sequence[Scored]) -> list[Point]:
    """Risk by coverage, surest answers first: whatever the threshold, as far as the run says what
    was held back by its own; else a refusal is no answer.

    Without a confidence, the one point where the run stands.
    """
    asked = judged(scored)
    given = [s for s in asked if not s.refused or s.line.held_back is not None]
    if not given:
        return []
    if not has_confidence(given):
        return [_point(given, len(asked))]
    surest = sorted(given, key=lambda s: -sure(s))
    ends = [at for at in range(1, len(surest)) if _drops(surest[at - 1], surest[at])]
    return [_point(surest[:end], len(asked)) for end in [*ends, len(surest)]]


def _drops(surer: Scored, less: Scored) -> bool:
    return sure(surer) != sure(less)


def _point(given: Sequence[Scored], asked: int) -> Point:
    wrong = sum(not s.would for s in given)
    return Point(coverage=len(given) / asked, risk=wrong / len(given))


def by_length(scored: Sequence[Scored]) -> dict[str, Side]:
    """Refusal over "all" questions, and over pairs of an unanswerable and an answerable one that
    are "matched" in length."""
    asked = judged(scored)
    paired = pairs(asked)
    matched = [each for pair in paired for each in pair]
    sides = {"all": (asked, areas(asked).get("answerable"))}
    if paired:
        sides["matched"] = (matched, _paired_area(paired) if has_confidence(matched) else None)
    return {
        name: _side(lines, estimate)
        for name, (lines, estimate) in sides.items()
        if len({s.question.answerable for s in lines}) == 2
    }


def _side(lines: Sequence[Scored], estimate: Estimate | None) -> Side:
    without = [s for s in lines if not s.question.answerable]
    answerable = [s for s in lines if s.question.answerable]
    lengths = np.array([float(length(s)) for s in lines])
    right = [s for s in answerable if s.would]
    return Side(
        len(without),
        len(answerable),
        sum(bool(s.refused) for s in without) / len(without),
        sum(bool(s.refused) for s in answerable) / len(answerable),
        sum(bool(s.refused) for s in right) / len(right) if right else None,
        area(lengths, np.array([s.question.answerable for s in lines])),
        estimate,
    )


def pairs(asked: Sequence[Scored]) -> list[tuple[Scored, Scored]]:
    """(unanswerable, answerable), each once: shortest first, the nearest length left in reach."""
    free = sorted((s for s in asked if s.question.answerable), key=_order)
    found = []
    for without in sorted((s for s in asked if not s.question.answerable), key=_order):
        near = min(free, key=lambda s: abs(length(s) - length(without)), default=None)
        if near is not None and _same_length(near, without):
            free.remove(near)
            found.append((without, near))
    return found


def length(scored: Scored) -> int:
    """Of the question, in words."""
    return len(scored.question.question.split())


def _order(scored: Scored) -> tuple[int, str]:
    return length(scored), scored.question.question_id


def _same_length(one: Scored, other: Scored) -> bool:
    longer = max(length(one), length(other))
    return abs(length(one) - length(other)) <= LENGTH_TOLERANCE * longer


def _paired_area(paired: Sequence[tuple[Scored, Scored]]) -> Estimate:
    """How often, within a pair, the answerable one is the surer; ties half."""
    gaps = [sure(good) - sure(without) for without, good in paired]
    return mean(0.5 * (1 + np.sign(np.array(gaps))))
