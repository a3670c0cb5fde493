"""Word documents through `unstructured`'s own partitioner; our reading of styles decides kinds.

Imported only by `ingest.sources.docx`, after `ingest.sources.offline` has cut the network. What is
private here of `unstructured` is pinned and tested: `_DocxPartitioner` walks the body, counts list
labels as Word shows them and splits paragraphs on page breaks. We replace how a paragraph is
classified (theirs guesses from English sentences) and how a table is given (theirs as one run).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from docx.table import Table as DocxTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from unstructured.documents.elements import Element, ElementMetadata, Footer, Header, Text
from unstructured.partition.docx import DocxPartitionerOptions, _DocxPartitioner, _paragraph_text

from ingest.sources.base import Block, BlockKind
from ingest.sources.docx_body import make_plain
from ingest.sources.wording import clean_words, join_cells, with_dash

_HEADING_STYLE = re.compile(r"(?:heading|titre|überschrift)\s*([1-9])$", re.IGNORECASE)
_TITLE_STYLES = ("title", "titre", "titre principal")
_CONTENTS_STYLE = re.compile(r"(?:toc|tm)\s?\d|toc ?heading|table of figures", re.IGNORECASE)
_LABEL_IN_FRONT = re.compile(r"(?:[-•]|\(?\w{1,4}[.)°])\s")
_MAX_STYLE_DEPTH = 20


def blocks_of(file: IO[bytes]) -> tuple[Block, ...]:
    """Blocks of a DOCX. Raises KeyError or ValueError when it is malformed."""
    options = DocxPartitionerOptions.load(
        file=file, file_path=None, include_page_breaks=False, infer_table_structure=False
    )
    make_plain(options.document)
    elements = _Partitioner.iter_document_elements(options)
    return tuple(
        _with_title_on_top(
            [_block(e) for e in elements if not isinstance(e, Header | Footer) and e.text.strip()]
        )
    )


def _block(element: Element) -> Block:
    metadata: Any = element.metadata
    kind = BlockKind(metadata.block_kind)
    return Block(kind, element.text, metadata.block_level, metadata.page_number)


def _with_title_on_top(blocks: list[Block]) -> list[Block]:
    """The document's title, given as level 0, above its headings of level 1."""
    titles = [b for b in blocks if b.kind is BlockKind.HEADING and b.level < 0]
    if not titles:
        return blocks
    shift = 1 if len(titles) == 1 else 0
    return [_shifted(block, shift) for block in blocks]


def _shifted(block: Block, shift: int) -> Block:
    if block.kind is not BlockKind.HEADING:
        return block
    level = 1 if block.level < 0 and shift else max(block.level, 0) and block.level + shift
    return Block(block.kind, block.words, level, block.page)


class _Partitioner(_DocxPartitioner):
    """`unstructured`'s walk, with our kinds written in the elements' metadata."""

    def _classify_paragraph_to_element(
        self, paragraph: Paragraph, label: str = ""
    ) -> Iterator[Element]:
        words = clean_words(_paragraph_text(paragraph))
        if not words or _CONTENTS_STYLE.match(self._style_name(paragraph)):
            return
        level = self._heading_level(paragraph)
        if level is not None:
            yield self._element(BlockKind.HEADING, _labelled(label, words), level)
        elif self._is_list_item(paragraph) and (label or self._has_bullet(paragraph, words)):
            yield self._element(BlockKind.ITEM, _item(label, words))
        else:
            yield self._element(BlockKind.PARAGRAPH, _labelled(label, words))

    def _has_bullet(self, paragraph: Paragraph, words: str) -> bool:
        """True for an item by its numbering; a style named "List…" alone may be any paragraph."""
        return (
            bool(paragraph._p.xpath("./w:pPr/w:numPr"))
            or with_dash(words).startswith("- ")
            or (self._list_labels.has_style_numbering(paragraph))
        )

    def _heading_level(self, paragraph: Paragraph) -> int | None:
        """Level from the paragraph's outline or its style's name or ancestors; -1: the title."""
        own = paragraph._p.xpath("./w:pPr/w:outlineLvl/@w:val")
        if own and own[0].isdigit():
            return int(own[0]) + 1 if int(own[0]) < 9 else None
        style: Any = self._list_labels.style_of(paragraph)
        for _ in range(_MAX_STYLE_DEPTH):
            if style is None:
                break
            level = _style_level(style)
            if level is not None:
                return level or None
            style = style.base_style
        return None

    def _iter_table_element(  # type: ignore[override]
        self, table: DocxTable
    ) -> Iterator[Element]:
        for row in table.rows:
            cells = [self._cell_words(tc, table) for tc in row._tr.tc_lst]
            words = join_cells(cells)
            if words:
                yield self._element(BlockKind.ROW if len(cells) > 1 else BlockKind.PARAGRAPH, words)

    def _cell_words(self, tc: Any, table: DocxTable) -> str:
        """A cell on one line, its list labels and nested tables included; merged cells once."""
        if tc.vMerge == "continue":
            return ""
        parts: list[str] = []
        for item in _Cell(tc, table).iter_inner_content():
            if isinstance(item, Paragraph):
                words = clean_words(_paragraph_text(item))
                label = self._list_labels.label(item)
                parts.append(_labelled(label, words) if words else "")
            else:
                parts.extend(
                    self._cell_words(inner, item) for row in item.rows for inner in row._tr.tc_lst
                )
        return " ".join(filter(None, parts))

    def _element(self, kind: BlockKind, words: str, level: int = 0) -> Element:
        metadata: Any = ElementMetadata(page_number=self._opts.metadata_page_number)
        metadata.block_kind = kind.value
        metadata.block_level = level
        return Text(words, metadata=metadata)


def _style_level(style: Any) -> int | None:
    """1 to 9, -1 for the document's title, 0 for known body text, None when it does not say."""
    name = (style.name or "").strip()
    numbered = _HEADING_STYLE.match(name)
    if numbered:
        return int(numbered.group(1))
    outline = style.element.xpath("./w:pPr/w:outlineLvl/@w:val")
    if outline and outline[0].isdigit():
        return int(outline[0]) + 1 if int(outline[0]) < 9 else 0
    return -1 if name.lower() in _TITLE_STYLES else None


def _labelled(label: str, words: str) -> str:
    return f"{label} {words}" if label and not words.startswith(f"{label} ") else words


def _item(label: str, words: str) -> str:
    """An item as it shows: its number, or a dash for any bullet."""
    if label:
        return _labelled(label, words)
    dashed = with_dash(words)
    return dashed if _LABEL_IN_FRONT.match(dashed) else f"- {dashed}"
