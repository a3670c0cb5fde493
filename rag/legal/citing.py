"""What an article cites, and what cites it, within what a Caller may read.

Documents were read with the titles of all texts: those who may not read one of these must not see
that its title was recognised. For them such a document is read again, with the titles they know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.catalogue import mentions, reading
from rag.catalogue.mentions import Mention
from rag.legal.extract import references_of
from rag.legal.resolve import Resolved, Shelf, resolve
from rag.retrieval.numbers import number_key
from rag.types import Article, Text, Version


@dataclass(frozen=True, slots=True)
class Cite:
    """A reference in an article's words, resolved."""

    start: int
    end: int
    surface: str
    resolved: Resolved


@dataclass(frozen=True, slots=True)
class CitedBy:
    """A place that cites an article: `version.words[start:end] == surface`."""

    text: Text
    article: Article
    version_id: str
    start: int
    end: int
    surface: str
    internal: bool  # in a document of the house, not in a law
    since: date | None  # from when these words are in force


def cites(shelf: Shelf, versions: Sequence[Version], day: date) -> list[Cite]:
    """What these versions of an article cite, in reading order."""
    wanted = [version.version_id for version in versions]
    found = _as_known(mentions.of_versions(shelf.connection, wanted, shelf.caller), shelf)
    return [
        Cite(r.start, r.end, r.surface, resolve(r, shelf, day))
        for r in (mention.reference for mention in found)
    ]


def cited_by(shelf: Shelf, targets: Iterable[Article], day: date) -> dict[str, list[CitedBy]]:
    """article_id → the places, in force on `day`, that cite it; its own words do not count.

    The number leads to the references that may mean an article; each is then resolved, so that
    « L. 521-1 » of another code never counts.
    """
    listed = {article.article_id: article for article in targets}
    keys = {number_key(article.number) for article in listed.values()}
    found: dict[str, list[CitedBy]] = {article_id: [] for article_id in listed}
    candidates = mentions.naming(shelf.connection, keys, shelf.caller) if listed else []
    texts = {text.text_id: text for text in shelf.texts}
    for mention in _as_known(list(_in_force(shelf, candidates, day)), shelf):
        for article_id in _meant(mention, shelf, day) & listed.keys() - {mention.article_id}:
            found[article_id].append(_place(mention, texts[mention.text_id], shelf))
    return found


def _in_force(shelf: Shelf, candidates: Sequence[Mention], day: date) -> Iterator[Mention]:
    versions = {mention.version_id for mention in candidates}
    current = reading.in_force_among(shelf.connection, versions, day)
    return (mention for mention in candidates if mention.version_id in current)


def _as_known(found: list[Mention], shelf: Shelf) -> list[Mention]:
    """The mentions as if the texts that the caller may not read were not here."""
    hidden = shelf.hidden
    first = {
        mention.version_id: mention
        for mention in reversed(found)
        if mention.internal and hidden & {*mention.reference.texts, mention.reference.following}
    }
    if not first:
        return found
    read = reading.versions(shelf.connection, first, shelf.caller)
    titles = {text.text_id: text.title for text in shelf.texts}
    again = [
        replace(first[key], reference=reference)
        for key, version in read.items()
        for reference in references_of(
            version.words or "", titles[first[key].text_id], shelf.names()
        )
    ]
    kept = [mention for mention in found if mention.version_id not in first]
    return sorted(
        [*kept, *again], key=lambda mention: (mention.version_id, mention.reference.start)
    )


def _meant(mention: Mention, shelf: Shelf, day: date) -> set[str]:
    resolved = resolve(mention.reference, shelf, day)
    return {article.article_id for place in resolved.places for article in place.articles}


def _place(mention: Mention, text: Text, shelf: Shelf) -> CitedBy:
    articles = {article.article_id: article for article in shelf.contents(text).ordered}
    reference = mention.reference
    return CitedBy(
        text,
        articles[mention.article_id],
        mention.version_id,
        reference.start,
        reference.end,
        reference.surface,
        mention.internal,
        mention.since,
    )
