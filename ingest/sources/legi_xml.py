"""Reads LEGI as DILA publishes it: global and daily `.tar.gz` dumps, folders, single files.

Each text is one TextState with all its articles and all their versions. `ingest.sources.
legi_archive` finds the files, `ingest.sources.legi_files` reads each; here they become a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from ingest.sources import legi, legi_archive
from ingest.sources.base import Source
from ingest.sources.legi_files import ArticleFile, StructureFile, TextFile, record
from rag.errors import SourceError
from rag.types import Article, Text, TextState


def read(source: Source) -> Iterator[TextState | SourceError]:
    """The texts of a dump, one at a time.

    A file that cannot be read is yielded as a SourceError before its text, which is then
    `partial`: nothing is gone on its account. A daily dump's texts are partial and name the
    versions that it deletes in `removed`; of a text of which it only deletes, `title` is "".
    `as_of` is the day the dump was made; else the text's last change, when the dump says it.

    Raises EmptySource, HostileSource, UnknownFormat, UnreadableSource.
    """
    for files in legi_archive.texts(source):
        found = _Found()
        for member in files.members:
            try:
                found.take(member, files.dump.day)
            except SourceError as fault:
                found.faulty = True
                yield fault
        if found or files.text_id in files.dump.deleted:
            yield _state(files.text_id, found, files.dump, source)


@dataclass(slots=True)
class _Found:
    """The records of one text."""

    articles: list[ArticleFile] = field(default_factory=list)
    sections: dict[str, StructureFile] = field(default_factory=dict)
    structures: dict[str, StructureFile] = field(default_factory=dict)
    texts: list[TextFile] = field(default_factory=list)
    faulty: bool = False

    def __bool__(self) -> bool:
        return bool(self.articles or self.sections or self.structures or self.texts)

    def take(self, member: legi_archive.Member, as_of: date | None) -> None:
        """Reads a member; raises its SourceError when it cannot be."""
        if member.fault:
            raise member.fault
        match record(member.data, member.where, as_of):
            case ArticleFile() as article:
                self.articles.append(article)
            case StructureFile(section=True) as section:
                self.sections[section.element_id] = section
            case StructureFile() as structure:
                self.structures[structure.element_id] = structure
            case TextFile() as text:
                self.texts.append(text)


def _state(text_id: str, found: _Found, dump: legi_archive.Dump, source: Source) -> TextState:
    current = max(found.texts, key=lambda text: _standing(text, dump.day), default=None)
    as_of = dump.day or (current and current.last_change) or source.options.effective
    text = _text(text_id, current, found, source)
    readings = _readings(found, current.element_id if current else "", text.text_id)
    periods = (period for file in found.articles for period in file.periods)
    articles, versions = legi.assemble(readings, periods, as_of)
    kept = {file.version.version_id for file in found.articles}
    removed = tuple(each for each in dump.deleted.get(text_id, ()) if each not in kept)
    return TextState(text, articles, versions, as_of, dump.partial or found.faulty, removed)


def _standing(text: TextFile, day: date | None) -> tuple[bool, bool, date]:
    start = text.validity.start or date.min
    return day is not None and text.validity.contains(day), start < legi.UNDATED, start


def _text(text_id: str, current: TextFile | None, found: _Found, source: Source) -> Text:
    """The text by its own file, or in its absence by what its last article says of it."""
    last = max(found.articles, key=_start, default=None)
    title = (current and current.title) or (last and last.text_title) or ""
    identity = text_id or (current and current.text_id) or (last and last.text_id) or ""
    return Text(
        text_id=identity,
        title=title or (identity if found else ""),
        nature=(current and current.nature) or (last and last.text_nature) or "",
        services=source.options.services,
        source=f"{source.name}!{identity}",
    )


def _start(file: ArticleFile) -> date:
    start = file.version.validity.start or date.min
    return start if start < legi.UNDATED else date.min


def _readings(found: _Found, current: str, text_id: str) -> list[legi.Reading]:
    """Every version with its article, placed by the text's structure; what it omits comes last."""
    places = _places(found, current)
    readings = [_reading(file, places, text_id) for file in found.articles]
    first: dict[str, int] = {}
    for reading in readings:
        article = reading.article
        first[article.article_id] = min(first.get(article.article_id, article.order), article.order)
    ranks = {order: rank for rank, order in enumerate(sorted(set(first.values())))}
    return [replace(each, article=_ranked(each.article, first, ranks)) for each in readings]


def _ranked(article: Article, first: dict[str, int], ranks: dict[int, int]) -> Article:
    return replace(article, order=ranks[first[article.article_id]])


_Places = dict[str, tuple[int, tuple[str, ...]]]


def _reading(file: ArticleFile, places: _Places, text_id: str) -> legi.Reading:
    """An article without a number is called by the innermost title, or else by its identity."""
    version = file.version
    order, path = places.setdefault(version.version_id, (len(places), ()))
    path = file.path or path
    number = file.number or (path[-1] if path else version.article_id)
    article = Article(version.article_id, text_id, number, path=path, order=order)
    return legi.Reading(article, version)


def _places(found: _Found, current: str) -> _Places:
    """Place in reading order and titles above, by version; the current structure goes first.

    Without recursion; a section is gone through once, so one that contains itself ends.
    """
    places: _Places = {}
    entered: set[str] = set()
    roots = sorted(found.structures.values(), key=lambda root: root.element_id == current)
    waiting: list[tuple[tuple[str, str], tuple[str, ...]]]
    waiting = [(child, ()) for root in roots for child in root.children[::-1]]
    while waiting:
        (identity, title), path = waiting.pop()
        section = found.sections.get(identity)
        if section is None:
            places.setdefault(identity, (len(places), path))
        elif identity not in entered:
            entered.add(identity)
            below = (*path, title) if title else path
            waiting.extend((child, below) for child in section.children[::-1])
    return places
