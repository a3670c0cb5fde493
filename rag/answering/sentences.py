"""Words → sentences with their spans. Pure: `words[start:end]` is each sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]
CELLS = " | "  # between the cells of a table's row

_END = re.compile(r"(?<=[.;!?…»])[ \t\u00a0\u202f]+(?=[«A-ZÀ-ÖØ-Þ0-9(-])|\n+")
_ABBREVIATION = re.compile(r"(?:\b(?:art|al|cf|ex|p|M|MM|Mme|[A-Z])|n°)\.?$")
_MARKER = re.compile(r"\s*(?:[-•–]|\d{1,3}°(?: bis| ter)?|\d{1,2}[.)]|[a-z]\)|[IVX]+\s?[.)-])\s")


def sentences(words: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Spans of the sentences and list items of `words[start:end]`, without space around."""
    stop = len(words) if end is None else end
    at = start
    for match in _END.finditer(words, start, stop):
        if "\n" not in match.group() and _ABBREVIATION.search(
            words[max(at, match.start() - 6) : match.start()]
        ):
            continue
        yield from _trimmed(words, at, match.start())
        at = match.end()
    yield from _trimmed(words, at, stop)


def is_abbreviated(words: str) -> bool:
    """True when the full stop at the end is an abbreviation's (« art. », « L. »), not the end."""
    return bool(_ABBREVIATION.search(words[-7:]))


def is_item(words: str, span: Span) -> bool:
    """True for a point of a list, which says little without what introduces it."""
    return bool(_MARKER.match(words, *span))


def introduction(words: str, span: Span) -> Span | None:
    """The sentence ending in a colon that introduces the list that `span` is an item of."""
    colon = words.rfind(":", 0, span[0])
    if colon < 0:
        return None
    line = words.rfind("\n", 0, colon) + 1
    last = list(sentences(words, line, colon + 1))
    return last[-1] if last and last[-1][1] <= span[0] else None


def table_header(words: str, span: Span) -> Span | None:
    """The first row of the table that `span` is a row of; None for that row itself."""
    first = span[0]
    while first > 0:
        line = words.rfind("\n", 0, first - 1) + 1
        if CELLS not in words[line : first - 1]:
            break
        first = line
    if CELLS not in words[slice(*span)] or first == span[0]:
        return None
    return next(sentences(words, first, span[0]))


def says_little(words: str, span: Span) -> bool:
    """True for what only announces: a row of column names, a list whose items are elsewhere."""
    said = words[slice(*span)]
    after = words[span[1] :].lstrip("\n").partition("\n")[0]
    names = CELLS in said and CELLS in after and table_header(words, span) is None
    return names or (said.endswith(":") and with_items(words, span, len(words)) == span)


def with_items(words: str, span: Span, limit: int) -> Span:
    """`span`, and where it ends in a colon the items that follow it, up to `limit` characters."""
    start, end = span
    if not words[start:end].endswith(":"):
        return span
    for item in sentences(words, end):
        if not is_item(words, item) or item[1] - start > limit:
            break
        end = item[1]
    return start, end


def _trimmed(words: str, start: int, end: int) -> Iterator[Span]:
    piece = words[start:end]
    begin = start + len(piece) - len(piece.lstrip())
    stop = start + len(piece.rstrip())
    if begin < stop:
        yield begin, stop
