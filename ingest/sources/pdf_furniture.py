"""Running headers, running footers and page numbers: found over all pages, and taken out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from ingest.sources.pdf_lines import Line

EDGE_LINES = 4  # from the top and from the bottom of a page: the deepest header met has 3 lines
SAME_HEIGHT = 4.0  # points
EDGE_SHARE = 0.12  # of the height of the page: where a lone number is a page number
MIN_PAGES = 3  # a line on two pages of a longer document may be a form's repeated title
WINDOW = 5  # pages: left and right headers alternate; of the headings that recur at one height in
# the reference documents, no three stand within five pages
_HEADINGS = re.compile(
    r"(?i)(?:article|art\.|annexe|chapitre|titre|section|sous-section|livre|partie|fiche)\s"
)
_PAGE_NUMBER = re.compile(
    r"(?i)[-–—|\[(\s]*(?:page|p\.|pages?\s*:)?\s*#(?:\s*(?:/|sur|of|de)\s*#)?[-–—|\])\s]*"
)

Repeated = Mapping[tuple[str, int], set[int]]


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a page; `top` and `bottom` are its edges, in points upwards."""

    number: int
    lines: tuple[Line, ...]
    bottom: float = 0.0
    top: float = 842.0


def without_furniture(pages: Sequence[Page]) -> list[Page]:
    """The pages without what is repeated at the same height, digits apart, and page numbers.

    Lines are taken off from the edges inwards: what stands inside a kept line is kept.
    """
    repeated = _repeated(pages)
    return [replace(page, lines=_peeled(page, repeated)) for page in pages]


def _peeled(page: Page, repeated: Repeated) -> tuple[Line, ...]:
    top = [line for line in _edges(page.lines) if line.y > (page.top + page.bottom) / 2]
    bottom = [line for line in reversed(_edges(page.lines)) if line not in top]
    gone: set[Line] = set()
    for side in (top, bottom):
        gone.update(takewhile(lambda line: _is_furniture(line, page, repeated), side))
    kept = tuple(line for line in page.lines if line not in gone)
    if kept:
        return kept
    # a page like its neighbours all over, such as a form in two copies, is no header
    return tuple(line for line in page.lines if not _is_page_number(line, page))


def _is_furniture(line: Line, page: Page, repeated: Repeated) -> bool:
    if _is_page_number(line, page):
        return True
    return page.number in repeated.get((_key(line.words), _band(line)), ())


def _is_page_number(line: Line, page: Page) -> bool:
    margin = EDGE_SHARE * (page.top - page.bottom)
    at_edge = line.y < page.bottom + margin or line.y > page.top - margin
    return at_edge and _PAGE_NUMBER.fullmatch(re.sub(r"\d{1,5}", "#", line.words)) is not None


def _key(words: str) -> str:
    """The words with numbers masked; headings keep theirs: "Article 3" is not "Article 4"."""
    return words if _HEADINGS.match(words) else re.sub(r"\d+", "#", words)


def _repeated(pages: Sequence[Page]) -> Repeated:
    """(masked words, height) → the pages that have the line there, and so do their neighbours."""
    seen: dict[tuple[str, int], set[int]] = defaultdict(set)
    for page in pages:
        for line in _edges(page.lines):
            for band in (_band(line) - 1, _band(line), _band(line) + 1):
                seen[_key(line.words), band].add(page.number)
    needed = min(MIN_PAGES, max(2, len(pages)))
    return {place: _crowded(numbers, needed) for place, numbers in seen.items()}


def _band(line: Line) -> int:
    return round(line.y / SAME_HEIGHT)


def _crowded(numbers: set[int], needed: int) -> set[int]:
    """The pages in some window of `WINDOW` pages of which `needed` have the line."""
    found: set[int] = set()
    for first in numbers:
        window = numbers.intersection(range(first, first + WINDOW))
        if len(window) >= needed:
            found |= window
    return found


def _edges(lines: Sequence[Line]) -> list[Line]:
    ordered = sorted((line for line in lines if not line.ruled), key=lambda line: -line.y)
    if len(ordered) <= 2 * EDGE_LINES:
        return ordered
    return ordered[:EDGE_LINES] + ordered[-EDGE_LINES:]
