"""Everything known of one Text, and how it came to be known. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rag.types import Article, Text, TextState, Version

BEGINNING = date.min  # the state of a document that gives no date: in force since ever


@dataclass(frozen=True, slots=True)
class DatedArticle:
    """An Article and the state that described it last."""

    article: Article
    taken_from: date


@dataclass(frozen=True, slots=True)
class DatedVersion:
    """A Version as it holds, what its source declares of its end, and where each came from."""

    version: Version
    declared_end: date | None
    taken_from: date
    words_from: date | None


# (version_id, state): that partial state says that the version is no more; what it, or an older
# one, gives of it does not count.
Deletions = frozenset[tuple[str, date]]


@dataclass(frozen=True, slots=True)
class TextRecord:
    """Everything the catalogue knows of one Text."""

    text: Text
    states: Mapping[date, bool]  # date → whether partial
    articles: Mapping[str, DatedArticle]
    versions: Mapping[str, DatedVersion]
    sightings: Mapping[tuple[str, date], str]  # (article_id, state) → version_id
    deleted: Deletions = frozenset()

    @classmethod
    def unknown(cls, text: Text, deleted: Deletions) -> TextRecord:
        """The record of a Text of which nothing but deletions has been taken in."""
        states = {day: True for _, day in deleted}
        return cls(text, states, {}, {}, {}, deleted)

    def present(self) -> dict[str, str]:
        """article_id → version_id in the newest whole state and in partial ones after it."""
        whole = [day for day, partial in self.states.items() if not partial]
        newest = max(whole, default=BEGINNING)
        latest: dict[str, tuple[date, str]] = {}
        for (article_id, day), version_id in self.sightings.items():
            if day >= newest and day >= latest.get(article_id, (BEGINNING, ""))[0]:
                latest[article_id] = (day, version_id)
        return {article_id: version_id for article_id, (_, version_id) in latest.items()}

    def shown(self) -> list[Article]:
        """The articles that are present with words, in reading order."""
        found = [
            self.articles[article_id].article
            for article_id, version_id in self.present().items()
            if words_key(self.versions[version_id].version.words)
        ]
        return sorted(found, key=lambda article: article.order)


Sightings = dict[tuple[str, date], str]


def words_key(words: str | None) -> str:
    """Equal for wordings that differ only in white space."""
    return "".join((words or "").split())


def merged_articles(base: TextRecord, state: TextState, day: date) -> dict[str, DatedArticle]:
    """Each Article as the newest state that gives it describes it."""
    merged = dict(base.articles)
    for article in state.articles:
        known = merged.get(article.article_id)
        if known is None or known.taken_from <= day:
            merged[article.article_id] = DatedArticle(article, day)
    return merged


def other_sightings(base: TextRecord, state: TextState, day: date) -> Sightings:
    """Sightings without those that a new reading of the same state replaces."""
    if state.partial:
        return dict(base.sightings)
    return {key: version for key, version in base.sightings.items() if key[1] != day}
