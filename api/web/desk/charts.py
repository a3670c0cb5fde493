"""Where the marks of a chart stand: bars, columns over days, a line, shares. Pure.

Units are those of the picture's own grid; templates draw them as SVG. Every chart has its figures
in a table behind it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH = 420.0  # narrow, so that words stay legible on a phone
LEFT = 40.0  # where columns and lines begin: before it stand the figures of the scale
HEIGHT = 120.0  # of columns and lines, without the days below
NAMES = 140.0  # where bars begin
ROW = 24.0  # between two bars
FIGURES = 60.0  # kept free for a figure after the longest bar
MAX_COLUMNS = 92  # days are put together so that columns stay apart
NAME_LENGTH = 20  # characters of a name that stand before its bar
STEPS = (1, 2, 5, 10)
SHARES = (0.1, 0.2, 0.5, 1.0)  # where the scale of a share may end


@dataclass(frozen=True, slots=True)
class Bar:
    """A name and its value; `y` is its top."""

    name: str
    short: str
    value: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars one below the other."""

    bars: tuple[Bar, ...]
    height: float


@dataclass(frozen=True, slots=True)
class Span:
    """Days put together, the last included, with what is counted in them."""

    first: date
    last: date
    value: int
    part: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column with the lower part of it that is told apart."""

    span: Span
    x: float
    width: float
    y: float
    height: float
    part_y: float
    part_height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A figure of the scale."""

    y: float
    value: float


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns over days, with their scale."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Points of a line as SVG reads them, each run of days that have a value; the scale."""

    runs: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    ticks: tuple[Tick, ...]


def bars(values: Sequence[tuple[str, float]]) -> Bars:
    """A bar a value, the highest as long as there is room."""
    top = max((value for _, value in values), default=0) or 1
    room = WIDTH - NAMES - FIGURES
    made = tuple(
        Bar(name, _short(name), value, ROW * at, room * max(0.0, value) / top)
        for at, (name, value) in enumerate(values)
    )
    return Bars(made, ROW * len(made))


def spans(by_day: Mapping[str, tuple[int, int]], since: date, until: date) -> tuple[Span, ...]:
    """Every day from `since` to `until` with its value and part, put together beyond
    `MAX_COLUMNS`; a day that `by_day` does not have counts for nothing."""
    days = (until - since).days + 1
    size = max(1, math.ceil(days / MAX_COLUMNS))
    return tuple(_span(by_day, since + timedelta(at), until, size) for at in range(0, days, size))


def _span(by_day: Mapping[str, tuple[int, int]], first: date, until: date, size: int) -> Span:
    last = min(first + timedelta(size - 1), until)
    names = [(first + timedelta(n)).isoformat() for n in range((last - first).days + 1)]
    found = [by_day.get(name, (0, 0)) for name in names]
    return Span(first, last, sum(each[0] for each in found), sum(each[1] for each in found))


def columns(given: Sequence[Span]) -> Columns:
    """A column a span."""
    top = nice(max((span.value for span in given), default=0))
    step = (WIDTH - LEFT) / max(1, len(given))
    made = tuple(_column(span, LEFT + step * at, step, top) for at, span in enumerate(given))
    return Columns(made, _ticks(top))


def _column(span: Span, x: float, step: float, top: float) -> Column:
    height, part = (HEIGHT * value / top for value in (span.value, span.part))
    wide = min(step * 0.8, 40.0)
    left = x + (step - wide) / 2
    return Column(span, left, wide, HEIGHT - height, height, HEIGHT - part, part)


def line(values: Sequence[float | None]) -> Line:
    """A line through shares of one, broken where there is none."""
    highest = max((value for value in values if value is not None), default=0.0)
    top = next(share for share in SHARES if share >= highest)
    step = (WIDTH - LEFT) / max(1, len(values))
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((LEFT + step * (at + 0.5), HEIGHT - HEIGHT * value / top))
    alone = tuple(run[0] for run in runs if len(run) == 1)
    drawn = (run for run in runs if len(run) > 1)
    return Line(
        tuple(" ".join(f"{x:.1f},{y:.1f}" for x, y in run) for run in drawn), alone, _ticks(top)
    )


def nice(value: float) -> float:
    """The first of 1, 2, 5, 10, 20, 50… that is not below `value`."""
    if value <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in STEPS if step * power >= value)


def _ticks(top: float) -> tuple[Tick, ...]:
    shares = (0.0, 1.0) if top == 1 else (0.0, 0.5, 1.0)
    return tuple(Tick(HEIGHT - HEIGHT * share, top * share) for share in shares)


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1].rstrip()}…"
