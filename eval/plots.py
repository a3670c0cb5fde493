"""Pictures of a report as SVG, drawn here: nothing is loaded, and colours follow the page. Pure.

A series has a colour and a mark of its own (the CSS classes s0, s1… and `mark`), so that nothing
is told by colour alone; each picture is named and described for who does not see it. Places across
are in percent, those down in pixels: a picture fits a phone, its words as large as the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from math import ceil, isnan

from eval.intervals import Estimate
from eval.refusal import Point

Drawn = Callable[[int, int, float], str]  # a row, a series, a height
SERIES = 6  # colours and marks; more series begin again
DASHES = ("none", "7 4", "2 4", "10 3 2 3", "1 3", "12 5")
_TOP, _BOTTOM = 26, 50  # for the names of the axes, and the scale
_ROW, _GAP = 16, 12
_CURVE_AREA = 300
_SCALES = ((0.05, 4), (0.1, 4), (0.2, 4), (0.25, 4))  # a step, and how many are drawn at most


def whiskers(
    title: str,
    axes: tuple[str, str],
    names: Sequence[str],
    rows: Sequence[str],
    series: Sequence[Sequence[Estimate | None]],
    what: str,
) -> str:
    """A dot with its interval for each row and series, from 0 to 1.

    `axes` names what goes down and across, `names` the series.
    """

    def drawn(at: int, place: int, y: float) -> str:
        estimate = series[place][at]
        return "" if estimate is None else _whisker(estimate, y, place)

    return _rows(title, axes, names, rows, drawn, what, "names")


def bars(
    title: str,
    axes: tuple[str, str],
    names: Sequence[str],
    rows: Sequence[str],
    series: Sequence[Sequence[float]],
    what: str,
) -> str:
    """Shares by row, a bar a series, each with its figure; names as in `whiskers`."""
    step, steps = _scale(max((value for values in series for value in values), default=0.0))

    def drawn(at: int, place: int, y: float) -> str:
        value = series[place][at]
        wide = _percent(value / (step * steps))
        return (
            f'<rect class="fill s{place % SERIES}" x="0" y="{y - _ROW / 2 + 1:.1f}" '
            f'width="{wide}" height="{_ROW - 2}"/>'
            f'<text class="figure" x="{wide}" dx="6" y="{y:.1f}" dominant-baseline="middle">'
            f"{share(value)}</text>"
        )

    return _rows(title, axes, names, rows, drawn, what, "ranks", (step, steps))


def curves(
    title: str,
    axes: tuple[str, str],
    names: Sequence[str],
    series: Sequence[Sequence[Point]],
    stands: Sequence[Point | None],
    what: str,
) -> str:
    """Risk by coverage, both from 0 to 1, a mark where each series stands; names as above."""
    base = _TOP + _CURVE_AREA
    parts = [_level(base - _CURVE_AREA * at / 4, at / 4) for at in range(5)]
    parts += [_tick(at / 4, base + 18, at / 4, at % 2 == 1) for at in range(5)]
    parts += [_text("-52", _TOP - 16, axes[0], "start"), _text("50%", base + 40, axes[1], "middle")]
    for at, points in enumerate(series):
        if len(points) > 1:
            parts.append(_curve(points, at))
        stand = stands[at] or (points[-1] if points else None)
        if stand is not None:
            parts.append(_marked(stand.coverage, base - _CURVE_AREA * stand.risk, at))
    return _figure(title, _legend(names, lines=True), what, base + _BOTTOM, "levels", parts)


def mark(x: float, y: float, series: int) -> str:
    """The mark of a series at a place, in pixels."""
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


def _legend(names: Iterable[str], *, lines: bool = False) -> str:
    """The mark and name of each series, as a list; with its kind of line where these differ."""
    wide = 44 if lines else 16
    items = "".join(
        f'<li><svg viewBox="0 0 {wide} 16" width="{wide}" height="16" aria-hidden="true">'
        f"{_stroke(at) if lines else ''}{mark(wide / 2, 8, at)}</svg> {escape(name)}</li>"
        for at, name in enumerate(names)
    )
    return f'<ul class="legend">{items}</ul>'


def share(value: float) -> str:
    """ "33 %", not parted at the end of a line."""
    return f"{100 * value:.0f}\u00a0%"


def _rows(
    title: str,
    axes: tuple[str, str],
    names: Sequence[str],
    rows: Sequence[str],
    drawn: Drawn,
    what: str,
    side: str,
    scale: tuple[float, int] = (0.25, 4),
) -> str:
    """A picture of rows: their names at the left, a scale below."""
    step = _ROW * len(names) + _GAP
    base = _TOP + step * len(rows)
    parts = [*_across(base, *scale), _text("-10", _TOP - 16, axes[0], "end")]
    parts.append(_text("50%", base + 40, axes[1], "middle"))
    for at, label in enumerate(rows):
        top = _TOP + step * at
        parts.append(_text("-10", top + step / 2, label, "end"))
        for place in range(len(names)):
            parts.append(drawn(at, place, top + _GAP / 2 + _ROW * (place + 0.5)))
    return _figure(title, _legend(names), what, base + _BOTTOM, side, parts)


def _scale(largest: float) -> tuple[float, int]:
    """A round step, and how many of them hold the largest value."""
    for step, most in _SCALES:
        steps = max(1, ceil(round(largest / step, 6)))
        if steps <= most:
            return step, steps
    return _SCALES[-1]


def _across(base: float, step: float, steps: int) -> list[str]:
    return [
        f'<line class="grid" x1="{_percent(at / steps)}" x2="{_percent(at / steps)}" y1="{_TOP}" '
        f'y2="{base}"/>' + _tick(at / steps, base + 18, step * at, steps > 3 and at % 2 == 1)
        for at in range(steps + 1)
    ]


def _level(y: float, value: float) -> str:
    line = f'<line class="grid" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
    return line + _text("-8", y, share(value), "end")


def _tick(place: float, y: float, value: float, spare: bool) -> str:
    """A figure of the scale; a `spare` one is left out where there is little room."""
    return _text(_percent(place), y, share(value), "middle", "spare" if spare else "")


def _whisker(estimate: Estimate, y: float, series: int) -> str:
    bar = (
        ""
        if isnan(estimate.low)
        else f'<line class="line s{series % SERIES}" x1="{_percent(estimate.low)}" '
        f'x2="{_percent(estimate.high)}" y1="{y:.1f}" y2="{y:.1f}"/>'
    )
    return bar + _marked(estimate.value, y, series)


def _marked(place: float, y: float, series: int) -> str:
    return f'<svg aria-hidden="true" x="{_percent(place)}" y="{y:.1f}">{mark(0, 0, series)}</svg>'


def _curve(points: Sequence[Point], series: int) -> str:
    # Drawn in hundredths and stretched; its strokes are not.
    places = " L".join(f"{100 * each.coverage:.2f} {100 * (1 - each.risk):.2f}" for each in points)
    return (
        f'<svg aria-hidden="true" y="{_TOP}" width="100%" height="{_CURVE_AREA}" '
        f'viewBox="0 0 100 100" '
        f'preserveAspectRatio="none"><path class="line s{series % SERIES}" '
        f'vector-effect="non-scaling-stroke" stroke-dasharray="{DASHES[series % SERIES]}" '
        f'd="M{places}"/></svg>'
    )


def _stroke(series: int) -> str:
    return (
        f'<path class="line s{series % SERIES}" stroke-dasharray="{DASHES[series % SERIES]}" '
        'd="M0 8 H44"/>'
    )


def _percent(value: float) -> str:
    return f"{100 * value:.2f}%"


def _text(x: str, y: float, words: str, anchor: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return (
        f'<text{style} x="{x}" y="{y:.1f}" text-anchor="{anchor}" dominant-baseline="middle">'
        f"{escape(words)}</text>"
    )


def _figure(
    title: str, legend: str, what: str, height: float, side: str, parts: Sequence[str]
) -> str:
    """`side`: what stands at the left, which the style sheet keeps room for."""
    return (
        f'<figure class="plot"><figcaption>{escape(title)}</figcaption>{legend}'
        f'<svg role="img" class="chart {side}" aria-label="{escape(title)}. {escape(what)}" '
        f'height="{height:.0f}">{"".join(parts)}</svg></figure>'
    )
