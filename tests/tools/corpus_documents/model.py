"""The shape of a demonstration document, and the light markup its words are written in.

Markup: blocks are separated by a blank line. ``# `` and ``## `` open a heading, ``- `` a bullet,
``1) `` a numbered point, ``| a | b |`` a table row (the first row is the header). Any other line
continues what precedes it, so sources can be wrapped.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

NO_BREAK_SPACE = "\u00a0"
CURLY_APOSTROPHE = "\u2019"
EN_DASH = "\u2013"

_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_ITEM = re.compile(r"(?=^(?:#{1,2} |- |\d+\) |\| ))", re.MULTILINE)
_SPACED = (
    (re.compile(r"«[ \n]"), f"«{NO_BREAK_SPACE}"),
    (re.compile(r"[ \n](?=[»;:?!%€])"), NO_BREAK_SPACE),
    (re.compile(r"n°[ \n]"), f"n°{NO_BREAK_SPACE}"),
    (re.compile(r"(?<=\d)[ \n](?=\d{3}(?!\d))"), NO_BREAK_SPACE),
)


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Points:
    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Points | Table


@dataclass(frozen=True)
class Metadata:
    """What Référent reads of a document beside its words; no services: readable by everyone."""

    file: PurePosixPath
    id: str
    title: str
    effective: date
    services: tuple[str, ...] = ()
    nature: str = "procédure"

    @property
    def keywords(self) -> str:
        """``key: value`` pairs separated by semicolons, as the ingestion expects them."""
        pairs = [f"id: {self.id}", f"nature: {self.nature}", f"effective: {self.effective}"]
        if self.services:
            pairs.append(f"services: {', '.join(self.services)}")
        return "; ".join(pairs)

    @property
    def effective_in_words(self) -> str:
        day = "1er" if self.effective.day == 1 else str(self.effective.day)
        return f"{day} {_MONTHS[self.effective.month - 1]} {self.effective.year}"


@dataclass(frozen=True)
class Document:
    metadata: Metadata
    source: str
    curly_apostrophes: bool = False

    def typeset(self, text: str) -> str:
        return typeset(text, curly_apostrophes=self.curly_apostrophes)

    @property
    def title(self) -> str:
        return self.typeset(self.metadata.title)

    @property
    def blocks(self) -> list[Block]:
        return parse(self.typeset(self.source))


def typeset(text: str, *, curly_apostrophes: bool) -> str:
    """French spacing, across wrapped lines too, and dashes; real files differ on apostrophes."""
    text = re.sub(r"(?<=\s)--(?=\s)", EN_DASH, text)
    for pattern, replacement in _SPACED:
        text = pattern.sub(replacement, text)
    return text.replace("'", CURLY_APOSTROPHE) if curly_apostrophes else text


def parse(source: str) -> list[Block]:
    return [block for part in re.split(r"\n\s*\n", source.strip()) for block in _block(part)]


def read_table(source: str) -> Table:
    """Rows ``| a | b |``, the first one the header."""
    items = (item.replace("\n", " ").strip() for item in _ITEM.split(source))
    header, *rows = (_cells(item) for item in items if item)
    return Table(header, tuple(rows))


def _block(part: str) -> list[Block]:
    items = [item.replace("\n", " ").strip() for item in _ITEM.split(part)]
    items = [item for item in items if item]
    first = items[0]
    if first.startswith("#"):
        marks, _, text = first.partition(" ")
        return [Heading(len(marks), text)]
    if first.startswith("| "):
        return [read_table(part)]
    if first.startswith("- "):
        return [Points(tuple(item[2:] for item in items))]
    if re.match(r"\d+\) ", first):
        return [Points(tuple(item.partition(") ")[2] for item in items), numbered=True)]
    return [Paragraph(first)]


def _cells(row: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in row.strip("| ").split(" | "))
