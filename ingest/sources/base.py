"""What a reader of a format takes and gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from rag.errors import SourceError
from rag.types import TextState


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the command line says about the sources of a run."""

    services: frozenset[str] = frozenset()  # used when the source names none
    effective: date | None = None  # used when the source gives no date of effect
    ocr: bool = False  # read page images with tesseract where a PDF page has no text
    open_to_all: bool = False  # said at the command line: texts that name none become everyone's


@dataclass(frozen=True, slots=True)
class Source:
    """One file or folder to read. `name` is its path relative to what was asked for."""

    path: Path
    name: str
    options: ReadOptions = ReadOptions()


class BlockKind(StrEnum):
    """What a run of words is in its document."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"  # of a list
    ROW = "row"  # of a table; cells joined by " | "


@dataclass(frozen=True, slots=True)
class Block:
    """A run of words of a document, one line each: `words` has no line break."""

    kind: BlockKind
    words: str
    level: int = 0  # of a heading: 1 is the highest; 0: known to be a heading, level unknown
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What a document says of itself (front matter, properties, meta tags, headers)."""

    text_id: str = ""
    title: str = ""
    nature: str = ""
    effective: date | None = None
    services: frozenset[str] | None = None  # None: it does not say


@dataclass(frozen=True, slots=True)
class Document:
    """A document as blocks in reading order, not yet cut into articles (`ingest.structure`)."""

    source: Source
    blocks: tuple[Block, ...]
    declared: Declared = field(default_factory=Declared)


class Reader(Protocol):
    """Reads one source.

    Raises `rag.errors.SourceError` (with `where` and `remedy`) when it cannot be read; what was
    yielded before that is kept. A `SourceError` that is yielded, not raised, is the failure of one
    part (a member of an archive, a line): it is reported and the rest goes on.
    """

    def __call__(self, source: Source, /) -> Iterator[TextState | Document | SourceError]: ...
