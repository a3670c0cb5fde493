"""Blocks of the body of an OpenDocument text, in reading order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ingest.sources.base import Block, BlockKind
from ingest.sources.odt_styles import DRAW, OFFICE, TABLE, TEXT, Counter, Styles
from ingest.sources.wording import clean_words, join_cells, with_dash

_SKIPPED = frozenset(
    (
        f"{TEXT}table-of-content",
        f"{TEXT}alphabetical-index",
        f"{TEXT}illustration-index",
        f"{TEXT}table-index",
        f"{TEXT}tracked-changes",
        f"{TEXT}sequence-decls",
        f"{TEXT}variable-decls",
        f"{TEXT}user-field-decls",
        f"{OFFICE}annotation",
        f"{OFFICE}annotation-end",
        f"{OFFICE}forms",
        f"{DRAW}image",
    )
)
_SPACE = {f"{TEXT}s": " ", f"{TEXT}tab": " ", f"{TEXT}line-break": " "}
_BREAK = f"{TEXT}soft-page-break"


@dataclass(slots=True)
class BodyWalker:
    """Walks the body; keeps the page, the heading numbers and each list's numbers."""

    styles: Styles
    blocks: list[Block] = field(default_factory=list)
    page: int = 1
    paged: bool = False
    lists: dict[str, Counter] = field(default_factory=dict)
    headings: Counter | None = None
    titles: int = 0

    def walk(self, body: Any) -> tuple[Block, ...]:
        """The blocks of `body`."""
        self.headings = Counter(self.styles.outline)
        self._inside(body)
        return tuple(self._finished(block) for block in self.blocks)

    def _finished(self, block: Block) -> Block:
        """Pages only where the file marks some; the title above the headings of level 1."""
        level = (
            block.level + 1 if block.kind is BlockKind.HEADING and self.titles == 1 else block.level
        )
        return Block(block.kind, block.words, level, block.page if self.paged else None)

    def _inside(self, element: Any) -> None:
        for child in element:
            if isinstance(child.tag, str) and child.tag not in _SKIPPED:
                self._element(child)

    def _element(self, element: Any) -> None:
        if element.tag in (f"{TEXT}p", f"{TEXT}h"):
            self._paragraph(element)
        elif element.tag == f"{TEXT}list":
            self._list(element, "", 1)
        elif element.tag == f"{TABLE}table":
            self._table(element)
        elif element.tag == _BREAK:
            self._turn_page()
        else:
            self._inside(element)

    def _turn_page(self) -> None:
        self.paged = True
        self.page += 1

    def _paragraph(self, element: Any, label: str = "") -> None:
        style = element.get(f"{TEXT}style-name") or ""
        if self.styles.breaks_page(style) and self.blocks:
            self._turn_page()
        page = self.page
        notes: list[Any] = []
        words = clean_words("".join(self._words(element, notes)))
        if words:
            self._add(element, style, words, label, page)
        self._notes(notes)

    def _add(self, element: Any, style: str, words: str, label: str, page: int) -> None:
        level = self._level(element, style)
        if level is None:
            kind = BlockKind.ITEM if label else BlockKind.PARAGRAPH
            self.blocks.append(Block(kind, _labelled(label, words), page=page))
            return
        number = self._heading_number(element, level) if element.tag == f"{TEXT}h" else ""
        label = number or label.removesuffix("-")
        self.titles += level == 0
        self.blocks.append(Block(BlockKind.HEADING, _labelled(label, words), level, page))

    def _level(self, element: Any, style: str) -> int | None:
        """Level of a heading, 0 for the document's title, None for other paragraphs."""
        if self.styles.is_title(style):
            return 0
        if element.tag == f"{TEXT}h":
            level = element.get(f"{TEXT}outline-level") or "1"
            return int(level) if level.isdigit() else 1
        return self.styles.heading_level(style) or None

    def _heading_number(self, element: Any, level: int) -> str:
        if self.headings is None or element.get(f"{TEXT}is-list-header") == "true":
            return ""
        return self.headings.next_label(level)

    def _list(self, element: Any, inherited: str, depth: int) -> None:
        name = element.get(f"{TEXT}style-name") or inherited
        goes_on = depth > 1 or element.get(f"{TEXT}continue-numbering") == "true"
        goes_on = goes_on or element.get(f"{TEXT}continue-list") is not None
        if name not in self.lists or not goes_on:
            self.lists[name] = Counter(self.styles.lists.get(name, {}))
        for item in element:
            if item.tag in (f"{TEXT}list-item", f"{TEXT}list-header"):
                self._item(item, name, depth)

    def _item(self, item: Any, name: str, depth: int) -> None:
        """The first paragraph of an item carries its label; the next ones are its continuation."""
        start = item.get(f"{TEXT}start-value") or ""
        label = ""
        if item.tag == f"{TEXT}list-item" and any(c.tag == f"{TEXT}p" for c in item):
            counter = self.lists[name]
            label = counter.next_label(depth, int(start) if start.isdigit() else None) or "-"
        for child in item:
            if child.tag == f"{TEXT}list":
                self._list(child, name, depth + 1)
            elif child.tag in (f"{TEXT}p", f"{TEXT}h"):
                self._paragraph(child, label)
                label = ""
            elif isinstance(child.tag, str):
                self._element(child)

    def _table(self, table: Any) -> None:
        for row in table.iter(f"{TABLE}table-row"):
            if next(row.iterancestors(f"{TABLE}table")) is not table:
                continue
            if row.getprevious() is not None and row.getprevious().tag == _BREAK:
                self._turn_page()
            page, notes = self.page, list[Any]()
            cells = [self._cell(cell, notes) for cell in row if cell.tag == f"{TABLE}table-cell"]
            words = join_cells(cells)
            kind = BlockKind.ROW if len(cells) > 1 else BlockKind.PARAGRAPH
            if words:
                self.blocks.append(Block(kind, words, page=page))
            self._notes(notes)

    def _cell(self, cell: Any, notes: list[Any]) -> str:
        """A cell on one line, with the dashes of its lists."""
        lines: list[str] = []
        for paragraph in cell.iter(f"{TEXT}p", f"{TEXT}h"):
            if any(a.tag in (f"{TEXT}note", *_SKIPPED) for a in paragraph.iterancestors()):
                continue
            in_list = paragraph.getparent().tag == f"{TEXT}list-item"
            words = "".join(self._words(paragraph, notes, boxes=False))
            lines.append(f"- {words}" if in_list and words.strip() else words)
        return " ".join(lines)

    def _words(self, element: Any, notes: list[Any], *, boxes: bool = True) -> list[str]:
        """Words of a paragraph; its notes and text boxes are set aside in `notes`."""
        parts = [element.text or ""]
        for child in element:
            if isinstance(child.tag, str):
                parts.extend(self._inline(child, notes, boxes))
            parts.append(child.tail or "")
        return parts

    def _inline(self, child: Any, notes: list[Any], boxes: bool) -> list[str]:
        if child.tag in _SPACE:
            return [_SPACE[child.tag]]
        if child.tag == _BREAK:
            self._turn_page()
            return []
        if child.tag == f"{TEXT}note":
            notes.append(child)
            return [f"[{clean_words(child.findtext(f'{TEXT}note-citation') or '*')}]"]
        if child.tag == f"{DRAW}text-box":
            if boxes:
                notes.append(child)
            return []
        return [] if child.tag in _SKIPPED else self._words(child, notes, boxes=boxes)

    def _notes(self, notes: list[Any]) -> None:
        """Footnotes as paragraphs, "[1] words"; text boxes as what they hold."""
        for note in notes:
            if note.tag == f"{DRAW}text-box":
                self._inside(note)
                continue
            mark = clean_words(note.findtext(f"{TEXT}note-citation") or "*")
            body = note.find(f"{TEXT}note-body")
            words = "" if body is None else clean_words(" ".join(body.itertext()))
            if words:
                self.blocks.append(Block(BlockKind.PARAGRAPH, f"[{mark}] {words}", page=self.page))


def _labelled(label: str, words: str) -> str:
    if label == "-":
        dashed = with_dash(words)
        return dashed if dashed.startswith("- ") else f"- {dashed}"
    return f"{label} {words}" if label and not words.startswith(f"{label} ") else words
