"""What changed in the law over a period, article by article, from the histories of versions. Pure.

An event is dated by the validity of versions, not by the day a source was read: it is what a
person must know who last looked at these texts on the day before the period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rag.legal.versions import words_key
from rag.types import Article, Text, Version

UNDATED = 2200  # LEGI dates 2222-02-22 what will come on a day that is not known yet


class ChangeKind(StrEnum):
    """What happened to an article on a date."""

    ADDED = "added"
    CHANGED = "changed"
    REPEALED = "repealed"


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one article. `before` and `after` are the versions on either side."""

    text: Text
    article: Article
    kind: ChangeKind
    day: date
    before: Version | None
    after: Version | None


def events(
    text: Text,
    article: Article,
    versions: Sequence[Version],
) -> Iterator[Event]:
    """Every change of an article that its versions tell, past and known future ones.

    A version that was never in force (its period is empty) is no change; neither is a new version
    with the words of the one before.
    """
    history = [version for version in _in_order(versions) if _lasts(version)]
    for at, version in enumerate(history):
        before = history[at - 1] if at else None
        yield from _beginning(text, article, before, version)
        following = history[at + 1] if at + 1 < len(history) else None
        yield from _end(text, article, version, following)


def between(found: Iterable[Event], since: date, until: date | None) -> list[Event]:
    """The events after `since`, up to `until`, newest first, then by text and reading order."""
    kept = [e for e in found if since < e.day and (until is None or e.day <= until)]
    return sorted(kept, key=lambda e: (-e.day.toordinal(), e.text.title, e.article.order))


def _in_order(versions: Sequence[Version]) -> list[Version]:
    return sorted(versions, key=lambda v: (v.validity.start or date.min, v.version_id))


def _lasts(version: Version) -> bool:
    start, end = version.validity.start, version.validity.end
    return start is None or end is None or start < end


def _beginning(
    text: Text, article: Article, before: Version | None, version: Version
) -> Iterator[Event]:
    start = version.validity.start
    if start is None or start.year >= UNDATED:
        return
    follows = before is not None and (before.validity.end or start) >= start
    if not follows:
        yield Event(text, article, ChangeKind.ADDED, start, None, version)
    elif before is None or not _same_words(before, version):
        yield Event(text, article, ChangeKind.CHANGED, start, before, version)


def _end(
    text: Text, article: Article, version: Version, following: Version | None
) -> Iterator[Event]:
    end = version.validity.end
    if end is None or end.year >= UNDATED:
        return
    succeeded = following is not None and (following.validity.start or end) <= end
    if not succeeded:
        yield Event(text, article, ChangeKind.REPEALED, end, version, None)


def _same_words(one: Version, other: Version) -> bool:
    if one.words is None or other.words is None:
        return False
    return words_key(one.words) == words_key(other.words)
