"""Checks each sentence of an answer as it is written, against the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, Engine

from rag.answering import support
from rag.answering.citations import VERIFIED, Numbering
from rag.answering.support import Named
from rag.catalogue import reading as catalogue
from rag.database import reading
from rag.legal.extract import references_of
from rag.legal.judge import judge
from rag.legal.names import Names
from rag.legal.resolve import Place, Resolved, Shelf, resolve
from rag.legal.verify import WRONG
from rag.ports import DraftSentence
from rag.types import Caller, Citation, Hit, Sentence, Version


class Checker:
    """Checks the sentences of one answer, written from these hits."""

    def __init__(self, engine: Engine, hits: Sequence[Hit], caller: Caller, day: date) -> None:
        self._engine = engine
        self._hits = hits
        self._caller = caller
        self._day = day
        self._versions = self._read()
        self._numbering = Numbering(hits, self._versions, day)
        self._known: Names | None = None
        self._shelf: Shelf | None = None
        self._named: dict[int, Sequence[Named]] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the sentences checked so far rest on."""
        return self._numbering.citations

    def check(self, draft: DraftSentence) -> Sentence:
        """The sentence with its markers and verdict."""
        if draft.cites is None:
            return self._numbering.sentence(draft)
        finding = self._finding(draft)
        numbered = self._numbering.sentence(replace(draft, quotes=finding.quotes))
        if finding.support == VERIFIED:  # the citations may still fail: not in force that day
            return numbered
        return replace(numbered, support=finding.support, reason=finding.reason)

    def _finding(self, draft: DraftSentence) -> support.Finding:
        cites = [at for at in draft.cites or () if self._may_cite(at)]
        with reading(self._engine) as connection:
            shelf = self._opened(connection)
            home = self._hits[cites[0]].text if cites else ""
            named = self._read_names(draft.text, home, shelf)
            sources = {at: self._source(at, shelf, named) for at in cites}
        return support.check(draft, sources, named)

    def _opened(self, connection: Connection) -> Shelf:
        """What the caller may read, kept between the sentences of one answer."""
        if self._shelf is None:
            self._shelf = Shelf(connection, self._caller)
            self._known = self._shelf.names()
        self._shelf.connection = connection
        return self._shelf

    def _may_cite(self, at: int) -> bool:
        return 0 <= at < len(self._hits) and self._hits[at].version_id in self._versions

    def _source(self, at: int, shelf: Shelf, named: Sequence[Named]) -> support.Source:
        """The source; what it names is only read when the sentence names something."""
        hit = self._hits[at]
        if named and at not in self._named:
            self._named[at] = self._read_names(hit.passage, hit.text, shelf)
        return support.Source(hit, self._versions[hit.version_id], self._named.get(at, ()))

    def _read_names(self, words: str, home: str, shelf: Shelf) -> list[Named]:
        found = references_of(words, home, self._known)
        return [
            entry
            for reference in found
            for entry in _named(resolve(reference, shelf, self._day), shelf, self._day)
        ]

    def _read(self) -> Mapping[str, Version]:
        with reading(self._engine) as connection:
            return _versions(connection, self._hits, self._caller)


def _named(resolved: Resolved, shelf: Shelf, day: date) -> list[Named]:
    """The text alone, or each article of it, with what is wrong with it on that day."""
    surface = resolved.reference.surface
    if not resolved.places:
        return [Named(surface, resolved.title)]
    return [
        Named(surface, resolved.title, place.printed, _wrong(place, resolved, shelf, day))
        for place in resolved.places
        if not place.inside  # a range is known by its ends
    ]


def _wrong(place: Place, resolved: Resolved, shelf: Shelf, day: date) -> str:
    if resolved.text is None:
        return ""
    found = judge(place, shelf.versions(place.articles), day, None, (), resolved.title)
    return found.detail if found.verdict in WRONG else ""


def _versions(connection: Connection, hits: Sequence[Hit], caller: Caller) -> dict[str, Version]:
    wanted = sorted({hit.version_id for hit in hits})
    read = ((key, catalogue.version(connection, key, caller)) for key in wanted)
    return {key: version for key, version in read if version is not None}
