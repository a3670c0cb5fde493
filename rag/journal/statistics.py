"""Figures of use, read from the counts by day: as fast after a year as after a day.

Nobody is named in them. Which versions are cited is said by id: whoever shows them names only
those that the reader may read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, case, func, select

from rag.journal import counting, filters
from rag.journal.entry import ASK, FEEDBACK, NO_REQUEST
from rag.journal.filters import Filter, Scope
from rag.journal.reading import Recorded, page
from rag.journal.schema import BUCKET_NAMES, cited, daily

MOST_CITED = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of some requests. `asked`: those that an answer is written for, which are refused
    or hold sentences without support."""

    requests: int = 0
    failed: int = 0
    asked: int = 0
    refused: int = 0
    with_unsupported: int = 0

    @property
    def share_refused(self) -> float:
        """Of the questions asked; 0 when there is none."""
        return self.refused / self.asked if self.asked else 0.0

    @property
    def share_unsupported(self) -> float:
        """Of the questions asked, those whose answer had a sentence left out."""
        return self.with_unsupported / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds that half, 95 % and 99 % of the requests do not exceed; None: no request."""

    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Use of the service over a scope.

    A request of several services counts for each of them, one of none under "".
    """

    total: Figures
    latency: Latency
    by_day: dict[str, Figures]
    by_service: dict[str, Figures]
    by_model: dict[str, Figures]
    by_door: dict[str, Figures]
    by_kind: dict[str, Figures]
    useful: int
    not_useful: int
    most_cited: dict[str, int]  # version → answers, most first


def statistics(connection: Connection, scope: Scope) -> Statistics:
    """All figures of a scope. `most_cited` minds its days alone."""
    by_day = _grouped(connection, scope, daily.c.day)
    kinds = _grouped(connection, scope, *(daily.c[name] for name in counting.KEYS[1:]))
    useful, not_useful = _opinions(connection, scope)
    return Statistics(
        total=_sum(kinds.values()),
        latency=latency(connection, scope),
        by_day={day: figures for (day,), figures in by_day.items()},
        by_service=_by(kinds, lambda services, *_: json.loads(services) or [""]),
        by_model=_by(kinds, lambda _services, model, *_: [model]),
        by_door=_by(kinds, lambda _services, _model, door, _kind: [door]),
        by_kind=_by(kinds, lambda *names: names[-1:]),
        useful=useful,
        not_useful=not_useful,
        most_cited=most_cited(connection, scope),
    )


def latency(connection: Connection, scope: Scope) -> Latency:
    """Percentiles of a scope."""
    sums = (func.sum(daily.c[name]) for name in BUCKET_NAMES)
    counts = [int(value or 0) for value in connection.execute(_requests(scope, *sums)).one()]
    return Latency(*(counting.percentile(counts, share) for share in (50, 95, 99)))


def most_cited(connection: Connection, scope: Scope, limit: int = MOST_CITED) -> dict[str, int]:
    """Versions with the number of answers that cite them in these days, most first."""
    answers = func.sum(cited.c.answers)
    query = (
        select(cited.c.version_id, answers)
        .where(*filters.on_cited(scope))
        .group_by(cited.c.version_id)
        .order_by(answers.desc(), cited.c.version_id)
        .limit(limit)
    )
    return {version: int(count) for version, count in connection.execute(query)}


def unanswered(connection: Connection, scope: Scope, limit: int = 50) -> list[Recorded]:
    """The newest questions without an answer, which show the procedures to write.

    Without their words: see `Journal.read_questions`.
    """
    return page(connection, Filter(replace(scope, kind=ASK), refused=True), limit=limit)


def _requests(scope: Scope, *columns: ColumnElement[Any]) -> Select[Any]:
    """Over the counts of requests, without what the journal writes about them."""
    return select(*columns).where(*filters.on_daily(scope), daily.c.kind.not_in(NO_REQUEST))


def _grouped(
    connection: Connection, scope: Scope, *columns: Column[Any]
) -> dict[tuple[str, ...], Figures]:
    asked = daily.c.kind == ASK
    sums = (
        func.sum(daily.c.requests),
        func.sum(daily.c.failed),
        *(
            func.sum(case((asked, daily.c[counted]), else_=0))
            for counted in ("requests", "refused", "with_unsupported")
        ),
    )
    query = _requests(scope, *columns, *sums).group_by(*columns).order_by(*columns)
    size = len(columns)
    rows = connection.execute(query)
    return {tuple(row[:size]): Figures(*map(int, row[size:])) for row in rows}


def _by(
    cells: Mapping[tuple[str, ...], Figures], names: Callable[..., Sequence[str]]
) -> dict[str, Figures]:
    """Cells put together by name; one that has several names counts for each."""
    parts: dict[str, list[Figures]] = {}
    for key, figures in cells.items():
        for name in names(*key):
            parts.setdefault(name, []).append(figures)
    return {name: _sum(parts[name]) for name in sorted(parts)}


def _sum(parts: Iterable[Figures]) -> Figures:
    return Figures(*map(sum, zip(*map(astuple, parts), strict=True)))


def _opinions(connection: Connection, scope: Scope) -> tuple[int, int]:
    query = select(func.sum(daily.c.useful), func.sum(daily.c.not_useful))
    of_requests = replace(scope, kind=FEEDBACK)
    useful, not_useful = connection.execute(query.where(*filters.on_daily(of_requests))).one()
    return int(useful or 0), int(not_useful or 0)
