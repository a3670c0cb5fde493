"""Pictures of a report as SVG, drawn here: nothing is loaded, and colours follow the page. Pure.

A series has a colour and a mark of its own (the CSS classes s0, s1… and `MARKS`), so that nothing
is told by colour alone; each picture is named and described for who does not see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import isnan

from eval.intervals import Estimate
from eval.refusal import Point

WIDTH = 720
SERIES = 6  # colours and marks; more series begin again
DASHES = ("none", "7 4", "2 4", "10 3 2 3", "1 3", "12 5")
_LEFT, _RIGHT, _TOP, _BOTTOM = 170, 20, 10, 40
_ROW, _GAP = 16, 12
_BAR_AREA, _CURVE_AREA = 190, 300


def whiskers(
    title: str, rows: Sequence[str], series: Sequence[Sequence[Estimate | None]], what: str
) -> str:
    """A dot with its interval for each row and series, from 0 to 1."""
    step = _ROW * len(series) + _GAP
    height = _TOP + step * len(rows) + _BOTTOM
    parts = [_across(height)]
    for at, label in enumerate(rows):
        top = _TOP + step * at
        parts.append(_text(_LEFT - 10, top + step / 2, label, "end"))
        for place, values in enumerate(series):
            estimate = values[at]
            if estimate is not None:
                parts.append(_whisker(estimate, top + _GAP / 2 + _ROW * (place + 0.5), place))
    return _svg(title, what, height, parts)


def bars(title: str, columns: Sequence[str], series: Sequence[Sequence[float]], what: str) -> str:
    """Shares by column, from 0 to the largest, a bar a series."""
    top = max((value for values in series for value in values), default=0.0) or 1.0
    height, left = _TOP + _BAR_AREA + _BOTTOM, 50
    step = (WIDTH - left - _RIGHT) / max(1, len(columns))
    wide = (step - 10) / max(1, len(series))
    base = _TOP + _BAR_AREA
    parts = [_level(left, base, 0.0), _level(left, _TOP, top)]
    for at, label in enumerate(columns):
        parts.append(_text(left + step * (at + 0.5), base + 20, label, "middle"))
        for place, values in enumerate(series):
            tall = _BAR_AREA * values[at] / top
            x = left + step * at + 5 + wide * place
            parts.append(
                f'<rect class="fill s{place % SERIES}" x="{x:.1f}" y="{base - tall:.1f}" '
                f'width="{max(1.0, wide - 2):.1f}" height="{tall:.1f}"/>'
            )
    return _svg(title, what, height, parts)


def curves(title: str, series: Sequence[Sequence[Point]], what: str) -> str:
    """Risk by coverage, both from 0 to 1; a series of one point is a dot."""
    height, left = _TOP + _CURVE_AREA + _BOTTOM + 12, 60
    wide, base = WIDTH - left - _RIGHT, _TOP + _CURVE_AREA

    def place(point: Point) -> tuple[float, float]:
        return left + wide * point.coverage, base - _CURVE_AREA * point.risk

    parts = [_level(left, base - _CURVE_AREA * at / 4, at / 4) for at in range(5)]
    parts += [_text(left + wide * at / 4, base + 18, _share(at / 4), "middle") for at in range(5)]
    parts.append(
        _text(
            left + wide / 2,
            base + 38,
            "part des questions répondues ; en hauteur, le risque",
            "middle",
        )
    )
    for at, points in enumerate(series):
        places = [place(point) for point in points]
        if len(places) > 1:
            path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            dash = DASHES[at % SERIES]
            parts.append(
                f'<path class="line s{at % SERIES}" stroke-dasharray="{dash}" d="{path}"/>'
            )
        parts += [mark(x, y, at) for x, y in places[-1:]]
    return _svg(title, what, height, parts)


def mark(x: float, y: float, series: int) -> str:
    """The mark of a series at a place."""
    style = f'class="fill s{series % SERIES}"'
    corners = {
        1: f"{x - 5} {y - 5},{x + 5} {y - 5},{x + 5} {y + 5},{x - 5} {y + 5}",
        2: f"{x} {y - 6},{x + 6} {y + 5},{x - 6} {y + 5}",
        3: f"{x} {y - 6},{x + 6} {y},{x} {y + 6},{x - 6} {y}",
        4: f"{x - 6} {y - 5},{x + 6} {y - 5},{x} {y + 6}",
        5: f"{x - 6} {y - 3},{x + 6} {y - 3},{x + 6} {y + 3},{x - 6} {y + 3}",
    }
    shape = corners.get(series % SERIES)
    if shape is None:
        return f'<circle {style} cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    return f'<polygon {style} points="{shape}"/>'


def legend(names: Iterable[str]) -> str:
    """The mark and name of each series, as a list."""
    items = "".join(
        f'<li><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">'
        f"{mark(8, 8, at)}</svg> {escape(name)}</li>"
        for at, name in enumerate(names)
    )
    return f'<ul class="legend">{items}</ul>'


def _whisker(estimate: Estimate, y: float, series: int) -> str:
    low, high, at = (_x(each) for each in (estimate.low, estimate.high, estimate.value))
    style = f'class="line s{series % SERIES}"'
    bar = "" if isnan(low) else f'<path {style} d="M{low:.1f} {y:.1f} L{high:.1f} {y:.1f}"/>'
    return bar + mark(round(at, 1), round(y, 1), series)


def _across(height: float) -> str:
    lines = [
        f'<path class="grid" d="M{_x(at / 4):.1f} {_TOP} V{height - _BOTTOM}"/>'
        + _text(_x(at / 4), height - _BOTTOM + 20, _share(at / 4), "middle")
        for at in range(5)
    ]
    return "".join(lines)


def _level(left: float, y: float, value: float) -> str:
    line = f'<path class="grid" d="M{left} {y:.1f} H{WIDTH - _RIGHT}"/>'
    return line + _text(left - 8, y, _share(value), "end")


def _x(value: float) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * value


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" dominant-baseline="middle">'
        f"{escape(words)}</text>"
    )


def _svg(title: str, what: str, height: float, parts: Sequence[str]) -> str:
    # Scrolls by itself where the screen is narrower: reachable by keyboard, so it has a name.
    return (
        f'<div class="plot" role="group" tabindex="0" aria-label="{escape(title)}">'
        f'<svg role="img" aria-label="{escape(title)}. {escape(what)}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}">{"".join(parts)}</svg></div>'
    )
