"""An answer's sentences as paragraphs of pieces, its markers apart from its words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.citations import VERIFIED
from rag.answering.extractive import MODEL as EXTRACTIVE
from rag.legal.titles import article_name
from rag.types import Citation, Sentence

_MARKER = re.compile(r"\s*\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Bit:
    """Words, or the marker of a source."""

    words: str = ""
    marker: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that belong together; `heading` names what they are all quoted from."""

    heading: str
    sentences: tuple[tuple[Bit, ...], ...]


def bits(sentence: Sentence) -> tuple[Bit, ...]:
    """A sentence cut at its markers; a number in brackets that is none of them is words."""
    found: list[Bit] = []
    at = 0
    for match in _MARKER.finditer(sentence.text):
        number = int(match[1])
        if number in sentence.markers:
            if match.start() > at:
                found.append(Bit(sentence.text[at : match.start()]))
            found.append(Bit(marker=number))
            at = match.end()
    if at < len(sentence.text):
        found.append(Bit(sentence.text[at:]))
    return tuple(found)


def paragraphs(
    sentences: Sequence[Sentence], citations: Sequence[Citation], *, quoted: bool
) -> list[Paragraph]:
    """The verified sentences. `quoted`: each is a quotation, under the name of its article."""
    good = [sentence for sentence in sentences if sentence.support == VERIFIED]
    if not quoted:
        return [Paragraph("", tuple(map(bits, good)))] if good else []
    by_marker = {citation.marker: citation for citation in citations}
    made: list[Paragraph] = []
    for sentence in good:
        heading = _heading(sentence, by_marker)
        before = made.pop() if made and made[-1].heading == heading else Paragraph(heading, ())
        made.append(Paragraph(heading, (*before.sentences, bits(sentence))))
    return made


def is_quoted(model: str) -> bool:
    """True when the answer is made of quotations alone."""
    return model == EXTRACTIVE


def _heading(sentence: Sentence, by_marker: dict[int, Citation]) -> str:
    source = by_marker.get(sentence.markers[0]) if sentence.markers else None
    return f"{article_name(source.article)} — {source.text}" if source else ""
