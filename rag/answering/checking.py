"""Checks each sentence of an answer as it is written, against the catalogue."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sqlalchemy import Connection, Engine

from rag.answering import support
from rag.answering.citations import UNSUPPORTED, VERIFIED, Numbering, holds
from rag.answering.support import Named
from rag.catalogue import reading as catalogue
from rag.database import reading
from rag.legal.extract import references_of
from rag.legal.judge import judge
from rag.legal.names import Names
from rag.legal.resolve import Place, Resolved, Shelf, resolve
from rag.legal.verify import NOT_IN_CORPUS, WRONG, Verified
from rag.legal.verify import verify as verify_words
from rag.ports import DraftSentence
from rag.retrieval.numbers import find_numbers, number_key
from rag.types import Caller, Citation, Hit, Sentence

_ARTICLE = re.compile(r"\barticles?\s+\Z", re.IGNORECASE)
CHANGED = "le texte cité vient de changer"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A claim held against one passage."""

    hit: Hit
    finding: support.Finding


class Checker:
    """Checks the sentences of one answer, written from these hits."""

    def __init__(self, engine: Engine, hits: Sequence[Hit], caller: Caller, day: date) -> None:
        self._engine = engine
        self._hits = hits
        self._caller = caller
        self._day = day
        with reading(engine) as connection:
            self._versions = catalogue.versions(connection, _cited_by(hits), caller)
            natures = catalogue.natures(connection, {hit.text_id for hit in hits})
        self._numbering = Numbering(hits, self._versions, day, natures)
        self._known: Names | None = None
        self._shelf: Shelf | None = None
        self._named: dict[int, Sequence[Named]] = {}
        self.withdrawn: frozenset[str] = frozenset()  # texts, by id, found so by `standing`

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
        struck = finding.invented or finding.support == support.CONTRADICTED
        return replace(numbered, support=finding.support, reason=finding.reason, struck=struck)

    def standing(self, sentences: Sequence[Sentence]) -> list[Sentence]:
        """The sentences with what rests on a changed or withdrawn wording not verified any more.

        All of them are held against one state of the catalogue, the present one; `withdrawn` are
        then the texts of the hits that the caller may not read any more, or that are gone.
        """
        texts = {hit.text_id for hit in self._hits}
        with reading(self._engine) as connection:
            cited = {citation.version_id for citation in self.citations}
            now = catalogue.versions(connection, cited, self._caller)
            self.withdrawn = frozenset(
                text for text in texts if catalogue.text(connection, text, self._caller) is None
            )
        gone = {
            citation.marker
            for citation in self.citations
            if not holds(citation, now.get(citation.version_id), self._day)
        }
        return [_fallen(each) if gone & set(each.markers) else each for each in sentences]

    def verify(self, words: str) -> list[Verified]:
        """The references in `words` that are wrong, or that nothing here can confirm."""
        with reading(self._engine) as connection:
            shelf = self._opened(connection)
            found = verify_words(words, shelf, self._day, names=self._known)
            found += _bare(words, found)
            keys = {number_key(number) for entry in found for number in entry.articles}
            numbered = catalogue.articles_numbered(connection, sorted(keys), self._caller)
        held = {number_key(article.number) for article, _ in numbered}
        return [entry for entry in map(partial(_doubtful, held=held), found) if entry is not None]

    def weigh(self, words: str, at: int) -> Weighed | None:
        """A claim held against the hit at that position; None when there is none to read."""
        if not self._may_cite(at):
            return None
        hit = self._hits[at]
        source = support.Source(hit, self._versions[hit.version_id])
        return Weighed(hit, support.check(DraftSentence(words, cites=(at,)), {at: source}, ()))

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


def _bare(words: str, found: Sequence[Verified]) -> list[Verified]:
    """« l'article 78 » of no named text, which the verifier leaves alone."""
    taken = [(entry.start, entry.end) for entry in found]
    bare = []
    for at, end, _ in find_numbers(words):
        if not any(at < after and before < end for before, after in taken):
            word = _ARTICLE.search(words[:at])
            start = word.start() if word else at
            number = (words[at:end],)
            bare.append(Verified(words[start:end], start, end, "", number, NOT_IN_CORPUS, ""))
    return bare


def _doubtful(entry: Verified, held: Collection[str]) -> Verified | None:
    """The entry with what is wrong; None when the texts have what it names, or it names little.

    `held`: keys of the numbers that some text has.
    """
    if entry.verdict in WRONG:
        return entry
    if entry.verdict != NOT_IN_CORPUS or not entry.articles:
        return None
    if entry.text:
        return entry
    if any(number_key(number) in held for number in entry.articles):
        return None
    listed = ", ".join(entry.articles)
    return replace(entry, detail=f"Aucun texte disponible n'a d'article {listed}.")


def _fallen(sentence: Sentence) -> Sentence:
    if sentence.support != VERIFIED:
        return sentence
    return replace(sentence, support=UNSUPPORTED, reason=CHANGED)


def _cited_by(hits: Iterable[Hit]) -> set[str]:
    return {hit.version_id for hit in hits}
