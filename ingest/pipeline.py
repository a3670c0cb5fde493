"""Sources → catalogue → index. Each Text is one transaction; a source that fails stops no other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from ingest import discovery
from ingest.lock import exclusive
from ingest.report import Failure, IngestReport, TextReport, printable
from ingest.sources.base import Document, ReadOptions, Source
from ingest.sources.registry import reader_for
from ingest.structure import to_state
from rag.bootstrap import Parts
from rag.catalogue import records, sources
from rag.catalogue.engine import reading, writing
from rag.catalogue.removal import remove
from rag.embedding.vectors import embed, missing
from rag.errors import (
    ConflictingSource,
    EmptySource,
    IndexBusy,
    MissingPackage,
    ReferentError,
    ShrunkSource,
    SourceError,
    UnreadableSource,
)
from rag.index.projection import catch_up
from rag.legal.changes import TextChanges, compare, removed_share
from rag.legal.versions import TextRecord, merge
from rag.maintenance import check_model, record_model
from rag.passages import MAX_WORDS, split
from rag.types import Passage, TextState

# A source that drops more than this share of a Text's articles is not an instruction to forget:
# the upstream feed has published a code as an empty shell, twice.
MAX_REMOVED_SHARE = 0.1
NAMED_REMOVALS = 12  # how many removed articles a refusal names


class Observer(Protocol):
    """Is told how far a run is; a progress bar, or nothing."""

    def source(self, name: str, done: int, total: int) -> None:
        """`done` of `total` sources are read; `name` comes next."""

    def embedding(self, done: int, total: int) -> None:
        """Of the passages of the text at hand."""

    def indexing(self, done: int, total: int) -> None:
        """Of the points of the whole run."""


class Silent:
    """An Observer that says nothing."""

    def source(self, name: str, done: int, total: int) -> None: ...
    def embedding(self, done: int, total: int) -> None: ...
    def indexing(self, done: int, total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """What the command line asks for."""

    read: ReadOptions = field(default_factory=ReadOptions)
    mirror: bool = False
    accept_removals: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Claim:
    """Which source gave a Text in this run, and of what date."""

    place: str
    as_of: date | None


class Ingest:
    """One run of ingest over a data folder."""

    def __init__(
        self, parts: Parts, options: IngestOptions, observer: Observer | None = None
    ) -> None:
        self._parts = parts
        self._options = options
        self._observer = observer or Silent()
        self._today = date.today()
        self._report = IngestReport()
        self._claims: dict[str, _Claim] = {}
        self._pending: dict[str, TextRecord] = {}  # dry run: what the catalogue would hold

    def run(self, paths: Sequence[Path]) -> IngestReport:
        """Take in everything at `paths`.

        Raises:
            CatalogueError: nothing can be written; what was taken in before stays.
        """
        started = time.monotonic()
        check_model(self._parts)  # first: a wrong folder or model is said before any reading
        with exclusive(self._parts.data):
            found = list(self._find(paths))
            for done, source in enumerate(found):
                self._observer.source(printable(source.name), done, len(found))
                self._take_source(source)
            self._observer.source("", len(found), len(found))
            if self._options.mirror:
                self._mirror(paths, found)
            if not self._options.dry_run:
                self._project()
        self._report.seconds = time.monotonic() - started
        return self._report

    # Sources

    def _find(self, paths: Sequence[Path]) -> Iterator[Source]:
        for path in paths:
            try:
                yield from discovery.find(path.absolute(), self._options.read)
            except SourceError as error:
                self._fail(error, str(path))

    def _take_source(self, source: Source) -> None:
        failures = len(self._report.failures)
        try:
            mark = discovery.fingerprint(source, f"{MAX_WORDS} {self._parts.model_name}")
            if self._is_known(source, mark):
                return
            text_ids = [text_id for text_id in self._take_items(source) if text_id]
        except (SourceError, MissingPackage) as error:
            self._fail(error, source.name)
            return
        if len(self._report.failures) == failures and not self._options.dry_run:
            self._remember(source, mark, text_ids)

    def _is_known(self, source: Source, mark: str) -> bool:
        """True when this very source was taken in before: its texts are reported as unchanged."""
        with reading(self._parts.catalogue) as connection:
            known = sources.known(connection, _path_key(source.path), mark)
            if not known:
                return False
            described = [records.describe(connection, text_id) for text_id in known]
        for text_id, (title, count) in zip(known, described, strict=True):
            self._claims.setdefault(text_id, _Claim(source.name, None))
            self._report.texts.append(TextReport(TextChanges(text_id, title, unchanged=count)))
        return True

    def _remember(self, source: Source, mark: str, text_ids: Iterable[str]) -> None:
        with writing(self._parts.catalogue, self._parts.catalogue_place) as connection:
            sources.remember(connection, _path_key(source.path), mark, text_ids)

    def _take_items(self, source: Source) -> Iterator[str]:
        """The ids of the texts that were taken in; what fails is reported and left out."""
        empty = True
        for item in _read(source):
            empty = False
            if isinstance(item, SourceError):
                self._fail(item, source.name)
                continue
            try:
                yield self._take(source, self._state(item))
            except SourceError as error:
                self._fail(error, source.name)
        if empty:
            raise EmptySource(
                "aucun texte dedans", where=source.name, remedy="vérifiez que c'est le bon fichier"
            )

    def _state(self, item: TextState | Document) -> TextState:
        if isinstance(item, Document):
            return to_state(item, self._today)
        text = item.text
        if not text.services and self._options.read.services:
            text = replace(text, services=self._options.read.services)
        return replace(item, text=text)

    def _fail(self, error: ReferentError, source: str) -> None:
        self._report.failures.append(Failure.of(error, source))

    # Texts

    def _take(self, source: Source, state: TextState) -> str:
        text_id = state.text.text_id
        before = self._record(text_id)
        after = merge(before, state, self._today)
        changes = compare(before, after)
        self._claim(source, state, changes)
        self._guard(source, before, state, changes)
        passages = self._passages(before, after)
        embedded = self._embed(passages)
        self._save(before, after, passages)
        self._report.texts.append(TextReport(changes, embedded))
        return text_id

    def _record(self, text_id: str) -> TextRecord | None:
        if text_id in self._pending:
            return self._pending[text_id]
        with reading(self._parts.catalogue) as connection:
            return records.load(connection, text_id)

    def _claim(self, source: Source, state: TextState, changes: TextChanges) -> None:
        """Refuse a second source for one text in one run, unless it is another dated state."""
        text_id = state.text.text_id
        claim = self._claims.setdefault(text_id, _Claim(source.name, state.as_of))
        if (
            claim.place == source.name
            and claim.as_of == state.as_of
            and text_id not in self._seen()
        ):
            return
        dated = state.as_of is not None and claim.as_of != state.as_of
        if dated or changes.nothing:
            return
        raise ConflictingSource(
            f"deux sources donnent le texte « {text_id} » : {printable(claim.place)} "
            f"et {printable(source.name)} ; la première est gardée",
            where=source.name,
            remedy="donnez à l'une un autre identifiant (id), ou à chacune sa date d'effet",
        )

    def _seen(self) -> set[str]:
        return {report.changes.text_id for report in self._report.texts}

    def _guard(
        self, source: Source, before: TextRecord | None, state: TextState, changes: TextChanges
    ) -> None:
        """Refuse a source that has lost its content."""
        if not state.articles and before is None:
            raise EmptySource(
                "aucun article dedans",
                where=source.name,
                remedy="vérifiez que c'est le bon fichier",
            )
        lost = not state.partial and (
            not state.articles or removed_share(changes) > MAX_REMOVED_SHARE
        )
        if lost and not self._options.accept_removals:
            raise ShrunkSource(_shrunk(changes, state), where=source.name, remedy=_SHRUNK_REMEDY)

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
        if self._options.dry_run:
            return len(todo)
        place = self._parts.catalogue_place
        return embed(self._parts.catalogue, embedder, todo, place, self._observer.embedding)

    def _save(
        self, before: TextRecord | None, after: TextRecord, passages: dict[str, list[Passage]]
    ) -> None:
        if self._options.dry_run:
            self._pending[after.text.text_id] = after
            return
        with writing(self._parts.catalogue, self._parts.catalogue_place) as connection:
            record_model(connection, self._parts)
            records.save(connection, records.Change(before, after, passages))

    # The whole

    def _mirror(self, paths: Sequence[Path], found: Sequence[Source]) -> None:
        """Remove the texts whose every source is gone from under `paths`."""
        failed = {failure.source for failure in self._report.failures}
        present = {_path_key(source.path) for source in found}
        with reading(self._parts.catalogue) as connection:
            roots = [_path_key(path.absolute()) for path in paths]
            read = {path for root in roots for path in sources.under(connection, root)}
            gone = sorted(read - present)
            text_ids = sources.orphans(connection, gone)
            doomed = [(key, *records.describe(connection, key)) for key in text_ids]
        if not found and doomed and not self._options.accept_removals:
            self._fail(_empty_mirror(len(doomed), paths), str(paths[0]))
            return
        for text_id, title, _ in doomed:
            if text_id not in failed:
                self._forget(text_id, title)

    def _forget(self, text_id: str, title: str) -> None:
        record = self._record(text_id)
        numbers = tuple(d.article.number for d in record.articles.values()) if record else ()
        if not self._options.dry_run:
            with writing(self._parts.catalogue, self._parts.catalogue_place) as connection:
                remove(connection, text_id)
        self._report.texts.append(TextReport(TextChanges(text_id, title, removed=numbers)))

    def _project(self) -> None:
        """Bring the index after the catalogue; whoever holds it does so otherwise."""
        parts = self._parts
        try:
            catch_up(
                parts.catalogue,
                parts.index,
                parts.model_name,
                parts.catalogue_place,
                self._observer.indexing,
            )
        except IndexBusy as error:
            self._report.notices.append(f"{error.what} : il prendra ces changements lui-même")
        finally:
            parts.release_index()


def _read(source: Source) -> Iterator[TextState | Document | SourceError]:
    """What the reader gives; a failure of a library inside it is one of that source."""
    reader = reader_for(source.path)
    try:
        yield from reader(source)
    except (ReferentError, GeneratorExit):
        raise
    except Exception as error:  # a reader's library met a file that it did not foresee
        raise UnreadableSource(
            f"lecture impossible ({type(error).__name__} : {error})",
            where=source.name,
            remedy="ouvrez ce fichier avec son logiciel et enregistrez-le de nouveau",
        ) from error


_SHRUNK_REMEDY = (
    "si ces articles doivent vraiment disparaître, relancez avec --accept-removals ; "
    "sinon, cherchez une source complète"
)


def _shrunk(changes: TextChanges, state: TextState) -> str:
    named = ", ".join(changes.removed[:NAMED_REMOVALS])
    more = len(changes.removed) - NAMED_REMOVALS
    listed = f"{named} et {more} autres" if more > 0 else named
    if not state.articles:
        return (
            f"cette source de « {changes.title} » n'a plus aucun article ; "
            f"elle en retirerait {len(changes.removed)} : {listed}"
        )
    share = round(100 * removed_share(changes))
    return (
        f"cette source retirerait {len(changes.removed)} articles ({share} %) "
        f"de « {changes.title} » : {listed}"
    )


def _empty_mirror(count: int, paths: Sequence[Path]) -> ShrunkSource:
    return ShrunkSource(
        f"plus aucun fichier à lire : {count} textes seraient retirés",
        where=", ".join(str(path) for path in paths),
        remedy=_SHRUNK_REMEDY,
    )


def _path_key(path: Path) -> str:
    """A path as the catalogue keeps it: text, whatever bytes its name holds."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
