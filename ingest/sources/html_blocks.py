"""Blocks of the content of a web page, in reading order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ingest.sources.base import Block, BlockKind
from ingest.sources.wording import clean_words, join_cells

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big button cite code data del dfn em font i img ins kbd label mark q"
    " rp rt ruby s samp small span strike strong sub sup time tt u var wbr".split()
)
_BULLET = re.compile(r"[•●▪·➢–—-]\s*(?=\S)")
_BOX = re.compile(r"(?:^|[\s-])(?:highlight|callout|alert|notice|encadre|admonition|note)(?:$|\s)")
_HEADING_PATH = " | ".join(f".//{name}" for name in _HEADINGS)


@dataclass(slots=True)
class BlockWalker:
    """Walks an element; words gathered in `open` become a block when a block element begins."""

    blocks: list[Block] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    prefix: str = ""
    level: int = 1

    def walk(self, element: Any) -> tuple[Block, ...]:
        """The blocks of `element`."""
        self._inside(element)
        self._flush()
        return tuple(self.blocks)

    def _inside(self, element: Any) -> None:
        self._say(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self._element(child)
            self._say(child.tail)

    def _element(self, element: Any) -> None:
        tag = element.tag
        if tag in _HEADINGS:
            self._heading(element)
        elif tag == "table" and not element.xpath(_HEADING_PATH):
            self._table(element)
        elif tag == "summary":
            self._titled(element, self.level + 1)
        elif tag in ("ul", "ol", "menu"):
            self._list(element)
        elif tag == "br":
            self._flush(keep_prefix=False)
        elif tag in _INLINE and not _holds_blocks(element):
            self._inside(element)
        else:
            self._flush(keep_prefix=True)
            self._inside(element)
            self._flush(keep_prefix=True)

    def _heading(self, element: Any) -> None:
        """A heading; where one holds another (accordions), the inner one tells the level."""
        if _in_box(element):
            self._flush(keep_prefix=True)
            self._add(BlockKind.PARAGRAPH, _words(element))
            return
        inner = element.xpath(_HEADING_PATH)
        level = _HEADINGS[inner[-1].tag if inner else element.tag]
        self.level = level
        self._titled(element, level)

    def _titled(self, element: Any, level: int) -> None:
        self._flush(keep_prefix=True)
        words = _words(element)
        if words:
            self.blocks.append(Block(BlockKind.HEADING, words, min(level, 9)))

    def _list(self, element: Any) -> None:
        self._flush()
        number = _start(element)
        for child in element:
            if child.tag != "li":
                if isinstance(child.tag, str):
                    self._element(child)
                continue
            self.prefix = f"{number}. " if element.tag == "ol" else "- "
            number += 1
            self._inside(child)
            self._flush()

    def _table(self, element: Any) -> None:
        self._flush()
        for part in element.iter("caption", "tr"):
            if part.tag == "caption":
                self._add(BlockKind.PARAGRAPH, _words(part))
            elif next(part.iterancestors("table")) is element:
                cells = [_words(cell) for cell in part if cell.tag in ("td", "th")]
                self._add(
                    BlockKind.ROW if len(cells) > 1 else BlockKind.PARAGRAPH, join_cells(cells)
                )

    def _say(self, text: str | None) -> None:
        if text:
            self.open.append(text)

    def _flush(self, *, keep_prefix: bool = False) -> None:
        """Ends the block; an item's mark waits for its first words."""
        words = clean_words("".join(self.open))
        self.open.clear()
        if words:
            bullet = None if self.prefix else _BULLET.match(words)
            kind = BlockKind.ITEM if self.prefix or bullet else BlockKind.PARAGRAPH
            self._add(kind, f"- {words[bullet.end() :]}" if bullet else self.prefix + words)
            self.prefix = ""
        elif not keep_prefix:
            self.prefix = ""

    def _add(self, kind: BlockKind, words: str) -> None:
        if words:
            self.blocks.append(Block(kind, words))


def _holds_blocks(element: Any) -> bool:
    return any(isinstance(e.tag, str) and e.tag not in _INLINE for e in element.iterdescendants())


def _in_box(heading: Any) -> bool:
    """True for the only heading of a boxed remark: the section around it goes on after the box."""
    boxes = (a for a in heading.iterancestors("div", "aside", "section") if _is_box(a))
    box = next(boxes, None)
    return box is not None and len(box.xpath(_HEADING_PATH)) == 1


def _is_box(element: Any) -> bool:
    return _BOX.search((element.get("class") or "").lower()) is not None


def _start(element: Any) -> int:
    start = element.get("start") or "1"
    return int(start) if re.fullmatch(r"\d{1,6}", start) else 1


def _words(element: Any) -> str:
    """All words of `element` on one line; block elements in it are parted by a space."""
    return clean_words("".join(_in_order(element)))


def _in_order(element: Any) -> list[str]:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            gap = "" if child.tag in _INLINE else " "
            parts.extend((gap, *_in_order(child), gap))
        parts.append(child.tail or "")
    return parts
