"""The figures of a run, each with its 95 % interval. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

import numpy as np

from eval import intervals, refusal
from eval.intervals import Estimate, Values
from eval.measures import MEASURES, Scored

AREAS = {
    "right": "aire : réponses justes contre fausses et sans réponse",
    "answerable": "aire : questions à réponse contre sans réponse",
    "matched": "aire : les mêmes, à longueur égale",
}
PERCENTILES = (50, 95)


@dataclass(frozen=True, slots=True)
class Summary:
    """`figures`: a measure, an area or a time → its estimate, only those that apply.

    Times are in seconds. `failures`: questions that have no answer though one was asked for.
    `level`: what a right answer is, "article" or "document".
    """

    count: int
    level: str
    figures: Mapping[str, Estimate]
    confidence: bool
    failures: Mapping[str, str]


def summarise(scored: Sequence[Scored]) -> Summary:
    """All figures of a run."""
    found = {key: intervals.mean(column(scored, key)) for key in MEASURES}
    found |= {f"area_{name}": estimate for name, estimate in refusal.areas(scored).items()}
    found |= _times("search", [s.line.search_seconds for s in scored])
    found |= _times("answer", [_answer_seconds(s) for s in scored])
    level = "document" if any(s.question.by_document for s in scored) else "article"
    return Summary(
        count=len(scored),
        level=level,
        figures={key: each for key, each in found.items() if each.count and not isnan(each.value)},
        confidence=refusal.has_confidence(refusal.judged(scored)),
        failures={s.line.question_id: s.line.error for s in scored if s.line.error},
    )


def column(scored: Sequence[Scored], key: str) -> Values:
    """A measure of each question, NaN where it does not apply."""
    return np.array([s.values.get(key, np.nan) for s in scored], dtype=float)


def label(key: str) -> str:
    """What a figure is called on screen."""
    if key in MEASURES:
        return MEASURES[key]
    what, _, which = key.partition("_")
    if what == "area":
        return AREAS[which]
    return f"{'recherche' if what == 'search' else 'réponse'}, {which} (s)"


def shape(summary: Summary) -> dict[str, Any]:
    """The JSON of a summary; a confidence that the answers lack is said to be false."""
    return {
        "questions": summary.count,
        "level": summary.level,
        "confidence": summary.confidence,
        "figures": {key: asdict(each) for key, each in summary.figures.items()},
        "failures": dict(summary.failures),
    }


def _times(name: str, seconds: Sequence[float | None]) -> dict[str, Estimate]:
    known = np.array([each for each in seconds if each is not None], dtype=float)
    return {f"{name}_p{at}": _percentile(known, at) for at in PERCENTILES}


def _percentile(values: Values, at: int) -> Estimate:
    return intervals.statistic(len(values), lambda rows: np.percentile(values[rows], at, axis=1))


def _answer_seconds(scored: Scored) -> float | None:
    line = scored.line
    if line.answer is None:
        return None
    return max(0.0, line.seconds - (line.search_seconds or 0.0))
