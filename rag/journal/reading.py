"""Reads entries back: one after the other, or a page of the newest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, select

from rag.journal import filters
from rag.journal.chain import moment_of
from rag.journal.entry import Entry, Spent, Verdicts
from rag.journal.filters import Filter
from rag.journal.schema import journal, people

BATCH = 1000  # rows held at once


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry with its number; `erased`: what was a person's is gone, and reads as ""."""

    seq: int
    entry: Entry
    erased: bool


def entries(connection: Connection, chosen: Filter) -> Iterator[Recorded]:
    """All of them, oldest first, never all in memory."""
    query = _query(chosen).order_by(journal.c.seq).execution_options(yield_per=BATCH)
    return (_recorded(row) for row in connection.execute(query).mappings())


def page(
    connection: Connection,
    chosen: Filter,
    *,
    before: int | None = None,
    limit: int = 50,
    words: bool = False,
) -> list[Recorded]:
    """The newest entries, or the newest before number `before`.

    Without `words`, questions and comments read as "": to read others' is itself journalled
    (`Journal.read_questions`).
    """
    query = _query(chosen).order_by(journal.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(journal.c.seq < before)
    found = [_recorded(row) for row in connection.execute(query).mappings()]
    return found if words else [_without_words(each) for each in found]


def by_request(connection: Connection, request_ids: Sequence[str]) -> list[Recorded]:
    """The entries with these ids that are there."""
    query = _query(Filter()).where(journal.c.request_id.in_(request_ids))
    return [_recorded(row) for row in connection.execute(query).mappings()]


def _query(chosen: Filter) -> Select[Any]:
    columns = (journal, people.c.who, people.c.question, people.c.reason, people.c.comment)
    joined = journal.outerjoin(people, people.c.seq == journal.c.seq)
    return select(*columns).select_from(joined).where(*filters.on_journal(chosen))


def _without_words(found: Recorded) -> Recorded:
    return replace(found, entry=replace(found.entry, question="", comment=""))


def _recorded(row: Any) -> Recorded:
    entry = Entry(
        kind=row["kind"],
        door=row["door"],
        who=row["who"] or "",
        services=frozenset(json.loads(row["services"])),
        question=row["question"] or "",
        as_of=date.fromisoformat(row["as_of"]) if row["as_of"] else None,
        model=row["model"],
        versions=tuple(json.loads(row["versions"])),
        verdicts=Verdicts(row["verified"], row["unsupported"], row["contradicted"]),
        refused=bool(row["refused"]),
        latency=json.loads(row["latency"]),
        spent=spent_of(row),
        status=row["status"],
        about=row["about"],
        useful=None if row["useful"] is None else bool(row["useful"]),
        reason=row["reason"] or "",
        comment=row["comment"] or "",
        detail=row["detail"],
        request_id=row["request_id"],
        at=moment_of(row["at"]),
    )
    return Recorded(row["seq"], entry, row["who"] is None)


def spent_of(row: Any) -> Spent:
    """What a row says of the model's work."""
    return Spent(
        row["prompt_tokens"],
        row["prompt_ms"],
        row["written_tokens"],
        row["written_ms"],
        row["first_ms"],
    )
