"""The history of a Text, made of the states that sources showed. Pure.

A record is a function of the set of states taken in, not of their order:

- what describes an Article or a Version comes from the newest state that gives it;
- a state that shows a Text without an Article ends that Article's last Version on that day;
- an internal document has no version ids: its history is derived from what each state showed,
  equal wordings in a row being one Version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from rag.types import Article, Text, TextState, Validity, Version

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


@dataclass(frozen=True, slots=True)
class TextRecord:
    """Everything the catalogue knows of one Text."""

    text: Text
    states: Mapping[date, bool]  # date → whether partial
    articles: Mapping[str, DatedArticle]
    versions: Mapping[str, DatedVersion]
    sightings: Mapping[tuple[str, date], str]  # (article_id, state) → version_id

    def present(self) -> dict[str, str]:
        """article_id → version_id in the newest whole state and in partial ones after it."""
        whole = [day for day, partial in self.states.items() if not partial]
        newest = max(whole, default=BEGINNING)
        latest: dict[str, tuple[date, str]] = {}
        for (article_id, day), version_id in self.sightings.items():
            if day >= newest and day >= latest.get(article_id, (BEGINNING, ""))[0]:
                latest[article_id] = (day, version_id)
        return {article_id: version_id for article_id, (_, version_id) in latest.items()}


def state_day(record: TextRecord | None, state: TextState, today: date) -> date:
    """The date under which `state` enters the history.

    A document without a date is in force since ever the first time; what changes it later
    counts from the day it is read.
    """
    if state.as_of is not None:
        return state.as_of
    if record is None or (set(record.states) == {BEGINNING} and _same_words(record, state)):
        return BEGINNING
    return max(record.states) if _same_words(record, state) else today


def merge(record: TextRecord | None, state: TextState, today: date) -> TextRecord:
    """The record once `state` has been taken in."""
    day = state_day(record, state, today)
    base = record or TextRecord(state.text, {}, {}, {}, {})
    newest = day >= max(base.states, default=BEGINNING)
    states = {**base.states, day: state.partial and base.states.get(day, True)}
    if _is_document(state):
        merged = _merge_document(base, state, day, states)
    else:
        merged = _merge_law(base, state, day, states)
    return replace(merged, text=state.text if newest else base.text)


def words_key(words: str | None) -> str:
    """Equal for wordings that differ only in white space."""
    return "".join((words or "").split())


def _same_words(record: TextRecord, state: TextState) -> bool:
    shown = {a: words_key(record.versions[v].version.words) for a, v in record.present().items()}
    given = {v.article_id: words_key(v.words) for v in state.versions}
    return shown == given


def _is_document(state: TextState) -> bool:
    return not any(version.state for version in state.versions)


def _merge_articles(base: TextRecord, state: TextState, day: date) -> dict[str, DatedArticle]:
    merged = dict(base.articles)
    for article in state.articles:
        known = merged.get(article.article_id)
        if known is None or known.taken_from <= day:
            merged[article.article_id] = DatedArticle(article, day)
    return merged


def _forget_state(base: TextRecord, state: TextState, day: date) -> dict[tuple[str, date], str]:
    """Sightings without those that a new reading of the same state replaces."""
    if state.partial:
        return dict(base.sightings)
    return {key: version for key, version in base.sightings.items() if key[1] != day}


# Law: the source gives identities and periods.


def _merge_law(
    base: TextRecord, state: TextState, day: date, states: dict[date, bool]
) -> TextRecord:
    versions = dict(base.versions)
    for version in state.versions:
        versions[version.version_id] = _newest(versions.get(version.version_id), version, day)
    sightings = _forget_state(base, state, day)
    for article_id, group in _by_article(v for v in state.versions if v.words is not None).items():
        sightings[article_id, day] = _shown_on(group, day).version_id
    record = TextRecord(base.text, states, _merge_articles(base, state, day), versions, sightings)
    return _close_absent(_drop_unseen(record))


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


def _drop_unseen(record: TextRecord) -> TextRecord:
    """Without the articles that no state shows any more (a state was read again, corrected)."""
    seen = {article_id for article_id, _ in record.sightings}
    periods_only = set(record.articles) - {
        v.version.article_id for v in record.versions.values() if v.version.words is not None
    }
    kept = seen | periods_only
    return replace(
        record,
        articles={key: value for key, value in record.articles.items() if key in kept},
        versions={
            key: value for key, value in record.versions.items() if value.version.article_id in kept
        },
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


# Documents: identities and periods are derived from what each state showed.


def _merge_document(
    base: TextRecord, state: TextState, day: date, states: dict[date, bool]
) -> TextRecord:
    shown = _shown_words(base, state, day)
    articles = _merge_articles(base, state, day)
    versions: dict[str, DatedVersion] = {}
    sightings: dict[tuple[str, date], str] = {}
    whole = sorted(states)
    for article_id, by_day in shown.items():
        for version, days in _derive(article_id, by_day, whole):
            versions[version.version_id] = DatedVersion(version, None, days[0], days[0])
            sightings.update({(article_id, seen): version.version_id for seen in days})
    articles = {key: value for key, value in articles.items() if key in shown}
    return TextRecord(base.text, states, articles, versions, sightings)


def _shown_words(base: TextRecord, state: TextState, day: date) -> dict[str, dict[date, Version]]:
    shown: dict[str, dict[date, Version]] = {}
    for (article_id, seen), version_id in _forget_state(base, state, day).items():
        shown.setdefault(article_id, {})[seen] = base.versions[version_id].version
    for version in state.versions:
        shown.setdefault(version.article_id, {})[day] = version
    return shown


def _derive(
    article_id: str, by_day: Mapping[date, Version], states: list[date]
) -> list[tuple[Version, list[date]]]:
    """Runs of equal wordings over the states, each a Version with the states that show it."""
    runs: list[tuple[Version, list[date]]] = []
    open_run = False
    for day in states:
        shown = by_day.get(day)
        if open_run and (shown is None or not _same(runs[-1][0], shown)):
            runs[-1] = (_end_on(runs[-1][0], day), runs[-1][1])
            open_run = False
        if shown is None:
            continue
        if open_run:
            runs[-1][1].append(day)
        else:
            runs.append((_derived(article_id, shown, day), [day]))
            open_run = True
    return runs


def _same(one: Version, other: Version) -> bool:
    return words_key(one.words) == words_key(other.words)


def _end_on(version: Version, day: date) -> Version:
    return replace(version, validity=Validity(version.validity.start, day))


def _derived(article_id: str, shown: Version, day: date) -> Version:
    start = None if day == BEGINNING else day
    return replace(
        shown,
        version_id=document_version_id(article_id, start, shown.words or ""),
        validity=Validity(start, None),
    )


def document_version_id(article_id: str, start: date | None, words: str) -> str:
    """Names a document's Version: the same words from the same day have the same id."""
    digest = hashlib.sha256(words.encode()).hexdigest()[:12]
    return f"{article_id}@{start.isoformat() if start else 'initial'}-{digest}"


def _by_article(versions: Iterable[Version]) -> dict[str, list[Version]]:
    groups: dict[str, list[Version]] = {}
    for version in versions:
        groups.setdefault(version.article_id, []).append(version)
    return groups
