"""Sources → catalogue → index. Each Text is one transaction; a source that fails stops no other."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from ingest import discovery, guard
from ingest.memory import Memory
from ingest.mirror import Doomed, doomed
from ingest.observer import Observer, Silent
from ingest.report import Failure, IngestReport, TextReport, printable
from ingest.sources.base import Document, ReadOptions, Source
from ingest.sources.registry import reader_for
from ingest.structure import to_state
from ingest.taking import Taker
from rag.bootstrap import Parts
from rag.catalogue import sources
from rag.catalogue.lock import exclusive
from rag.catalogue.removal import remove
from rag.database import reading, writing
from rag.errors import (
    EmptySource,
    IndexBusy,
    IndexFailure,
    MissingPackage,
    ReferentError,
    SourceError,
    UnknownFormat,
    UnreadableSource,
)
from rag.index.projection import catch_up
from rag.legal.changes import TextChanges
from rag.maintenance import check_model
from rag.types import Caller, TextState, service_names

__all__ = ["Ingest", "IngestOptions", "Observer", "Silent"]

QUESTIONS = (
    ".jsonl"  # in a folder, a file of this format that is not one of texts is a set of these
)


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """What the command line asks for, and for whom: the operator, or a person's own texts."""

    read: ReadOptions = field(default_factory=ReadOptions)
    mirror: bool = False
    accept_removals: bool = False
    dry_run: bool = False
    caller: Caller = field(default_factory=Caller.operator)


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
        self._memory = Memory(parts, mirror=options.mirror)
        self._taker = Taker(
            parts,
            self._observer,
            accept_removals=options.accept_removals,
            dry_run=options.dry_run,
            caller=options.caller,
        )
        self._named: set[Path] = set()  # paths of the command line itself
        self._given: set[str] = set()  # texts that a source of this run gives
        self._dropped: dict[str, set[str]] = {}  # path key → texts it gave before and no more

    def run(self, paths: Sequence[Path]) -> IngestReport:
        """Take in everything at `paths`.

        Raises:
            CatalogueError: nothing can be written; what was taken in before stays.
        """
        started = time.monotonic()
        check_model(self._parts)  # first: a wrong folder or model is said before any reading
        with exclusive(self._parts.data, self._parts.catalogue):
            found, roots = self._find(paths)
            for done, source in enumerate(found):
                self._observer.source(printable(source.name), done, len(found))
                self._take_source(source)
            self._observer.source("", len(found), len(found))
            if self._options.mirror:
                self._mirror(roots, found)
            self._taker.refresh_mentions()
            if not self._options.dry_run:
                self._project()
        self._report.seconds = time.monotonic() - started
        return self._report

    # Sources

    def _find(self, paths: Sequence[Path]) -> tuple[list[Source], list[Path]]:
        """Every source once, and the paths that could be looked through to their end."""
        found: dict[Path, Source] = {}
        whole: list[Path] = []
        for path in paths:
            self._named.add(path.absolute())
            look = discovery.find(path.absolute(), self._options.read)
            for error in look.errors:
                self._fail(error, str(path))
            for source in look.sources:
                found.setdefault(source.path, source)
            if not look.errors:
                whole.append(path.absolute())
                self._say_if_empty(path, look)
        return list(found.values()), whole

    def _say_if_empty(self, path: Path, look: discovery.Found) -> None:
        if not look.sources and not self._options.mirror:
            self._fail(discovery.nothing_in(path), str(path))

    def _take_source(self, source: Source) -> None:
        failures = len(self._report.failures)
        before = self._memory.given(source)
        mark = sources.UNREAD
        given: list[str] = []
        try:
            mark = self._memory.mark(source)
            if self._is_known(source, mark):
                return
            given.extend(self._take_items(source, before))
        except (SourceError, MissingPackage) as error:
            if not given and self._is_questions(source, error):
                self._report.notices.append(_left_aside(source, error))
                return
            self._fail(error, source.name)
        self._given.update(given)
        whole = len(self._report.failures) == failures
        if whole:
            self._dropped[sources.path_key(source.path)] = set(before) - set(given)
        if not self._options.dry_run:
            self._memory.remember(source, mark if whole else sources.UNREAD, given, before)

    def _is_known(self, source: Source, mark: str) -> bool:
        """True when this very source was taken in before: its texts are reported as unchanged."""
        known = self._memory.unchanged(source, mark)
        for text_id in known or ():
            self._taker.assume(source, text_id)
            self._given.add(text_id)
            if not self._taker.shows(text_id):
                continue
            title, articles = self._taker.describe(text_id)
            changes = TextChanges(text_id, title, unchanged=articles)
            self._report.texts.append(TextReport(changes))
        return known is not None

    def _is_questions(self, source: Source, error: ReferentError) -> bool:
        """True for a set of questions met in a folder: it lies beside texts and is none."""
        walked = source.path not in self._named
        named_so = source.path.name.lower().endswith(QUESTIONS)
        return walked and named_so and isinstance(error, UnknownFormat)

    def _take_items(self, source: Source, known: Sequence[str]) -> Iterator[str]:
        """The ids of the texts that were taken in; what fails is reported and left out."""
        empty = True
        for item in _read(source):
            empty = False
            if isinstance(item, SourceError):
                self._fail(item, source.name)
                continue
            try:
                report = self._taker.take(source, self._state(item, known), known)
            except SourceError as error:
                self._fail(error, source.name)
                continue
            if report:
                self._report.texts.append(report)
                yield report.changes.text_id
        if empty:
            raise EmptySource(
                "aucun texte dedans", where=source.name, remedy="vérifiez que c'est le bon fichier"
            )

    def _state(self, item: TextState | Document, known: Sequence[str]) -> TextState:
        options = self._options.read
        declared = isinstance(item, Document) and item.declared.services is not None
        state = to_state(_named(item, known), self._today) if isinstance(item, Document) else item
        services = service_names(state.text.services) or service_names(options.services)
        text = replace(
            state.text,
            title=printable(state.text.title),
            source=printable(state.text.source),
            services=frozenset() if declared and not state.text.services else services,
        )
        said = declared or bool(services) or options.open_to_all
        return replace(state, text=text, rights_said=said)

    def _fail(self, error: ReferentError, source: str) -> None:
        self._report.failures.append(Failure.of(error, source))

    # The whole

    def _mirror(self, roots: Sequence[Path], found: Sequence[Source]) -> None:
        """Remove the texts whose every source is gone from under `roots`."""
        with reading(self._parts.catalogue) as connection:
            lost = [
                text
                for text in doomed(connection, roots, found, self._dropped)
                if text.text_id not in self._given and self._taker.shows(text.text_id)
            ]
        if lost and not found and not self._options.accept_removals:
            error = guard.empty_mirror(len(lost), roots)
            self._fail(error, str(roots[0]))
            return
        self._forget(lost, roots, found)

    def _forget(
        self, lost: Sequence[Doomed], roots: Sequence[Path], found: Sequence[Source]
    ) -> None:
        self._report.texts += [self._taker.without(text.text_id, text.title) for text in lost]
        if not self._options.dry_run:
            parts = self._parts
            with writing(parts.catalogue, parts.catalogue_place) as connection:
                remove(connection, *(text.text_id for text in lost))
                sources.forget_gone(connection, roots, [source.path for source in found])

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
        except IndexFailure as error:
            self._fail(error, "index")
        finally:
            parts.release_index()


def _named(document: Document, known: Sequence[str]) -> Document:
    """A document without an id keeps the one that its file has, whichever folder is asked for."""
    if document.declared.text_id or len(known) != 1:
        return document
    return replace(document, declared=replace(document.declared, text_id=known[0]))


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


def _left_aside(source: Source, error: ReferentError) -> str:
    return printable(f"{source.name} laissé de côté : {error.what}. {error.remedy}")
