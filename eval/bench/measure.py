"""What every measure takes and gives, and how times become figures."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from rag.settings import NO_MODEL


@dataclass(frozen=True, slots=True)
class Bench:
    """What one run works with."""

    shared: Path | None  # the workplace's corpora and questions; None: not there
    work: Path  # thrown away at the end
    quick: bool = False  # small sizes: does it run at all
    models: tuple[Path, ...] = ()  # sentence-transformers folders
    embedding: str = NO_MODEL  # the settings' `embedding_model` for everything else

    def need_shared(self, inside: str) -> Path:
        """A path in the shared data.

        Raises:
            Skipped: it is not there.
        """
        path = self.shared / inside if self.shared else None
        if path is None or not path.exists():
            raise Skipped(f"no {inside} in the shared data (--shared DIR, or REFERENT_SHARED)")
        return path


class Skipped(Exception):
    """This measure cannot be taken here; the message says why."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report. `target` is in the unit of `value`; `lower` says which side."""

    label: str
    value: float
    unit: str = ""
    target: float | None = None
    lower: bool = True  # the target is a ceiling; False: a floor
    detail: str = ""

    @property
    def met(self) -> bool | None:
        """True when the target is reached, None without one."""
        if self.target is None:
            return None
        return self.value <= self.target if self.lower else self.value >= self.target

    def as_json(self) -> dict[str, Any]:
        """Every field, and whether the target is met."""
        return {**asdict(self), "met": self.met}

    def __str__(self) -> str:
        said = f"{self.label:<60}{_number(self.value):>10} {self.unit:<11}"
        if self.target is not None:
            sign = "≤" if self.lower else "≥"
            said += f" {sign} {_number(self.target)} {'met' if self.met else 'MISSED'}"
        return f"{said}  {self.detail}".rstrip()


class Measure(Protocol):
    """A function that takes a measure; its module has `TITLE`.

    Raises:
        Skipped: it cannot be taken here.
    """

    def __call__(self, bench: Bench, /) -> Iterator[Figure]: ...


@dataclass(slots=True)
class Times:
    """Durations of repeated runs, in the unit they were added in."""

    values: list[float] = field(default_factory=list)

    def add(self, value: float) -> None:
        """One more run."""
        self.values.append(value)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Add the seconds that the block takes."""
        started = time.perf_counter()
        yield
        self.add(time.perf_counter() - started)

    @property
    def median(self) -> float:
        """The middle of the sorted values."""
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """The smallest value that at least 95 % of the values do not exceed (nearest rank)."""
        return percentile(self.values, 95)


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank: the smallest value with at least `share` % of the values at or below it."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]


def alternate(rounds: int, *runs: Callable[[], object]) -> list[Times]:
    """Time each of `runs` in turn, `rounds` times, so that a busy moment touches all of them.

    Every other round goes in the opposite order.
    """
    times = [Times() for _ in runs]
    for turn in range(rounds):
        order = list(zip(runs, times, strict=True))
        for run, kept in order if turn % 2 == 0 else reversed(order):
            with kept.timed():
                run()
    return times


def _number(value: float) -> str:
    if value and abs(value) < 10:
        return f"{value:.3g}"
    return f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"
