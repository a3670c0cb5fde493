"""The title of a document, and identifiers made from titles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath

from ingest.headings import MAX_TITLE, Sort
from ingest.outline import Mark
from ingest.sources.base import Block, BlockKind, Document

_APART = str.maketrans("°’‘", "   ")  # NFKD would glue what they part
_FIRST_SECTIONS = ("introduction", "préambule", "avant-propos", "objet", "sommaire", "contexte")
_LINES_BEFORE_TITLE = 3  # a letterhead: « République française », the ministry, a date
_UNFINISHED = (".", ";", ",", ":")


def title_of(
    document: Document, blocks: Sequence[Block], marks: Sequence[Mark | None]
) -> tuple[str, int | None]:
    """The Text's title, and the place of the block that holds it when it is nothing else."""
    declared = document.declared.title
    place = _title_heading(marks)
    title = declared or (
        _first_line(document, blocks, marks) if place is None else blocks[place].words
    )
    if place is None:
        place = _lone_line(blocks, marks)
    # a line that says something else than the title stays among the words
    is_title = place is not None and slug(blocks[place].words) in slug(title)
    return title, place if is_title else None


def _title_heading(marks: Sequence[Mark | None]) -> int | None:
    """Place of the heading that is the whole document's title, if it has one."""
    place = next((i for i, mark in enumerate(marks) if mark), None)
    if place is None or place > _LINES_BEFORE_TITLE:
        return None
    first, others = marks[place], [mark for mark in marks[place + 1 :] if mark]
    if first is None or not first.marked or first.used > 1 or first.heading.number:
        return None
    if first.level:
        # numbered headings may stand at the title's own level ("# Titre", "# 1. Objet")
        rivals = [mark for mark in others if _rivals(mark, first)]
        return None if rivals else place
    followed = place + 1 < len(marks) and marks[place + 1] is not None
    unlike = any(mark.level or mark.heading.sort is not Sort.PLAIN for mark in others)
    return place if not others or followed or unlike else None


def _rivals(mark: Mark, title: Mark) -> bool:
    """True when `mark` stands as high as `title`, which then is a section among others."""
    if not 0 < mark.level <= title.level:
        return False
    return mark.heading.sort is Sort.PLAIN or title.printed.casefold() in _FIRST_SECTIONS


def _first_line(document: Document, blocks: Sequence[Block], marks: Sequence[Mark | None]) -> str:
    """The only heading of the highest level, else the first line when it looks like a title, else
    the file's name."""
    plain = [m for m in marks if m and m.marked and m.heading.sort is Sort.PLAIN and m.level]
    highest = [m for m in plain if m.level == min(mark.level for mark in plain)]
    if len(highest) == 1 and len(plain) == sum(1 for mark in marks if mark):
        return highest[0].printed
    line = blocks[0].words
    if marks[0] is None and _looks_like_title(blocks[0]):
        return line
    return PurePath(document.source.name).stem or document.source.path.stem


def _lone_line(blocks: Sequence[Block], marks: Sequence[Mark | None]) -> int | None:
    """0 when the only words before the first heading are the title line."""
    lone = len(marks) > 1 and marks[0] is None and marks[1] is not None
    return 0 if lone and _looks_like_title(blocks[0]) else None


def _looks_like_title(block: Block) -> bool:
    return (
        block.kind is BlockKind.PARAGRAPH
        and len(block.words) <= MAX_TITLE
        and not block.words.endswith(_UNFINISHED)
    )


def slug(text: str) -> str:
    """`text` as an identifier: ASCII letters and digits parted by dashes.

    >>> slug("procedures/Accès.docx")
    'procedures-acces-docx'
    """
    spelled = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae").translate(_APART)
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")
