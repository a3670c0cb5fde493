"""The history of a Text, made of the states that sources showed. Pure.

A record is a function of the set of dated states taken in, not of their order: what describes an
Article or a Version comes from the newest state that gives it, and a state read again replaces
what it gave before. How periods come about differs between law (`law_history`) and documents
(`document_history`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from rag.legal.document_history import merge_document
from rag.legal.law_history import merge_law
from rag.legal.record import (
    BEGINNING,
    DatedArticle,
    DatedVersion,
    Deletions,
    TextRecord,
    words_key,
)
from rag.types import TextState

__all__ = [
    "BEGINNING",
    "DatedArticle",
    "DatedVersion",
    "Deletions",
    "TextRecord",
    "merge",
    "state_day",
    "words_key",
]


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


def merge(
    record: TextRecord | None, state: TextState, today: date, deleted: Deletions = frozenset()
) -> TextRecord:
    """The record once `state` has been taken in.

    `deleted`: of a Text without record, what states taken in before say is no more.
    """
    day = state_day(record, state, today)
    base = record or TextRecord.unknown(state.text, deleted)
    newest = day >= max(base.states, default=BEGINNING)
    states = {**base.states, day: state.partial and base.states.get(day, True)}
    merged = (merge_law if _is_law(base, state) else merge_document)(base, state, day, states)
    # of a text of which a dump only deletes versions, the title is not known
    return replace(merged, text=state.text if newest and state.text.title else base.text)


def _same_words(record: TextRecord, state: TextState) -> bool:
    shown = {a: words_key(record.versions[v].version.words) for a, v in record.present().items()}
    given = {v.article_id: words_key(v.words) for v in state.versions if v.words is not None}
    return shown == given


def _is_law(base: TextRecord, state: TextState) -> bool:
    """True when versions carry an état, or are deleted by name.

    A state that lost every article tells by the record.
    """
    known = (dated.version for dated in base.versions.values())
    named = state.removed or base.deleted
    return bool(named) or any(v.state for v in (*state.versions, *known))
