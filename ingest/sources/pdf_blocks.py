"""Lines of a PDF → its blocks: headings, paragraphs, list items, table rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from ingest.headings import Sort, article_heading, division_heading, is_contents_line
from ingest.sources.base import Block, BlockKind
from ingest.sources.pdf_furniture import Page
from ingest.sources.pdf_headings import is_heading, levels
from ingest.sources.pdf_hyphens import Vocabulary, ends_with_hyphen, join
from ingest.sources.pdf_layout import Layout, measure
from ingest.sources.pdf_lines import Line
from ingest.sources.pdf_words import Style
from ingest.sources.wording import clean_words, join_cells

SAME_SIZE = 0.08  # of the size
INDENT = 0.8  # of the size
NOTE_SIZE = 0.92  # of the body's: Word's notes are 10 for 11 or 12
ITEM = re.compile(
    r"(?:(?P<bullet>[-–—˗•◦▪■□●○‣⁃➢➔►✓✔❖·*\uf000-\uf0ff]|o(?=\s))\s+(?=\S)"
    r"|\d{1,3}°(?:\s(?:bis|ter|quater))?\s|\(?[a-zA-Z0-9]{1,2}\)\s|[a-z]\.\s|\d{1,2}\.\s(?=\D)"
    r"|[IVX]{1,6}\.?\s[–—-]\s)"
)
_ROMAN = re.compile(r"[IVX]{1,6}\.?\s[–—-]\s")
_PAGE = re.compile(r"(?:p\.?\s?)?[\divxlc]{0,6}$")
_NOTE = re.compile(r"\(\d{1,3}\)\s|\d{1,3}\s")
_SENTENCE_ENDS = (".", "!", "?", ":", ";", "»")


@dataclass(slots=True)
class Run:
    """Lines that make one block; `note`: at the foot of a page."""

    lines: list[Line]
    note: bool = False

    @property
    def first(self) -> Line:
        """The line it begins on."""
        return self.lines[0]

    @property
    def last(self) -> Line:
        """The line it ends on so far."""
        return self.lines[-1]


def blocks(pages: Sequence[Page]) -> tuple[Block, ...]:
    """The blocks of pages without running headers and footers, in reading order."""
    layout = measure(pages)
    vocabulary = Vocabulary(line.words for page in pages for line in page.lines)
    made = [(_block(run, layout, vocabulary), run) for run in _runs(pages, layout)]
    return _with_levels(_captioned(made, layout))


def _runs(pages: Sequence[Page], layout: Layout) -> Iterator[Run]:
    """Lines grouped to blocks; a page's notes come after the paragraph that goes over its end."""
    run: Run | None = None
    pending: list[Line] = []
    for page in pages:
        body, notes = _without_notes(page.lines, layout)
        for line in body:
            if run is not None and not _starts(run, line, layout):
                run.lines.append(line)
                continue
            if run is not None:
                yield run
            yield from _grouped(pending, layout)
            run, pending = Run([line]), []
        pending = [*pending, *notes]
    if run is not None:
        yield run
    yield from _grouped(pending, layout)


def _grouped(lines: Sequence[Line], layout: Layout) -> Iterator[Run]:
    """Notes, each of them one run."""
    run: Run | None = None
    for line in lines:
        if run is not None and not _NOTE.match(line.words) and not _starts(run, line, layout):
            run.lines.append(line)
            continue
        if run is not None:
            yield run
        run = Run([line], note=True)
    if run is not None:
        yield run


def _without_notes(lines: Sequence[Line], layout: Layout) -> tuple[list[Line], list[Line]]:
    """(body, notes): notes are the small lines at the foot of a page, from a number on."""
    start = len(lines)
    first_note = start
    while start > 0 and lines[start - 1].style.size <= NOTE_SIZE * layout.body.size:
        start -= 1
        if _NOTE.match(lines[start].words) and not lines[start].ruled:
            first_note = start
    return list(lines[:first_note]), list(lines[first_note:])


def _starts(run: Run, line: Line, layout: Layout) -> bool:
    """True when `line` begins a new block."""
    last = run.last
    if _is_row(last) or _is_row(line) or is_contents_line(last.words):
        return True
    if is_contents_line(line.words):
        return last.style != line.style or layout.is_apart(last, line) or _ends_sentence(last)
    if not _same_size(last.style, line.style) or _is_bare_heading(last):
        return True
    if (last.page, last.region) != (line.page, line.region) or line.y > last.y:
        return not _goes_on(run, line, layout)
    if layout.is_apart(last, line):
        return True
    if ends_with_hyphen(last.words):
        return False
    centred = layout.is_centred(last) or layout.is_centred(line)
    if centred and _on_one_axis(last, line) and not ITEM.match(line.words):
        return last.style != line.style or _opens_heading(line)
    return _breaks_by_place(run, line, layout)


def _on_one_axis(last: Line, line: Line) -> bool:
    """Centred lines of one title, the widest of which may fill the measure."""
    return abs((last.x0 + last.x1) - (line.x0 + line.x1)) <= 2 * line.style.size


def _breaks_by_place(run: Run, line: Line, layout: Layout) -> bool:
    """A short line, an indent, a list marker or a heading parts paragraphs without a gap."""
    last = run.last
    if layout.is_short(last, line) and not _is_mid_sentence(last, line):
        return True
    size = line.style.size
    listed = ITEM.match(run.first.words) is not None
    if line.x0 - last.x0 > INDENT * size and not (listed and last is run.first):
        return True
    if last is not run.first and last.x0 - line.x0 > INDENT * size:
        return True
    if ITEM.match(line.words) and (_ends_sentence(last) or line.x0 - layout.left(line) > size):
        return True
    return _opens_heading(line) and (line.style.bold or _ends_sentence(last))


def _goes_on(run: Run, line: Line, layout: Layout) -> bool:
    """True when a paragraph cut by the end of a page or a column goes on with `line`."""
    last = run.last
    if ends_with_hyphen(last.words):
        return True
    if ITEM.match(line.words) or _opens_heading(line) or last.style.bold != line.style.bold:
        return False
    if _ends_sentence(last):
        return line.words[:1].islower()
    return line.words[:1].islower() or not layout.is_short(last, line)


def _is_row(line: Line) -> bool:
    return line.ruled or (len(line.cells) > 1 and not is_contents_line(line.words))


def _same_size(one: Style, other: Style) -> bool:
    return abs(one.size - other.size) <= SAME_SIZE * max(one.size, other.size)


def _ends_sentence(line: Line) -> bool:
    return line.words.endswith(_SENTENCE_ENDS)


def _is_mid_sentence(last: Line, line: Line) -> bool:
    """A measure narrower than the column's, as in a box: the sentence itself goes on."""
    return line.words[:1].islower() and not _ends_sentence(last)


def _is_bare_heading(line: Line) -> bool:
    """ "Article 5" and "Chapitre II" alone on their line: what follows is something else."""
    found = article_heading(line.words) or division_heading(line.words)
    return found is not None and not found.title and not found.words


def _opens_heading(line: Line) -> bool:
    return (article_heading(line.words) or division_heading(line.words)) is not None


def _block(run: Run, layout: Layout, vocabulary: Vocabulary) -> Block:
    page = run.first.page
    if _is_row(run.first):
        return Block(BlockKind.ROW, join_cells(list(run.first.cells)), page=page)
    joined = reduce(lambda left, right: join(left, right, vocabulary), _texts(run))
    words = clean_words(joined)
    if is_contents_line(words):
        return Block(BlockKind.PARAGRAPH, _with_short_leaders(words), page=page)
    if not run.note and is_heading(words, run.lines, layout):
        return Block(BlockKind.HEADING, words, page=page)
    item = None if run.note else ITEM.match(words)
    if item is None or _ROMAN.match(words):
        return Block(BlockKind.PARAGRAPH, words, page=page)
    if item["bullet"]:
        words = "- " + words[item.end() :]
    return Block(BlockKind.ITEM, words, page=page)


def _with_short_leaders(words: str) -> str:
    page = _PAGE.search(words)
    start = page.start() if page else len(words)
    return f"{words[:start].rstrip(' .…_·')} .... {words[start:]}".strip()


def _texts(run: Run) -> list[str]:
    return [line.words for line in run.lines]


def _captioned(made: Sequence[tuple[Block, Run]], layout: Layout) -> list[tuple[Block, Style]]:
    """A bare "TITRE Ier" and the centred or marked caption below it as one heading."""
    result: list[tuple[Block, Style]] = []
    label: Run | None = None
    for block, run in made:
        if label is not None and _is_caption(block, run, label, layout):
            above, style = result[-1]
            result[-1] = (replace(above, words=f"{above.words} – {block.words}"), style)
            label = None
            continue
        result.append((block, run.first.style))
        label = run if _is_bare_division(block) else None
    return result


def _is_bare_division(block: Block) -> bool:
    if block.kind is not BlockKind.HEADING:
        return False
    found = division_heading(block.words, marked=True)
    return found is not None and found.sort is Sort.DIVISION and not found.title


def _is_caption(block: Block, run: Run, label: Run, layout: Layout) -> bool:
    """Close below the label, in a heading's look, and no heading of its own by its words."""
    if run.first.page != label.first.page or _opens_heading(run.first):
        return False
    close = label.last.y - run.first.y < 4 * max(label.last.style.size, layout.body.size)
    centred = layout.is_centred(run.first) and len(block.words) <= 200
    ends = block.words.endswith((".", ";", ":"))
    return close and (block.kind is BlockKind.HEADING or (centred and not ends))


def _with_levels(made: Sequence[tuple[Block, Style]]) -> tuple[Block, ...]:
    found = levels([(block, style) for block, style in made if _is_heading(block)])
    return tuple(
        replace(block, level=found(block.words, style)) if _is_heading(block) else block
        for block, style in made
    )


def _is_heading(block: Block) -> bool:
    return block.kind is BlockKind.HEADING
