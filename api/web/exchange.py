"""A question with its answer as a page shows them: paragraphs, sources in place, what was left out.

Only what the person may read is read for it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection, Engine

from api.web.addresses import article_address
from api.web.citing import Target, leading, targets
from api.web.marking import Piece, excerpt, pieces
from api.web.spoken import Bit, Paragraph, bits, is_quoted, paragraphs
from rag.answering.answer import Checked, Found
from rag.catalogue import reading
from rag.database import reading as transaction
from rag.legal.citing import cites
from rag.legal.resolve import Shelf
from rag.types import Answer, Asked, Citation, Hit, Premise, Sentence, Understood

AROUND = 2500  # characters of a long article shown before and after the quoted words


@dataclass(frozen=True, slots=True)
class Source:
    """A citation with its article. `pieces` are its words, the quoted ones marked; none where the
    wording cannot be read any more."""

    citation: Citation
    href: str = ""
    path: tuple[str, ...] = ()
    heading: str = ""
    pieces: tuple[Piece, ...] = ()
    cut_before: bool = False
    cut_after: bool = False
    cites: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A sentence that the answer does not say, and why."""

    bits: tuple[Bit, ...]
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Near:
    """An article that was found."""

    hit: Hit
    href: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is known of one question so far. `key` makes its anchors its own."""

    question: str
    as_of: date | None
    key: str
    searched: str = ""
    premises: tuple[Premise, ...] = ()
    understood: tuple[Understood, ...] = ()
    found: tuple[Near, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    sources: tuple[Source, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    answer: Answer | None = None  # None: it is being written
    nearest: tuple[Near, ...] = ()
    off: tuple[str, ...] = ()  # ids of thesaurus entries that were switched off for it


@dataclass(slots=True)
class Writing:
    """Follows the events of an answer."""

    engine: Engine
    asked: Asked
    quoted: bool = False  # each sentence is a quotation
    whole: bool = True  # the answer's sources with what they cite themselves
    key: str = field(default_factory=lambda: f"e{secrets.token_hex(4)}")
    _sentences: list[Sentence] = field(default_factory=list)
    _citations: list[Citation] = field(default_factory=list)
    _sources: list[Source] = field(default_factory=list)
    _so_far: Exchange | None = None

    def take(self, event: Found | Checked | Answer) -> Exchange:
        """What is known with this event."""
        before = self._so_far or self._started()
        if isinstance(event, Found):
            self._so_far = self._found(before, event)
        elif isinstance(event, Checked):
            self._so_far = self._checked(before, event)
        else:
            self._so_far = self._answered(before, event)
        return self._so_far

    def _started(self) -> Exchange:
        asked = self.asked
        return Exchange(asked.question, asked.as_of, self.key, off=tuple(sorted(asked.without)))

    def _found(self, before: Exchange, event: Found) -> Exchange:
        return replace(
            before,
            searched=event.searched,
            premises=event.premises,
            understood=event.understood,
            found=_near(event.hits, self.asked.as_of),
        )

    def _checked(self, before: Exchange, event: Checked) -> Exchange:
        self._sentences.append(event.sentence)
        self._citations += event.citations
        self._sources += _sources(self.engine, self.asked, event.citations, whole=False)
        told = paragraphs(self._sentences, self._citations, quoted=self.quoted)
        return replace(before, paragraphs=tuple(told), sources=tuple(self._sources))

    def _answered(self, before: Exchange, answer: Answer) -> Exchange:
        quoted = is_quoted(answer.model)
        return replace(
            before,
            searched=answer.searched,
            premises=answer.premises,
            understood=answer.understood,
            paragraphs=tuple(paragraphs(answer.sentences, answer.citations, quoted=quoted)),
            sources=tuple(_sources(self.engine, self.asked, answer.citations, whole=self.whole)),
            left_out=tuple(LeftOut(bits(each), each) for each in answer.left_out),
            nearest=_near(answer.nearest, self.asked.as_of),
            answer=answer,
        )


def _near(hits: Sequence[Hit], as_of: date | None) -> tuple[Near, ...]:
    """Each article once."""
    best = {hit.article_id: hit for hit in reversed(hits)}
    ordered = sorted(best.values(), key=lambda hit: hit.rank)
    return tuple(
        Near(hit, article_address(hit.article_id, as_of=as_of, start=hit.start, end=hit.end))
        for hit in ordered
    )


def _sources(
    engine: Engine, asked: Asked, citations: Sequence[Citation], *, whole: bool
) -> list[Source]:
    """The articles cited; `whole`: with what they cite themselves, which takes longer to find."""
    if not citations:
        return []
    with transaction(engine) as connection:
        shelf = Shelf(connection, asked.caller) if whole else None
        return [_source(connection, asked, citation, shelf) for citation in citations]


def _source(
    connection: Connection, asked: Asked, citation: Citation, shelf: Shelf | None
) -> Source:
    version = reading.version(connection, citation.version_id, asked.caller)
    if version is None:
        return Source(citation)
    found = reading.article(connection, version.article_id, asked.caller)
    if found is None:
        return Source(citation)
    day = asked.as_of or date.today()
    cited = cites(shelf, [version], day) if shelf else []
    words = version.words or ""
    first, last = excerpt(words, citation.start, citation.end, AROUND)
    shown = pieces(words, [(citation.start, citation.end)], leading(cited, asked.as_of))
    article, _ = found
    href = article_address(
        article.article_id,
        as_of=asked.as_of,
        version=version.version_id,
        start=citation.start,
        end=citation.end,
    )
    return Source(
        citation,
        href,
        article.path,
        article.heading,
        tuple(_within(shown, first, last)),
        cut_before=first > 0,
        cut_after=last < len(words),
        cites=tuple(targets(cited, asked.as_of)),
    )


def _within(shown: Sequence[Piece], first: int, last: int) -> list[Piece]:
    """The pieces of that span."""
    kept = []
    at = 0
    for piece in shown:
        start, end = max(first, at), min(last, at + len(piece.words))
        if start < end:
            kept.append(replace(piece, words=piece.words[start - at : end - at]))
        at += len(piece.words)
    return kept
