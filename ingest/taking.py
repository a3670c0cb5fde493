"""Takes one state of a Text into the catalogue: history, passages, vectors, one transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from ingest import guard, rights
from ingest.claims import Claims, conflict
from ingest.mentions import Mentions
from ingest.observer import Observer
from ingest.report import TextReport, printable
from ingest.sources.base import Source
from rag.access import readable
from rag.bootstrap import Parts
from rag.catalogue import mentions, ownership, records
from rag.catalogue import reading as catalogue
from rag.catalogue.ownership import Owner
from rag.database import reading, writing
from rag.embedding.vectors import embed, missing
from rag.errors import ConflictingSource
from rag.legal.changes import TextChanges, compare
from rag.legal.versions import Deletions, TextRecord, merge
from rag.maintenance import record_model
from rag.passages import split
from rag.types import Caller, Passage, TextState


class Taker:
    """Takes states in, or, in a dry run, only says what they would change."""

    def __init__(
        self,
        parts: Parts,
        observer: Observer,
        *,
        accept_removals: bool,
        dry_run: bool,
        caller: Caller | None = None,
    ) -> None:
        self._parts = parts
        self._observer = observer
        self._caller = caller or Caller.operator()
        self._accept_removals = accept_removals
        self._dry_run = dry_run
        self._today = date.today()
        self._pending: dict[str, TextRecord] = {}  # dry run: what the catalogue would hold
        self._deleted: dict[str, Deletions] = {}  # dry run: of texts that are not here
        self._counted: set[str] = set()  # dry run: the passages that would have a vector by now
        self._claims = Claims()
        self._mentions = Mentions(parts)

    def take(self, source: Source, state: TextState, known: Collection[str]) -> TextReport | None:
        """Take a state in; None when it says nothing of any Text that is known.

        `known`: the texts that this source gave before.

        Raises:
            SourceError: it is refused; the catalogue stays as it was.
            CatalogueError: it cannot be written.
        """
        text_id = state.text.text_id
        before = self._record(text_id)
        if before is None and _only_deletes(state):
            self._remember_deletions(state)
            return None
        guard.refuse_empty(source, before, state)
        state = _keeping_rights(before, state)
        rights.refuse_others(source, before, state, self._caller)
        after = merge(before, state, self._today, self._deletions(text_id))
        changes = compare(before, after)
        if first := self._claims.taken_by(text_id, state.as_of, known):
            if changes.nothing:
                return TextReport(changes)  # a copy
            raise conflict(text_id, first, source)
        if not self._accept_removals:
            guard.refuse_shrunk(source, state, changes)
        self._refuse_foreign(source, before, after)
        embedded = self._keep(before, after)
        self._claims.add(source, text_id, state.as_of)
        return TextReport(changes, embedded)

    def assume(self, source: Source, text_id: str) -> None:
        """A source that is not read again gives this Text, under one of its dates."""
        with reading(self._parts.catalogue) as connection:
            self._claims.assume(source, text_id, records.states(connection, text_id))

    def refresh_mentions(self) -> None:
        """Find again what documents mention, when this run changed the names there are."""
        if not self._dry_run:
            self._mentions.refresh()

    def describe(self, text_id: str) -> tuple[str, int]:
        """A Text's title and how many articles it shows."""
        if record := self._pending.get(text_id):
            return record.text.title, len(record.shown())
        with reading(self._parts.catalogue) as connection:
            return records.describe(connection, text_id)

    def shows(self, text_id: str) -> bool:
        """True when the person whose run this is may read the Text."""
        if self._caller.unrestricted:
            return True
        if record := self._pending.get(text_id):
            return readable(self._caller, record.text.services)
        with reading(self._parts.catalogue) as connection:
            return catalogue.text(connection, text_id, self._caller) is not None

    def without(self, text_id: str, title: str) -> TextReport:
        """What goes when a Text is taken away."""
        record = self._record(text_id)
        numbers = tuple(article.number for article in record.shown()) if record else ()
        return TextReport(TextChanges(text_id, title, removed=numbers))

    def _record(self, text_id: str) -> TextRecord | None:
        if text_id in self._pending:
            return self._pending[text_id]
        with reading(self._parts.catalogue) as connection:
            return records.load(connection, text_id)

    def _deletions(self, text_id: str) -> Deletions:
        with reading(self._parts.catalogue) as connection:
            kept = records.deletions(connection, text_id)
        return kept | self._deleted.get(text_id, frozenset())

    def _remember_deletions(self, state: TextState) -> None:
        """Of a text that is not here: an older state of it may be taken in later."""
        if state.as_of is None:
            return
        text_id = state.text.text_id
        found = frozenset((version_id, state.as_of) for version_id in state.removed)
        if self._dry_run:
            self._deleted[text_id] = self._deleted.get(text_id, frozenset()) | found
            return
        with writing(self._parts.catalogue, self._parts.catalogue_place) as connection:
            records.save_deletions(connection, text_id, found)

    def _refuse_foreign(self, source: Source, before: TextRecord | None, after: TextRecord) -> None:
        """Refuse articles and versions whose identity another Text has."""
        known = before or replace(after, articles={}, versions={})
        new = after.articles.keys() - known.articles.keys()
        versions = after.versions.keys() - known.versions.keys()
        if owner := self._other_owner(after.text.text_id, new, versions):
            if not self.shows(owner.text_id):
                raise rights.taken(source)
            raise ConflictingSource(
                f"« {printable(owner.identity)} » est déjà dans le texte « {owner.text_id} »",
                where=source.name,
                remedy="donnez-lui un autre identifiant, ou retirez d'abord ce texte "
                f"(`referent remove {owner.text_id}`)",
            )

    def _other_owner(self, text_id: str, articles: set[str], versions: set[str]) -> Owner | None:
        others = (record for key, record in self._pending.items() if key != text_id)
        for record in others:
            taken = (articles & record.articles.keys()) or (versions & record.versions.keys())
            if taken:
                return Owner(min(taken), record.text.text_id)
        with reading(self._parts.catalogue) as connection:
            apart = {text_id, *self._pending}
            return ownership.other_owner(connection, apart, articles, versions)

    def _keep(self, before: TextRecord | None, after: TextRecord) -> int:
        """Embed and save; returns how many passages were (or would be) embedded."""
        if after == before:
            return 0
        passages = self._passages(before, after)
        embedded = self._embed(passages)
        if self._dry_run:
            self._pending[after.text.text_id] = after
            return embedded
        with writing(self._parts.catalogue, self._parts.catalogue_place) as connection:
            record_model(connection, self._parts)
            records.save(connection, records.Change(before, after, passages))
            records.save_deletions(connection, after.text.text_id, after.deleted)
            mentions.save(connection, self._mentions.found(after, passages))
        return embedded

    def _passages(self, before: TextRecord | None, after: TextRecord) -> dict[str, list[Passage]]:
        """Passages of the versions whose words or pages are new."""
        known = before.versions if before else {}
        new = (
            dated.version
            for key, dated in after.versions.items()
            if key not in known
            or known[key].version.words != dated.version.words
            or known[key].version.pages != dated.version.pages
        )
        window = self._parts.window
        return {version.version_id: split(version, window) for version in new}

    def _embed(self, passages: dict[str, list[Passage]]) -> int:
        embedder = self._parts.embedder
        if embedder is None:
            return 0
        words = (passage.words for group in passages.values() for passage in group)
        todo = missing(self._parts.catalogue, embedder.name, words)
        if self._dry_run:
            new = todo.keys() - self._counted
            self._counted |= new
            return len(new)
        place = self._parts.catalogue_place
        return embed(self._parts.catalogue, embedder, todo, place, self._observer.embedding)


def _keeping_rights(before: TextRecord | None, state: TextState) -> TextState:
    """A source that does not say who may read opens nothing: what was restricted stays so."""
    if before is None or state.rights_said:
        return state
    return replace(state, text=replace(state.text, services=before.text.services))


def _only_deletes(state: TextState) -> bool:
    return state.partial and not state.articles
