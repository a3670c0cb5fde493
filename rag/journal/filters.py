"""Which entries are meant, as conditions on the journal and on its counts. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Column, ColumnElement, Table, func, or_

from rag.journal.chain import milliseconds
from rag.journal.schema import cited, daily, journal, people


@dataclass(frozen=True, slots=True)
class Scope:
    """Days in UTC, both included; "" and None: all."""

    since: date | None = None
    until: date | None = None
    service: str = ""
    model: str = ""
    door: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Entries of a scope; `who` holds every name of one person."""

    scope: Scope = Scope()
    refused: bool | None = None
    who: tuple[str, ...] = ()


def on_journal(chosen: Filter) -> Iterator[ColumnElement[bool]]:
    """Conditions on `journal`, joined with `journal_people`."""
    yield from on_rows(chosen.scope)
    if chosen.refused is not None:
        yield journal.c.refused == int(chosen.refused)
    if chosen.who:
        yield people.c.who.in_(chosen.who)


def on_rows(scope: Scope) -> Iterator[ColumnElement[bool]]:
    """Conditions on `journal` alone."""
    if scope.since:
        yield journal.c.at >= _start(scope.since)
    if scope.until:
        yield journal.c.at < _start(scope.until + timedelta(days=1))
    yield from _on_names(scope, journal)


def on_daily(scope: Scope) -> Iterator[ColumnElement[bool]]:
    """Conditions on `journal_daily`."""
    yield from _on_days(scope, daily)
    yield from _on_names(scope, daily)


def on_cited(scope: Scope) -> Iterator[ColumnElement[bool]]:
    """Conditions on `journal_cited`, which knows days alone."""
    yield from _on_days(scope, cited)


def _on_days(scope: Scope, table: Table) -> Iterator[ColumnElement[bool]]:
    day = table.c.day
    if scope.since:
        yield day >= scope.since.isoformat()
    if scope.until:
        yield day <= scope.until.isoformat()


def _on_names(scope: Scope, table: Table) -> Iterator[ColumnElement[bool]]:
    columns = table.c
    if scope.service:
        yield _is_listed(columns.services, scope.service)
    for name in ("model", "door", "kind"):
        if wanted := getattr(scope, name):
            yield columns[name] == wanted


def _is_listed(names: Column[str], name: str) -> ColumnElement[bool]:
    """Exactly this name, as `chain.listed` writes it, begins the list or follows a comma; LIKE
    would see letter case or not by the database."""
    said = json.dumps(name)
    first = func.substr(names, 1, len(said) + 1) == f"[{said}"
    return or_(first, func.replace(names, f",{said}", "") != names)


def _start(day: date) -> int:
    return milliseconds(datetime.combine(day, time(), UTC))
