"""Cuts a document, whatever its format, into the articles that can be cited."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ingest.headings import Sort
from ingest.outline import Mark, closes, marks_of
from ingest.sources.base import Block, BlockKind, Document
from ingest.sources.wording import clean_words
from ingest.title import slug, title_of
from rag.errors import EmptySource
from rag.types import Article, PageMark, Text, TextState, Validity, Version

PREAMBLE = "Préambule"
WHOLE = "1"  # number of the only article of a document without headings
DEFAULT_NATURE = "document"
MAX_KEY = 100  # characters of an article's key; longer ones keep a digest


@dataclass(slots=True)
class _Section:
    """A headed stretch of a document (the first has no heading), as it is filled."""

    mark: Mark | None
    above: tuple[_Section, ...] = ()
    blocks: list[Block] = field(default_factory=list)
    page: int | None = None
    is_path: bool = False  # something below it has words
    opened: bool = False  # its title became its words


def to_state(document: Document, day_read: date | None = None) -> TextState:
    """The Text of `document`, its articles in reading order, one Version each.

    The versions start at the date of effect that the document, or else the command line, gives;
    failing both at `day_read`, and `as_of` stays None. Raises EmptySource when it has no words.
    """
    blocks = _cleaned(document.blocks)
    if not blocks:
        raise EmptySource(
            "aucun mot lisible",
            where=document.source.name,
            remedy="Vérifiez qu'il s'ouvre et contient du texte, non des images.",
        )
    marks = marks_of(blocks)
    title, taken = title_of(document, blocks, marks)
    # a document of headings alone is read as words
    sections = _with_words(_cut(blocks, marks, taken)) or [_Section(None, blocks=list(blocks))]
    text = _text(document, title)
    as_of = document.declared.effective or document.source.options.effective
    articles = _articles(sections, text)
    versions = tuple(
        _version(article, section.blocks, as_of, day_read)
        for article, section in zip(articles, sections, strict=True)
    )
    return TextState(text, articles, versions, as_of)


def _cleaned(blocks: Iterable[Block]) -> tuple[Block, ...]:
    cleaned = (replace(block, words=clean_words(block.words)) for block in blocks)
    return tuple(block for block in cleaned if block.words)


# --- the sections ------------------------------------------------------------------------------


def _cut(
    blocks: Sequence[Block], marks: Sequence[Mark | None], taken: int | None
) -> list[_Section]:
    """Sections in reading order; the first holds what comes before any heading."""
    sections = [_Section(None, page=blocks[0].page)]
    open_sections: list[_Section] = []
    skip = 0
    page: int | None = None
    for index, (block, mark) in enumerate(zip(blocks, marks, strict=True)):
        page = block.page or page
        if skip:
            skip -= 1
        elif index == taken:
            continue
        elif mark is None or _belongs_to_article(mark, open_sections):
            sections[-1].blocks.append(replace(block, page=page))
        else:
            skip = mark.used - 1
            _close(mark, open_sections)
            section = _opened(mark, tuple(open_sections), page)
            sections.append(section)
            open_sections.append(section)
    return sections


def _close(mark: Mark, open_sections: list[_Section]) -> None:
    for depth, section in enumerate(open_sections):
        if section.mark and closes(mark, section.mark):
            del open_sections[depth:]
            return


def _belongs_to_article(mark: Mark, open_sections: Sequence[_Section]) -> bool:
    """True for an unnumbered heading within "Article 5": the article is the unit that is cited."""
    above = open_sections[-1].mark if open_sections else None
    return (
        above is not None
        and above.heading.sort is Sort.ARTICLE
        and mark.heading.sort is Sort.PLAIN
        and not any(s.mark and closes(mark, s.mark) for s in open_sections)
    )


def _opened(mark: Mark, above: tuple[_Section, ...], page: int | None) -> _Section:
    section = _Section(mark, above, page=page)
    if mark.heading.words:
        section.blocks.append(Block(BlockKind.PARAGRAPH, mark.heading.words, page=page))
    return section


def _with_words(sections: list[_Section]) -> list[_Section]:
    """The sections that are articles. No word of a heading that has nothing below it is lost."""
    for index in range(len(sections) - 1, -1, -1):
        section = sections[index]
        if not section.blocks and not section.is_path and section.mark:
            _settle_bare(section.mark, section, sections[index - 1])
        if section.blocks:
            for above in section.above:
                above.is_path = True
    return [section for section in sections if section.blocks]


def _settle_bare(mark: Mark, section: _Section, before: _Section) -> None:
    """A numbered heading's title is its words ("3.1 Déposer la demande"); another's joins the
    words before it; a number alone says nothing."""
    heading = mark.heading
    if heading.number and heading.title:
        section.blocks.append(Block(BlockKind.PARAGRAPH, heading.title, page=section.page))
        section.opened = True
    elif not heading.number:
        before.blocks.append(Block(BlockKind.PARAGRAPH, mark.printed, page=section.page))


# --- the articles ------------------------------------------------------------------------------


def _text(document: Document, title: str) -> Text:
    declared, source = document.declared, document.source
    services = source.options.services if declared.services is None else declared.services
    return Text(
        text_id=declared.text_id or slug(source.name) or slug(source.path.name),
        title=title,
        nature=declared.nature or DEFAULT_NATURE,
        services=services,
        source=source.name,
    )


def _articles(sections: Sequence[_Section], text: Text) -> tuple[Article, ...]:
    numbers, keys = _Distinct(" ({})"), _Distinct("-{}")
    alone = len(sections) == 1
    return tuple(
        _article(section, text, order, numbers, keys, alone)
        for order, section in enumerate(sections)
    )


def _article(
    section: _Section, text: Text, order: int, numbers: _Distinct, keys: _Distinct, alone: bool
) -> Article:
    path = tuple(above.mark.printed for above in section.above if above.mark)
    heading = section.mark.heading if section.mark else None
    number = (heading.number or heading.title) if heading else (WHOLE if alone else PREAMBLE)
    title = heading.title if heading and heading.number and not section.opened else ""
    numbered = heading is None or bool(heading.number and heading.sort is not Sort.DIVISION)
    key = slug(number) if numbered else slug(" ".join((*path, number, title)))
    return Article(
        article_id=f"{text.text_id}#{keys.take(_short(key))}",
        text_id=text.text_id,
        number=numbers.take(number),
        heading=title,
        path=path,
        order=order,
    )


class _Distinct:
    """Makes names distinct: the second "Objet" becomes "Objet (2)"."""

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """`name`, or with the first suffix that makes it new."""
        new, count = name, 1
        while new in self._taken:
            count += 1
            new = name + self._suffix.format(count)
        self._taken.add(new)
        return new


def _short(key: str) -> str:
    if len(key) <= MAX_KEY:
        return key or "section"
    return f"{key[:MAX_KEY].rstrip('-')}-{_digest(key)[:8]}"


def _version(
    article: Article, blocks: Sequence[Block], as_of: date | None, day_read: date | None
) -> Version:
    words = "\n".join(block.words for block in blocks)
    stamp = as_of.isoformat() if as_of else "initial"
    return Version(
        version_id=f"{article.article_id}@{stamp}-{_digest(words)[:12]}",
        article_id=article.article_id,
        words=words,
        validity=Validity(as_of or day_read),
        pages=_pages(blocks),
    )


def _pages(blocks: Sequence[Block]) -> tuple[PageMark, ...]:
    """Where each page begins in the words; the first mark is at 0."""
    marks: list[PageMark] = []
    start = 0
    for block in blocks:
        if block.page and (not marks or marks[-1].page != block.page):
            marks.append(PageMark(start if marks else 0, block.page))
        start += len(block.words) + 1
    return tuple(marks)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
