"""Which lines of a PDF are headings, and their levels, from their words and their look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from ingest.headings import article_heading, division_heading
from ingest.sources.base import Block
from ingest.sources.pdf_layout import Layout
from ingest.sources.pdf_lines import Line
from ingest.sources.pdf_words import Style

LARGER = 1.08  # of the body's size
MAX_LINES = 4
MAX_LENGTH = 400  # the longest title of the reference documents has 263 characters
MAX_LEVEL = 6
Look = tuple[float, bool, bool]

_ARTICLES = re.compile(r"(?i)(?:articles?|art\.)\s")
_CONTENTS = re.compile(r"(?i)(?:table des mati[èe]res|sommaire|table)\s*:?$")
_SENTENCE = re.compile(r"[.;,]$|https?://|www\.|\S@\S")
_LETTERS = re.compile(r"[^\W\d_]")


def is_heading(words: str, lines: Sequence[Line], layout: Layout) -> bool:
    """True when a block is a heading: by its words (article, division), or by its look."""
    if len(lines) > MAX_LINES or len(words) > MAX_LENGTH or len(_LETTERS.findall(words)) < 2:
        return False
    if _is_by_words(words, lines, layout):
        return True
    opens = words[0].isupper() or words[0].isdigit() or words[0] in '«“"(¿'
    if _SENTENCE.search(words) or not opens:
        return False
    return _stands_out(words, lines, layout)


def _is_by_words(words: str, lines: Sequence[Line], layout: Layout) -> bool:
    marked = all(_is_marked(line, layout) for line in lines)
    article = article_heading(words, marked=marked)
    if article is not None:
        return not article.words
    division = division_heading(words, marked=marked)
    return division is not None and (marked or len(lines) == 1)


def _is_marked(line: Line, layout: Layout) -> bool:
    larger = line.style.size >= LARGER * layout.body.size
    return larger or line.style.bold or layout.is_centred(line)


def _stands_out(words: str, lines: Sequence[Line], layout: Layout) -> bool:
    """Larger, bold, in another colour, or in capitals: all of it."""
    if all(line.style.size >= LARGER * layout.body.size for line in lines):
        return True
    if any(line.style.size < 0.7 * layout.body.size for line in lines):
        return False
    if all(line.style.bold for line in lines):
        return True
    if all(line.style.colour != layout.body.colour for line in lines):
        return all(line.style.size >= layout.body.size for line in lines)
    return _is_capitals(words)


def _is_capitals(words: str) -> bool:
    letters = _LETTERS.findall(words)
    no_reference = not any(map(str.isdigit, words))
    return len(letters) >= 5 and no_reference and all(letter.isupper() for letter in letters)


def levels(headings: Sequence[tuple[Block, Style]]) -> Callable[[str, Style], int]:
    """The level of each look, 1 the highest; 0 for articles, and where divisions contradict it."""
    titled = [(block, style) for block, style in headings if not _ARTICLES.match(block.words)]
    ranks = _ranks(titled)
    contradicted = _contradicts([(block.words, style) for block, style in titled], ranks)

    def level(words: str, style: Style) -> int:
        if _ARTICLES.match(words):
            return 0
        if contradicted and division_heading(words, marked=True) is not None:
            return 0
        return ranks[_look(style)]

    return level


def _ranks(headings: Sequence[tuple[Block, Style]]) -> dict[Look, int]:
    """Looks by rank.

    One that only the first page or the title of a table of contents has stands above nothing: it
    shares the rank of the look below it.
    """
    inside = {
        _look(style)
        for block, style in headings
        if block.page != 1 and not _CONTENTS.match(block.words)
    }
    ranks: dict[Look, int] = {}
    rank = 1
    for look in sorted({_look(style) for _, style in headings}):
        ranks[look] = min(rank, MAX_LEVEL)
        rank += look in inside or not inside
    return ranks


def _look(style: Style) -> Look:
    """Sorts the higher look first: larger, then bold, then upright."""
    return (-style.size, not style.bold, style.italic)


def _contradicts(headings: Sequence[tuple[str, Style]], ranks: dict[Look, int]) -> bool:
    """True when a chapter is printed larger than a title, a section than a chapter, and so on."""
    usual: dict[int, Counter[int]] = {}
    for words, style in headings:
        found = division_heading(words, marked=True)
        if found is not None:
            usual.setdefault(found.rank, Counter())[ranks[_look(style)]] += 1
    printed = [usual[rank].most_common(1)[0][0] for rank in sorted(usual)]
    return any(above > below for above, below in pairwise(printed))
