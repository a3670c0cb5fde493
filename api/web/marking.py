"""Words cut into pieces to show: what is highlighted, what leads to another article. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words, shown alike. `href` leads to what they cite, "" nowhere."""

    words: str
    marked: bool = False
    href: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Leading:
    """`words[start:end]` leads to `href`."""

    start: int
    end: int
    href: str
    title: str


def pieces(
    words: str, marked: Iterable[tuple[int, int]] = (), leading: Sequence[Leading] = ()
) -> list[Piece]:
    """The words in order, all of them; spans outside of them are cut to what is inside."""
    size = len(words)
    marks = [(max(0, start), min(size, end)) for start, end in marked]
    links = _apart(leading, size)
    edges = {0, size}
    for start, end in marks:
        edges |= {start, end} if start < end else set()
    for link in links:
        edges |= {link.start, link.end}
    bounds = sorted(edges)
    found = []
    for start, end in pairwise(bounds):
        over = next((each for each in links if each.start <= start < each.end), None)
        inside = any(a <= start < b for a, b in marks)
        found.append(
            Piece(
                words[start:end],
                inside,
                over.href if over else "",
                over.title if over else "",
            )
        )
    return found


def _apart(leading: Sequence[Leading], size: int) -> list[Leading]:
    """In order, none within another: a link holds no link."""
    kept: list[Leading] = []
    for link in sorted(leading, key=lambda each: (each.start, -each.end)):
        free = link.start >= (kept[-1].end if kept else 0)
        if link.href and free and link.start < link.end <= size:
            kept.append(link)
    return kept


def excerpt(words: str, start: int, end: int, around: int) -> tuple[int, int]:
    """The span to show of long words: `around` characters on both sides, cut between words."""
    first, last = max(0, start - around), min(len(words), end + around)
    if first:
        space = words.find(" ", first, start)
        first = space + 1 if space >= 0 else first
    if last < len(words):
        space = words.rfind(" ", end, last)
        last = space if space >= 0 else last
    return first, last
