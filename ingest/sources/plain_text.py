"""Reads plain text: paragraphs parted by blank lines, wrapped lines joined again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.headings import article_heading, decimal_heading, division_heading, is_contents_line
from ingest.sources.base import Block, BlockKind, Document, Source
from ingest.sources.guards import decode_text, read_bytes
from ingest.sources.wording import clean_words, mark_gaps, with_dash
from rag.errors import EmptySource

WRAPPED_AT_MOST = 130  # longer lines are whole paragraphs, as editors that wrap on screen save them
_FULL_SHARE = 0.6  # of the longest line: a shorter one ends its paragraph
_ITEM = re.compile(
    r"(?:[-–—*+•●◦▪■·➢✓]|\(?\d{1,2}[°)]|\(?[a-z]\)|\d{1,2}\.(?!\d)|[IVX]{1,4}[°)]|\d{1,2}\s?[-–](?=\s))"
    r"\s+\S"
)
_UNDERLINE = re.compile(r"\s*([=\-~_*])\1{3,}\s*$")
_RULE = re.compile(r"[\s=\-~_*#+|]+$")
MAX_TITLE_LINE = 120


def read(source: Source) -> Iterator[Document]:
    """Yields the file as one document; a form feed begins a page."""
    text = decode_text(read_bytes(source), source.name)
    blocks = blocks_of(text)
    if not blocks:
        raise EmptySource(
            "le fichier ne contient que des blancs", where=source.name, remedy="Redemandez-le."
        )
    yield Document(source, titled(blocks))


def blocks_of(text: str) -> tuple[Block, ...]:
    """Blocks of a plain text, in order."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n\x0c\n").split("\n")
    paged = any("\x0c" in line for line in lines)
    width = max((len(line.rstrip()) for line in lines), default=0)
    page = 1
    blocks: list[Block] = []
    for group in _groups(lines):
        if group == ["\x0c"]:
            page += 1
            continue
        blocks.extend(_blocks(group, width, page if paged else None))
    return tuple(blocks)


def titled(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """`blocks` with the first as the title when it looks like one and something follows."""
    first = blocks[0]
    is_title = (
        len(blocks) > 1
        and first.kind is BlockKind.PARAGRAPH
        and len(first.words) <= MAX_TITLE_LINE
        and not first.words.endswith((".", ",", ";", ":"))
        and not is_heading_line(first.words)
    )
    return (
        (Block(BlockKind.HEADING, first.words, 1, first.page), *blocks[1:]) if is_title else blocks
    )


def _groups(lines: Sequence[str]) -> Iterator[list[str]]:
    """Runs of lines that no blank line parts; a form feed is a run of its own."""
    group: list[str] = []
    for line in lines:
        if line == "\x0c" or not line.strip():
            if group:
                yield group
            group = []
            if line == "\x0c":
                yield [line]
        else:
            group.append(line)
    if group:
        yield group


def _blocks(group: list[str], width: int, page: int | None) -> Iterator[Block]:
    """Blocks of one run of lines."""
    underlined = _underlined(group)
    if underlined:
        level, title = underlined
        yield Block(BlockKind.HEADING, clean_words(title), level, page)
        group = group[2:]
    lines = list(_joined([line for line in group if not _RULE.match(line)], width))
    for index, joined in enumerate(lines):
        words = clean_words(mark_gaps(joined))
        opens = not index and "\n" not in joined and not any(map(_is_item, lines[1:2]))
        if words:
            yield _block(joined, words, page, opens=opens)


def _underlined(group: list[str]) -> tuple[int, str] | None:
    """Level and words of a title underlined with = or -."""
    if len(group) > 1 and not _RULE.match(group[0]) and (rule := _UNDERLINE.match(group[1])):
        return (1 if rule.group(1) == "=" else 2), group[0]
    return None


def _block(line: str, words: str, page: int | None, *, opens: bool) -> Block:
    """`opens`: the line begins its run and no item follows, so "1. Objet" may be a heading."""
    is_heading = is_heading_line(words) or (opens and decimal_heading(words) is not None)
    if _is_item(line) and not is_heading:
        return Block(BlockKind.ITEM, with_dash(words), page=page)
    return Block(BlockKind.PARAGRAPH, words, page=page)


def _joined(lines: list[str], width: int) -> Iterator[str]:
    """Lines, those that only the page's width broke joined by a line break."""
    run: list[str] = []
    for line in lines:
        if run and not _goes_on(run, line, width):
            yield "\n".join(run)
            run = []
        run.append(line.strip() if run else line.rstrip())
    if run:
        yield "\n".join(run)


def _goes_on(run: list[str], line: str, width: int) -> bool:
    """True when `line` continues the paragraph or item of the lines in `run`."""
    last = run[-1]
    if _is_item(line) or is_heading_line(line.strip()):
        return False
    if len(run) == 1 and is_heading_line(last.strip()):
        return False
    if width > WRAPPED_AT_MOST or is_contents_line(mark_gaps(last)):
        return False
    return line.strip()[:1].islower() or len(last) >= _FULL_SHARE * width


def _is_item(line: str) -> bool:
    return _ITEM.match(line.lstrip()) is not None


def is_heading_line(line: str) -> bool:
    """True for a line that opens an article, a division, or "2.1 Délais"; "1. Objet" may not."""
    if article_heading(line) or division_heading(line):
        return True
    decimal = decimal_heading(line)
    return decimal is not None and decimal.rank > 1
