"""Words of a PDF page → its lines in reading order."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ingest.sources.pdf_columns import regions
from ingest.sources.pdf_words import Style, Word

SAME_BASELINE = 0.3  # of the size: larger than a kerned baseline's shake, smaller than a leading
SPLIT_WORD = 1.0  # of the size: pdfium takes a narrower gap for kerning inside a word
SPACE = 0.15  # of the size: the narrowest space seen in justified text is 0.18
WIDE_GAP = 1.8  # of the size: the widest space of the justified reference documents is 1.4
WIDE_GAP_OVER_MEDIAN = 2.2  # and a cell's gap stands out from the spaces of its own line
SUPERSCRIPT_SIZE = 0.8  # of its base: Word prints 0.65, the Journal officiel 0.5
MARKER = re.compile(
    r"[-–—•◦▪■□●○‣⁃➢➔►✓·*\uf000-\uf0ff]|\d{1,3}(?:\.\d{1,3}){0,4}[.)]?|\d{1,3}°(?: bis| ter)?"
    r"|[a-zA-Z][.)]|[IVX]{1,6}[.)]?|\(?[a-z0-9]{1,2}\)"
)
LEADERS = 20  # kept of longer ones: patterns on lines need not fear a thousand dots
_LONG_LEADERS = re.compile(rf"(\. |[._·…])\1{{{LEADERS},}}")
_UNITS = frozenset({"m", "cm", "dm", "mm", "km", "hm", "dam"})


@dataclass(frozen=True, slots=True)
class Line:
    """A line as printed. `cells` are its parts between wide gaps, `region` its column.

    `ruled`: it is a row of a table with drawn borders. `opening` is the width of its first word.
    """

    words: str
    x0: float
    x1: float
    y: float
    style: Style
    page: int
    region: int = 0
    cells: tuple[str, ...] = ()
    ruled: bool = False
    opening: float = 0.0


def page_lines(words: Sequence[Word], page: int) -> list[Line]:
    """The lines of a page, column after column, top to bottom; see `with_superscripts`."""
    rows = baselines(words)
    lines: list[Line] = []
    for number, region in enumerate(regions(rows)):
        lines.extend(make_line(row, page, number) for row in region)
    return lines


def with_superscripts(words: Sequence[Word]) -> list[Word]:
    """Brings superscripts and subscripts to their line's baseline, in the order of the content."""
    words = _glued(words)
    result: list[Word] = []
    base: Word | None = None
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else None
        if base is not None and _is_beside(base, word):
            result.append(replace(word, y=base.y, raised=word.y > base.y))
            continue
        if following is not None and _opens_note(word, following):
            result.append(replace(word, y=following.y, raised=True))
            continue
        base = word
        result.append(word)
    return result


def _glued(words: Iterable[Word]) -> list[Word]:
    """Words that a program wrote in several pieces of one style, such as a note's "4" + "1"."""
    result: list[Word] = []
    for word in words:
        last = result[-1] if result else None
        if last is not None and not word.before and _is_same_piece(last, word):
            result[-1] = replace(last, text=last.text + word.text, x1=word.x1)
        else:
            result.append(word)
    return result


def _is_same_piece(last: Word, word: Word) -> bool:
    near = word.x0 - last.x1 <= SPLIT_WORD * last.style.size
    return near and last.style == word.style and abs(last.y - word.y) < 0.01


def _is_beside(base: Word, word: Word) -> bool:
    size = base.style.size
    small = word.style.size <= SUPERSCRIPT_SIZE * size
    shifted = 0.05 * size < abs(word.y - base.y) < 0.7 * size
    return small and shifted and -0.5 * size < word.x0 - base.x1 < 4 * size


def _opens_note(word: Word, following: Word) -> bool:
    """A note's number, before the words of the note."""
    size = following.style.size
    small = word.style.size <= SUPERSCRIPT_SIZE * size
    return small and 0.05 * size < word.y - following.y < 0.7 * size and following.x0 > word.x0


def baselines(words: Iterable[Word]) -> list[list[Word]]:
    """Words grouped by baseline, top to bottom, each group left to right."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.y):
        if rows and rows[-1][0].y - word.y <= SAME_BASELINE * word.style.size:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.x0) for row in rows]


def make_line(row: Sequence[Word], page: int, region: int = 0) -> Line:
    """One line of the words of a baseline."""
    parts = _split_at_wide_gaps(row)
    cells = [cell_words(part) for part in parts]
    if len(cells) > 1 and MARKER.fullmatch(cells[0]):
        cells[:2] = [f"{cells[0]} {cells[1]}"]
    return Line(
        words=" ".join(cells),
        x0=row[0].x0,
        x1=max(word.x1 for word in row),
        y=row[0].y,
        style=line_style(row),
        page=page,
        region=region,
        cells=tuple(cells),
        opening=_opening(row),
    )


def _split_at_wide_gaps(row: Sequence[Word]) -> list[list[Word]]:
    gaps = [max(0.0, right.x0 - left.x1) for left, right in pairwise(row)]
    spaces = [gap for gap, word in zip(gaps, row[1:], strict=True) if gap > SPACE * word.style.size]
    usual = median(spaces) if len(spaces) > 3 else 0.0
    parts = [[row[0]]]
    for gap, word in zip(gaps, row[1:], strict=True):
        wide = gap > WIDE_GAP * word.style.size and gap > WIDE_GAP_OVER_MEDIAN * usual
        if wide:
            parts.append([])
        parts[-1].append(word)
    return parts


def cell_words(row: Sequence[Word]) -> str:
    """The words of one baseline as text: spaces where printed, superscripts made readable."""
    text = row[0].text if not row[0].raised else _raised("", row[0].text)
    for left, word in pairwise(row):
        gap = word.x0 - left.x1
        glue = "" if word.raised or not _is_space(left, word, gap) else " "
        if word.raised:
            text += _raised(text, word.text)
        else:
            text += glue + word.text
    text = _LONG_LEADERS.sub(lambda found: found[1] * LEADERS, text)
    return " ".join(unicodedata.normalize("NFC", text).split())


def _is_space(left: Word, word: Word, gap: float) -> bool:
    if left.raised and left.text.isdigit() and word.text[:1].isalpha():
        return True
    if not word.before:
        return gap > SPLIT_WORD * left.style.size
    return word.before == " " or gap > SPACE * max(left.style.size, word.style.size)


def _raised(before: str, text: str) -> str:
    """A superscript in running text: "n" + "o" → "n°", a note's call → " (1)", "m" + "2" → "m2"."""
    if text == "o":
        return "°"
    if not text.strip("(),").isdigit():
        return text
    last = re.split(r"[\s'’]", before)[-1]
    if last in _UNITS:
        return text
    return f" ({text.strip('(),')})"


def line_style(row: Sequence[Word]) -> Style:
    """The size of most characters; bold, slanted or coloured only when every word is."""
    upright = [word for word in row if not word.raised] or list(row)
    sizes: Counter[float] = Counter()
    for word in upright:
        sizes[word.style.size] += len(word.text)
    lettered = [word for word in upright if any(map(str.isalnum, word.text))] or upright
    colours = {word.style.colour for word in lettered}
    return Style(
        size=sizes.most_common(1)[0][0],
        bold=all(word.style.bold for word in lettered),
        italic=all(word.style.italic for word in lettered),
        colour=colours.pop() if len(colours) == 1 else 0,
    )


def _opening(row: Sequence[Word]) -> float:
    """The width of the first word, parts of it in several styles included."""
    end = row[0].x1
    for left, word in pairwise(row):
        if _is_space(left, word, word.x0 - left.x1):
            break
        end = word.x1
    return end - row[0].x0
