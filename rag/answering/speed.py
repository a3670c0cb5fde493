"""How fast a model writes here, as its server reported it or as it was measured. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rag.types import Spent


@dataclass(frozen=True, slots=True)
class Speed:
    """What may be expected of a model on this hardware, from its past answers."""

    answers: int
    written_per_second: float | None  # tokens, median; None: no answer took a measurable time
    first_ms: float | None  # median; None without an answer


def speed_of(spent: Sequence[Spent]) -> Speed:
    """The speed that these answers of one model show."""
    rates = [each.written_tokens / each.written_ms * 1000 for each in spent if each.written_ms > 0]
    return Speed(
        answers=len(spent),
        written_per_second=median(rates) if rates else None,
        first_ms=median(each.first_ms for each in spent) if spent else None,
    )
