"""Tables with drawn borders: their cells, from the rules of the page."""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.sources.pdf_hyphens import Vocabulary, join
from ingest.sources.pdf_lines import (
    Line,
    baselines,
    cell_words,
    line_style,
    page_lines,
    with_superscripts,
)
from ingest.sources.pdf_words import Word

MIN_RULE = 8.0  # points: shorter is a tick
NEAR = 3.0  # points between rules that meet
MAX_RULES = 4000  # a page: more is a drawing
MIN_COLUMNS = 2
ABOVE_BASELINE = 2.0  # points: where a word is for certain inside its cell
MAX_SEGMENTS = 500  # of one path: more is a drawing
STRAIGHT = 0.5  # points off the axis

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight rule: `at` is its height (or its abscissa), from `start` to `end` along it."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A box of a table, in points."""

    x0: float
    x1: float
    y0: float
    y1: float

    def holds(self, word: Word) -> bool:
        """True when the middle of the word, a little above its baseline, is inside."""
        middle = (word.x0 + word.x1) / 2
        return self.x0 <= middle <= self.x1 and self.y0 <= word.y + ABOVE_BASELINE <= self.y1


def with_tables(page: pypdfium2.PdfPage, words: Sequence[Word], number: int) -> list[Line]:
    """The lines of a page; each row of a bordered table is one line with `ruled`."""
    upright = with_superscripts(words)
    rows = [row for row in table_rows(*_rules(page)) if len(row) >= MIN_COLUMNS]
    if not rows:
        return page_lines(upright, number)
    by_height = sorted(upright, key=lambda word: word.y)
    taken: set[int] = set()
    made = [line for row in rows if (line := _row_line(row, by_height, taken, number))]
    rest = [word for word in upright if id(word) not in taken]
    return _merged(page_lines(rest, number) if rest else [], made)


def _rules(page: pypdfium2.PdfPage) -> tuple[list[Rule], list[Rule]]:
    """(horizontal, vertical) rules: the straight sides of what is drawn on the page."""
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    for item in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH,), max_depth=1):
        if pdfium.FPDFPath_CountSegments(item.raw) > MAX_SEGMENTS:
            continue
        for (x0, y0), (x1, y1) in _sides(item):
            if abs(y1 - y0) < STRAIGHT and abs(x1 - x0) >= MIN_RULE:
                horizontal.append(Rule(y0, min(x0, x1), max(x0, x1)))
            elif abs(x1 - x0) < STRAIGHT and abs(y1 - y0) >= MIN_RULE:
                vertical.append(Rule(x0, min(y0, y1), max(y0, y1)))
        if len(horizontal) + len(vertical) > MAX_RULES:
            return [], []
    return horizontal, vertical


def _sides(item: pypdfium2.PdfObject) -> Iterator[tuple[Point, Point]]:
    """The lines of a path, in points on the page."""
    matrix = item.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    first = last = (0.0, 0.0)
    for index in range(pdfium.FPDFPath_CountSegments(item.raw)):
        segment = pdfium.FPDFPath_GetPathSegment(item.raw, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        place = matrix.on_point(x.value, y.value)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_LINETO:
            yield last, place
        elif kind == pdfium.FPDF_SEGMENT_MOVETO:
            first = place
        last = place
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield last, first


def table_rows(horizontal: Iterable[Rule], vertical: Sequence[Rule]) -> list[list[Cell]]:
    """Rows of cells, top to bottom: between two heights, the spaces between the verticals there."""
    heights = _distinct(rule.at for rule in horizontal if _meets(rule, vertical))
    rows: list[list[Cell]] = []
    for low, high in pairwise(heights):
        middle = (low + high) / 2
        across = [rule.at for rule in vertical if rule.start - NEAR <= middle <= rule.end + NEAR]
        sides = _distinct(across)
        if len(sides) > MIN_COLUMNS:
            rows.append([Cell(left, right, low, high) for left, right in pairwise(sides)])
    return rows[::-1]


def _meets(rule: Rule, vertical: Iterable[Rule]) -> bool:
    """True when a horizontal rule ends on a vertical one; an underline does not."""
    return any(
        min(abs(side.at - rule.start), abs(side.at - rule.end)) <= NEAR
        and side.start - NEAR <= rule.at <= side.end + NEAR
        for side in vertical
    )


def _distinct(places: Iterable[float]) -> list[float]:
    """Sorted, those nearer than `NEAR` taken as one."""
    kept: list[float] = []
    for place in sorted(places):
        if not kept or place - kept[-1] > NEAR:
            kept.append(place)
    return kept


def _row_line(
    row: Sequence[Cell], words: Sequence[Word], taken: set[int], page: int
) -> Line | None:
    """One line of a row's cells; None when nothing stands in them. `words` go upwards."""
    first = bisect_left(words, row[0].y0 - ABOVE_BASELINE, key=lambda word: word.y)
    last = bisect_right(words, row[0].y1 - ABOVE_BASELINE, key=lambda word: word.y)
    held = [[word for word in words[first:last] if cell.holds(word)] for cell in row]
    inside = [word for cell in held for word in cell]
    taken.update(map(id, inside))
    cells = [_cell_text(cell) for cell in held]
    if not inside:
        return None
    return Line(
        words=" | ".join(cells),
        x0=row[0].x0,
        x1=row[-1].x1,
        y=max(word.y for word in inside),
        style=line_style(inside),
        page=page,
        cells=tuple(cells),
        ruled=True,
    )


def _cell_text(words: Sequence[Word]) -> str:
    text = ""
    lines = [cell_words(row) for row in baselines(words)]
    vocabulary = Vocabulary(lines)
    for line in lines:
        text = join(text, line, vocabulary)
    return text


def _merged(lines: Sequence[Line], rows: Sequence[Line]) -> list[Line]:
    """Rows put back where they stand: before the first line of the column below them."""
    result = list(lines)
    for row in rows:
        place = next((at for at, line in enumerate(result) if _is_below(line, row)), len(result))
        region = result[place - 1].region if place else 0
        result.insert(place, replace(row, region=region))
    return result


def _is_below(line: Line, row: Line) -> bool:
    return line.y < row.y and not line.ruled and line.x1 > row.x0 and line.x0 < row.x1
