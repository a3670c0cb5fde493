"""The history of a law: its source gives identities and periods. Pure.

- What describes a Version comes from the newest state that gives it.
- A whole state that shows a Text without an Article ends that Article's Versions on that day.
- What a state deletes, it and older states do not give, even when they are taken in afterwards; a
  newer state may give it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from rag.legal.record import (
    BEGINNING,
    DatedVersion,
    Sightings,
    TextRecord,
    merged_articles,
    other_sightings,
)
from rag.types import TextState, Validity, Version


def merge_law(
    base: TextRecord, state: TextState, day: date, states: Mapping[date, bool]
) -> TextRecord:
    """The record once `state`, of `day`, has been taken in."""
    sightings = other_sightings(base, state, day)
    versions = _without_replaced(base, state, day, sightings)
    for version in state.versions:
        versions[version.version_id] = _newest(versions.get(version.version_id), version, day)
    for article_id, group in _by_article(v for v in state.versions if v.words is not None).items():
        sightings[article_id, day] = _shown_on(group, day).version_id
    articles = merged_articles(base, state, day)
    deleted = base.deleted | {(version_id, day) for version_id in state.removed}
    record = TextRecord(base.text, states, articles, versions, sightings, deleted)
    return _close_absent(_drop_unseen(_without_deleted(record)))


def _without_replaced(
    base: TextRecord, state: TextState, day: date, others: Sightings
) -> dict[str, DatedVersion]:
    """The versions without those that only an earlier reading of this same whole state gave."""
    if state.partial or day not in base.states:
        return dict(base.versions)
    elsewhere = set(others.values())
    return {
        key: dated
        for key, dated in base.versions.items()
        if key in elsewhere or dated.taken_from != day or dated.words_from not in (day, None)
    }


def _newest(known: DatedVersion | None, version: Version, day: date) -> DatedVersion:
    given = day if version.words is not None else None
    if known is None:
        return DatedVersion(version, version.validity.end, day, given)
    about, end, taken = known.version, known.declared_end, known.taken_from
    if taken <= day:
        about = replace(about, validity=version.validity, state=version.state)
        end, taken = version.validity.end, day
    words_from = known.words_from
    if given is not None and (words_from is None or words_from <= given):
        about = replace(
            about,
            words=version.words,
            note=version.note,
            links=version.links,
            pages=version.pages,
        )
        words_from = given
    return DatedVersion(about, end, taken, words_from)


def _shown_on(versions: list[Version], day: date) -> Version:
    """The version that a state of `day` shows: in force then, else the last one it gives."""
    in_force = [version for version in versions if version.validity.contains(day)]
    return max(in_force or versions, key=lambda v: (v.validity.start or date.min, v.version_id))


def _without_deleted(record: TextRecord) -> TextRecord:
    """Only what states newer than the deletion of a version give of it."""
    if not record.deleted:
        return record
    last: dict[str, date] = {}
    for version_id, day in record.deleted:
        last[version_id] = max(day, last.get(version_id, BEGINNING))
    versions = {key: _given_after(dated, last.get(key)) for key, dated in record.versions.items()}
    return replace(
        record,
        versions={key: dated for key, dated in versions.items() if dated},
        sightings={
            (article_id, day): version_id
            for (article_id, day), version_id in record.sightings.items()
            if version_id not in last or day > last[version_id]
        },
    )


def _given_after(dated: DatedVersion, deletion: date | None) -> DatedVersion | None:
    """What states newer than that give of a version."""
    if deletion is None:
        return dated
    if dated.taken_from <= deletion:
        return None
    if dated.words_from is None or dated.words_from > deletion:
        return dated
    period = replace(dated.version, words=None, note="", links=(), pages=())
    return replace(dated, version=period, words_from=None)


def _drop_unseen(record: TextRecord) -> TextRecord:
    """Without the articles that no state shows any more: corrected, or deleted.

    An article of which only periods are known stays.
    """
    seen = {article_id for article_id, _ in record.sightings}
    known = {dated.version.article_id for dated in record.versions.values()}
    worded = {
        dated.version.article_id
        for dated in record.versions.values()
        if dated.version.words is not None
    }
    kept = record.articles.keys() & (seen | (known - worded))
    return replace(
        record,
        articles={key: value for key, value in record.articles.items() if key in kept},
        versions={
            key: value for key, value in record.versions.items() if value.version.article_id in kept
        },
        sightings={key: value for key, value in record.sightings.items() if key[0] in kept},
    )


def _close_absent(record: TextRecord) -> TextRecord:
    """End the versions of articles that a later whole state no longer shows."""
    gone = _absent_since(record)
    versions = {
        key: replace(dated, version=_ended(dated, gone.get(dated.version.article_id)))
        for key, dated in record.versions.items()
    }
    return replace(record, versions=versions)


def _absent_since(record: TextRecord) -> dict[str, date]:
    last: dict[str, date] = {}
    for article_id, day in record.sightings:
        last[article_id] = max(day, last.get(article_id, BEGINNING))
    whole = sorted(day for day, partial in record.states.items() if not partial)
    found = {}
    for article_id, seen in last.items():
        later = next((day for day in whole if day > seen), None)
        if later is not None:
            found[article_id] = later
    return found


def _ended(dated: DatedVersion, gone: date | None) -> Version:
    version, end = dated.version, dated.declared_end
    if gone is not None and (end is None or gone < end):
        end = max(gone, version.validity.start or gone)
    return replace(version, validity=Validity(version.validity.start, end))


def _by_article(versions: Iterable[Version]) -> dict[str, list[Version]]:
    groups: dict[str, list[Version]] = {}
    for version in versions:
        groups.setdefault(version.article_id, []).append(version)
    return groups
