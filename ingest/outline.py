"""Which blocks of a document are headings, judged with their neighbours; and which closes which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.headings import (
    MAX_TITLE,
    Heading,
    Sort,
    article_heading,
    decimal_heading,
    division_heading,
    heading_in,
    is_contents_line,
    without_page,
)
from ingest.sources.base import Block, BlockKind

MAX_HEADING = 300  # a "heading" longer than this is a paragraph in a heading's style
_LAST_RANK = 9  # of a division known only from what follows it
_SENTENCE_MARKS = (".", ";", ",", ":", "!", "?")


@dataclass(frozen=True, slots=True)
class Mark:
    """A block that is a heading. `printed` is its line, `used` how many blocks it takes."""

    heading: Heading
    printed: str
    level: int = 0  # as the source gives it; 0: it does not
    marked: bool = False  # the source itself says it is a heading
    used: int = 1


def marks_of(blocks: Sequence[Block]) -> list[Mark | None]:
    """For each block the heading it is, or None."""
    marks = [_candidate(block) for block in blocks]
    _drop_contents(blocks, marks)
    _drop_stray_articles(marks)
    _drop_list_items(blocks, marks)
    _join_titles(blocks, marks)
    _promote_before_articles(marks)
    return marks


def _candidate(block: Block) -> Mark | None:
    if block.kind is BlockKind.HEADING:
        return _marked(block)
    heading = _unmarked(block)
    return Mark(heading, block.words) if heading else None


def _marked(block: Block) -> Mark | None:
    if is_contents_line(block.words) or len(block.words) > MAX_HEADING:
        return None
    plain = Heading(Sort.PLAIN, title=block.words)
    heading = heading_in(block.words, marked=True) or plain
    return Mark(heading, block.words, block.level, marked=True)


def _unmarked(block: Block) -> Heading | None:
    if block.kind is BlockKind.ROW or is_contents_line(block.words):
        return None
    if block.kind is BlockKind.ITEM:
        # word processors number articles as list items: "Article 3" is then the item's label
        return article_heading(block.words)
    return (
        article_heading(block.words)
        or division_heading(block.words)
        or decimal_heading(block.words)
    )


def _drop_contents(blocks: Sequence[Block], marks: list[Mark | None]) -> None:
    """Lines of a table of contents without leaders: the same line comes later, without page."""
    lines = {block.words for block in blocks}
    for index, mark in enumerate(marks):
        if mark and not mark.marked:
            bare = without_page(mark.printed)
            if bare != mark.printed and bare in lines:
                marks[index] = None


def _drop_stray_articles(marks: list[Mark | None]) -> None:
    """A line that repeats or precedes the article before it, while the next goes on from there.

    So a reference that a line break put at the start of a line does not cut an article in two.
    """
    places = [i for i, mark in enumerate(marks) if mark and mark.heading.sort is Sort.ARTICLE]
    for before, here, after in zip(places, places[1:], places[2:], strict=False):
        numbers = [_plain_number(marks[i]) for i in (before, here, after)]
        mark = marks[here]
        if mark and not mark.marked and None not in numbers:
            first, middle, last = (number or 0 for number in numbers)
            if middle <= first < last and middle != 1:
                marks[here] = None


def _plain_number(mark: Mark | None) -> int | None:
    """The article's number when it is a whole number, else None."""
    if mark is None:
        return None
    number = mark.heading.number.removesuffix("er")
    return int(number) if number.isdigit() else None


def _drop_list_items(blocks: Sequence[Block], marks: list[Mark | None]) -> None:
    """Keeps unmarked numbered lines as headings only where they form an outline, not a list."""
    by_articles = sum(1 for m in marks if m and m.heading.sort is Sort.ARTICLE) > 1
    last: tuple[int, ...] | None = None
    kept: list[int] = []
    for index, mark in enumerate(marks):
        if mark is None:
            continue
        if mark.heading.sort is not Sort.DECIMAL:
            last = None
            continue
        number = _parts(mark)
        if mark.marked:
            last = number
        elif _follows(number, last) and _opens_section(blocks, marks, index, by_articles):
            last = number
            kept.append(index)
        else:
            marks[index] = None
    if len(kept) == 1:
        marks[kept[0]] = None


def _parts(mark: Mark) -> tuple[int, ...]:
    return tuple(int(part) for part in mark.heading.number.split("."))


def _follows(number: tuple[int, ...], last: tuple[int, ...] | None) -> bool:
    """True when `number` may come after `last` in an outline; a part starts again at 1."""
    if last is None:
        return number[-1] <= 1 or len(number) > 1
    return number > last and number[0] <= last[0] + 1


def _opens_section(
    blocks: Sequence[Block], marks: Sequence[Mark | None], index: int, by_articles: bool
) -> bool:
    """True when something other than the next item of a list follows."""
    mark = marks[index]
    if mark is None or index + 1 == len(blocks):
        return False
    if mark.heading.rank > 1:
        return True
    if by_articles or (index and blocks[index - 1].words.endswith(":")):
        return False
    following = marks[index + 1]
    return not (
        following and following.heading.sort is Sort.DECIMAL and following.heading.rank == 1
    )


def _join_titles(blocks: Sequence[Block], marks: list[Mark | None]) -> None:
    """ "CHAPITRE II" on one line and its title on the next are one heading."""
    for index, mark in enumerate(marks[:-1]):
        if mark is None or mark.heading.title or mark.heading.words:
            continue
        if mark.heading.sort in (Sort.DIVISION, Sort.ARTICLE) and _is_its_title(
            blocks, marks, index
        ):
            title = blocks[index + 1].words
            joined = replace(mark.heading, title=title)
            marks[index] = replace(
                mark, heading=joined, printed=f"{mark.printed} – {title}", used=2
            )
            marks[index + 1] = None


def _is_its_title(blocks: Sequence[Block], marks: Sequence[Mark | None], index: int) -> bool:
    """True when block `index + 1` is the title of the heading at `index`."""
    mark, following = marks[index], marks[index + 1]
    after = marks[index + 2] if index + 2 < len(marks) else None
    if mark is None:
        return False
    if following is not None:
        if following.heading.sort is not Sort.PLAIN or index + 2 == len(marks):
            return False
        alone = not any(
            m and m.heading.sort is Sort.PLAIN and m.level == following.level
            for m in _until_next_number(marks, index + 2)
        )
        return (alone and after is None) or (mark.heading.sort is Sort.DIVISION and alone)
    line = blocks[index + 1]
    return (
        mark.heading.sort is Sort.DIVISION
        and line.kind is BlockKind.PARAGRAPH
        and len(line.words) <= MAX_TITLE
        and not line.words.endswith(_SENTENCE_MARKS)
        and after is not None
    )


def _until_next_number(marks: Sequence[Mark | None], start: int) -> list[Mark | None]:
    """Marks from `start` up to the next article or division."""
    found: list[Mark | None] = []
    for mark in marks[start:]:
        if mark and mark.heading.sort in (Sort.ARTICLE, Sort.DIVISION):
            break
        found.append(mark)
    return found


def _promote_before_articles(marks: list[Mark | None]) -> None:
    """A heading of unknown level right above an article is a division of the text."""
    for index, (mark, following) in enumerate(pairwise(marks)):
        if mark is None or following is None or mark.level or mark.heading.sort is not Sort.PLAIN:
            continue
        if following.heading.sort is Sort.ARTICLE:
            division = Heading(Sort.DIVISION, title=mark.heading.title, rank=_LAST_RANK)
            marks[index] = replace(mark, heading=division)


def closes(new: Mark, old: Mark) -> bool:
    """True when the section of `old`, and what is in it, ends where `new` begins."""
    decide = {
        Sort.DIVISION: _division_closes,
        Sort.ARTICLE: _article_closes,
        Sort.DECIMAL: _decimal_closes,
        Sort.PLAIN: _plain_closes,
    }
    return decide[new.heading.sort](new, old)


def _division_closes(new: Mark, old: Mark) -> bool:
    if old.heading.sort is Sort.DIVISION:
        return new.heading.rank <= old.heading.rank
    if old.heading.sort is Sort.ARTICLE:
        return True
    return not (new.level and old.level) or new.level <= old.level


def _article_closes(new: Mark, old: Mark) -> bool:
    if old.heading.sort in (Sort.ARTICLE, Sort.DIVISION):
        return old.heading.sort is Sort.ARTICLE
    return bool(new.level and old.level) and new.level <= old.level


def _decimal_closes(new: Mark, old: Mark) -> bool:
    if old.heading.sort is Sort.DECIMAL:
        return new.heading.rank <= old.heading.rank
    if old.heading.sort is Sort.ARTICLE and new.heading.number.startswith(f"{old.heading.number}."):
        return False
    return bool(new.level and old.level) and new.level <= old.level


def _plain_closes(new: Mark, old: Mark) -> bool:
    if new.level and old.level:
        return new.level <= old.level
    if new.level:
        return True
    return old.heading.sort is Sort.PLAIN and not old.level
