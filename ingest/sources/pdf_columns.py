"""Baselines of a page → bands in reading order: full width, or one column after the other.

A gutter is a vertical stretch that no word crosses over many lines, with running text on both
sides. Over single-column text such stretches close within three to five lines.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.sources.pdf_words import Word

Row = list[Word]

BIN = 2.0  # points
GUTTER_BINS = 4  # 8 points: the narrowest gutter of printed official journals is 9
MAX_ROWS = 1000  # a printed page has 120; beyond it the search would take too long
MIN_LINES = 5  # on each side
FULL = 0.7  # of the column's width: a line of running text reaches it…
FULL_SHARE = 0.5  # …at least one time in two; cells of a table do not
MIN_WORDS = 3.0  # a line, on average
CENTRAL = 0.15  # of the width: no gutter in the outer parts, where list markers stand


def regions(rows: Sequence[Row]) -> list[list[Row]]:
    """The bands of a page (or of one column), each a list of rows."""
    if not MIN_LINES <= len(rows) <= MAX_ROWS:
        return [list(rows)] if rows else []
    left = min(row[0].x0 for row in rows)
    right = max(word.x1 for row in rows for word in row)
    masks = [_occupied(row, left) for row in rows]
    bands: list[list[Row]] = [[]]
    index = 0
    while index < len(rows):
        found = _columns(rows, masks, index, left, right)
        if found is None:
            bands[-1].append(rows[index])
            index += 1
            continue
        index, gutter = found[0], found[1]
        bands.extend(_cut(rows[found[2] : index], gutter))
        bands.append([])
    return [band for band in bands if band]


def _occupied(row: Row, left: float) -> int:
    mask = 0
    for word in row:
        first = int((word.x0 - left) / BIN)
        count = max(1, int((word.x1 - left) / BIN) - first + 1)
        mask |= ((1 << count) - 1) << first
    return mask


def _columns(
    rows: Sequence[Row], masks: Sequence[int], start: int, left: float, right: float
) -> tuple[int, float, int] | None:
    """(row after the columns, gutter, first row) when columns begin at row `start`."""
    end, stretch = _extend(masks, start, (right - left) / BIN)
    if end - start < MIN_LINES or stretch is None:
        return None
    gutter = left + stretch * BIN
    sides = _cut(rows[start:end], gutter, deeper=False)
    if len(sides) == 2 and all(_is_running_text(side) for side in sides):
        return end, gutter, start
    return None


def _extend(masks: Sequence[int], start: int, bins: float) -> tuple[int, int | None]:
    """How far down a free stretch goes on from row `start`, and its middle bin."""
    union, middle = 0, None
    for index in range(start, len(masks)):
        widened = union | masks[index]
        free = _free_middle(widened, int(bins))
        if free is None:
            return index, middle
        union, middle = widened, free
    return len(masks), middle


def _free_middle(union: int, bins: int) -> int | None:
    """The middle of the widest free stretch in the central part, None without one."""
    low, high = int(bins * CENTRAL), int(bins * (1 - CENTRAL))
    best, length = None, 0
    for index in range(low, high + 1):
        if union >> index & 1:
            length = 0
            continue
        length += 1
        if length >= GUTTER_BINS and (best is None or length > best[0]):
            best = (length, index - length // 2)
    return best[1] if best else None


def _cut(rows: Sequence[Row], gutter: float, *, deeper: bool = True) -> list[list[Row]]:
    """The rows left of the gutter, then those right of it, cut further where they have columns."""
    sides: list[list[Row]] = []
    for on_left in (True, False):
        side = [[word for word in row if (word.x0 < gutter) is on_left] for row in rows]
        kept = [row for row in side if row]
        sides.extend(regions(kept) if deeper else [kept])
    return sides


def _is_running_text(rows: Sequence[Row]) -> bool:
    if len(rows) < MIN_LINES:
        return False
    left = min(row[0].x0 for row in rows)
    widths = [max(word.x1 for word in row) - left for row in rows]
    full = sum(width >= FULL * max(widths) for width in widths)
    words = sum(len(row) for row in rows)
    return full >= FULL_SHARE * len(rows) and words >= MIN_WORDS * len(rows)
