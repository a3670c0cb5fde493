"""The history of a document: identities and periods are derived from what each state showed. Pure.

An internal document has no version ids. Equal wordings in a row are one Version, in force from
the first state that shows it. Where they differ in white space or pages, the newest state's form
stands: it is what is read and cited today.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from rag.legal.record import (
    BEGINNING,
    DatedVersion,
    Sightings,
    TextRecord,
    merged_articles,
    other_sightings,
    words_key,
)
from rag.types import TextState, Validity, Version

Run = list[tuple[date, Version]]  # equal wordings, state after state


def merge_document(
    base: TextRecord, state: TextState, day: date, states: Mapping[date, bool]
) -> TextRecord:
    """The record once `state`, of `day`, has been taken in."""
    shown = _shown_words(base, state, day)
    days = sorted(states)
    articles = merged_articles(base, state, day)
    versions: dict[str, DatedVersion] = {}
    sightings: Sightings = {}
    for article_id, by_day in shown.items():
        for run, end in _runs(by_day, days):
            version = _version(article_id, run, end)
            start, newest = run[0][0], run[-1][0]
            versions[version.version_id] = DatedVersion(version, None, start, newest)
            sightings.update({(article_id, seen): version.version_id for seen, _ in run})
    kept = {key: value for key, value in articles.items() if key in shown}
    return TextRecord(base.text, states, kept, versions, sightings, base.deleted)


def _shown_words(base: TextRecord, state: TextState, day: date) -> dict[str, dict[date, Version]]:
    shown: dict[str, dict[date, Version]] = {}
    for (article_id, seen), version_id in other_sightings(base, state, day).items():
        shown.setdefault(article_id, {})[seen] = base.versions[version_id].version
    for version in state.versions:
        shown.setdefault(version.article_id, {})[day] = version
    return shown


def _runs(by_day: Mapping[date, Version], days: list[date]) -> Iterator[tuple[Run, date | None]]:
    """Runs of equal wordings over `days`, each with the day that ends it."""
    run: Run = []
    for day in days:
        shown = by_day.get(day)
        if run and (shown is None or not _same(run[0][1], shown)):
            yield run, day
            run = []
        if shown is not None:
            run.append((day, shown))
    if run:
        yield run, None


def _same(one: Version, other: Version) -> bool:
    return words_key(one.words) == words_key(other.words)


def _version(article_id: str, run: Run, end: date | None) -> Version:
    first, newest = run[0][0], run[-1][1]
    start = None if first == BEGINNING else first
    return replace(
        newest,
        version_id=document_version_id(article_id, start, newest.words or ""),
        validity=Validity(start, end),
    )


def document_version_id(article_id: str, start: date | None, words: str) -> str:
    """Names a document's Version: the same words from the same day have the same id."""
    digest = hashlib.sha256(words_key(words).encode()).hexdigest()[:12]
    return f"{article_id}@{start.isoformat() if start else 'initial'}-{digest}"
