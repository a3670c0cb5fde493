"""Cuts the words of a Version into Passages. Pure: the same words give the same passages.

A passage ends at the end of an alinéa, of a point, or of a sentence, in that order of preference,
and holds at most what the embedding model reads.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.types import Passage, Version

# Size of a passage in the words of `str.split`. The English MiniLM reads 256 pieces, 130 French
# words (DESIGN.md, "Encoders"); longer passages also dilute what is quoted to the reader.
MAX_WORDS = 120
MAX_CHARACTERS = 10 * MAX_WORDS  # binds only where the words are not words

_SENTENCE_END = re.compile(r"(?<=[.;:!?…»])\s+(?=[«A-ZÀ-ÖØ-Þ0-9a-z(-])")
_ABBREVIATION = re.compile(r"(?:\b(?:art|al|no|n°|cf|ex|p|M|MM|Mme|[A-Z])\.)$")
_SPACE = re.compile(r"\s+")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """What fits in a passage: `count(words) <= limit`."""

    count: Callable[[str], int]
    limit: int


def split(version: Version, window: Window | None = None) -> list[Passage]:
    """The passages of a Version, in order; `version.words[p.start:p.end] == p.words` for each.

    Every character that is not white space is in exactly one passage.
    """
    words = version.words or ""
    fits = _fits(words, window)
    pieces = (piece for line in _lines(words) for piece in _pieces(words, line, fits))
    return [_passage(version, words, span) for span in _joined(pieces, fits)]


def passage_id(version_id: str, start: int, end: int) -> int:
    """A stable number, 0 < id < 2**63, for a span of a Version."""
    digest = hashlib.sha256(f"{version_id}\x00{start}\x00{end}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 1) or 1


def vector_key(words: str) -> str:
    """Names the vector of these words, wherever they stand."""
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def _fits(words: str, window: Window | None) -> Callable[[Span], bool]:
    def fits(span: Span) -> bool:
        if span[1] - span[0] > MAX_CHARACTERS:
            return False
        piece = words[span[0] : span[1]]
        if len(piece.split()) > MAX_WORDS:
            return False
        return window is None or window.count(piece) <= window.limit

    return fits


def _passage(version: Version, words: str, span: Span) -> Passage:
    start, end = span
    return Passage(
        passage_id=passage_id(version.version_id, start, end),
        version_id=version.version_id,
        start=start,
        end=end,
        words=words[start:end],
        page=_page(version, start),
    )


def _page(version: Version, start: int) -> int | None:
    at = bisect_right([mark.start for mark in version.pages], start)
    return version.pages[at - 1].page if at else None


def _lines(words: str) -> Iterator[Span]:
    """Alinéas and points: the lines, without the white space around them."""
    start = 0
    for line in words.splitlines(keepends=True):
        yield from _stripped(words, (start, start + len(line)))
        start += len(line)


def _stripped(words: str, span: Span) -> Iterator[Span]:
    piece = words[span[0] : span[1]]
    start = span[0] + len(piece) - len(piece.lstrip())
    end = span[0] + len(piece.rstrip())
    if start < end:
        yield start, end


def _pieces(words: str, span: Span, fits: Callable[[Span], bool]) -> Iterator[Span]:
    """The span itself when it fits; else its sentences; else as many words as fit."""
    if fits(span):
        yield span
        return
    for sentence in _sentences(words, span):
        if fits(sentence):
            yield sentence
        else:
            yield from _cut(words, sentence, fits)


def _sentences(words: str, span: Span) -> Iterator[Span]:
    start = span[0]
    for match in _SENTENCE_END.finditer(words, *span):
        if _ABBREVIATION.search(words, max(start, match.start() - 5), match.start()):
            continue
        yield start, match.start()
        start = match.end()
    yield start, span[1]


def _cut(words: str, span: Span, fits: Callable[[Span], bool]) -> Iterator[Span]:
    """The longest runs of words that fit; a single word that does not is cut in half."""
    start, end = span
    while start < end:
        stop = _longest(words, (start, end), fits)
        yield from _stripped(words, (start, stop))
        start = stop


def _longest(words: str, span: Span, fits: Callable[[Span], bool]) -> int:
    start, end = span
    reach = start + MAX_CHARACTERS + 1
    breaks = [match.start() for match in _SPACE.finditer(words, start, min(end, reach))]
    ends = [*breaks, end] if end <= reach else breaks
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if ends[middle] > start and not fits((start, ends[middle])):
            high = middle
        else:
            low = middle + 1
    if low and ends[low - 1] > start:
        return ends[low - 1]
    return _hard_cut(span, fits)


def _hard_cut(span: Span, fits: Callable[[Span], bool]) -> int:
    start, end = span
    stop = min(end, start + MAX_CHARACTERS)
    while stop > start + 1 and not fits((start, stop)):
        stop = (start + stop) // 2
    return stop


def _joined(pieces: Iterator[Span], fits: Callable[[Span], bool]) -> Iterator[Span]:
    """Neighbours joined while they fit together.

    As many pieces are looked ahead at as could fit by their characters, and the longest run is
    found by halving: a text of very short lines costs no more than another.
    """
    ahead: deque[Span] = deque()
    for piece in pieces:
        ahead.append(piece)
        while ahead[-1][1] - ahead[0][0] > MAX_CHARACTERS and len(ahead) > 1:
            yield _longest_run(ahead, fits)
    while ahead:
        yield _longest_run(ahead, fits)


def _longest_run(ahead: deque[Span], fits: Callable[[Span], bool]) -> Span:
    """Takes from `ahead` the most pieces that fit together, at least one."""
    spans = list(ahead)
    start = spans[0][0]
    low, high = 1, len(spans)
    while low < high:
        middle = (low + high + 1) // 2
        if fits((start, spans[middle - 1][1])):
            low = middle
        else:
            high = middle - 1
    for _ in range(low):
        ahead.popleft()
    return start, spans[low - 1][1]
