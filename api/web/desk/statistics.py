"""The page of statistics: charts drawn on the server, each with the table behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.problems import INVALID, Refused
from api.schemas import MAX_NAME
from api.web import forms
from api.web.desk import charts, names
from api.web.desk.figures import Figures
from api.web.desk.wording import Named, named
from api.web.frame import Frame
from api.web.pages import Pages, page_route
from api.web.people.sections import sections
from rag.accounts.roles import Permission
from rag.database import reading as transaction
from rag.journal import statistics as journal
from rag.journal.filters import Scope
from rag.journal.statistics import Statistics
from rag.types import service_names

ADDRESS = "/administration/statistiques"
PERIODS = (7, 30, 90, 365)  # days that one click chooses
DEFAULT_DAYS = 30
MAX_DAYS = 3660  # as long as counts may be kept
UNANSWERED = 20  # newest questions without an answer


@dataclass(frozen=True, slots=True)
class Period:
    """Days in UTC, both included."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.until - self.since).days + 1


@dataclass(frozen=True, slots=True)
class Cited:
    """The versions cited most, by name; `others`: citations of those that the reader may not
    read, or that are gone."""

    named: tuple[tuple[Named, int], ...]
    others: int


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    parts = pages.door.service.parts

    @routes.get(ADDRESS)
    async def shown(
        request: Request,
        since: str = "",
        until: str = "",
        service: Annotated[str, Query(max_length=MAX_NAME)] = "",
    ) -> Response:
        frame = pages.frame(request, Permission.READ_STATISTICS)
        chosen = period(forms.day(since), forms.day(until), datetime.now(UTC).date())
        scope = Scope(chosen.since, chosen.until, "".join(service_names([service])))

        def work() -> dict[str, object]:
            with transaction(parts.registry) as connection:
                found = journal.statistics(connection, scope)
                unanswered = journal.unanswered(connection, scope, UNANSWERED)
            with transaction(parts.catalogue) as connection:
                known = named(connection, found.most_cited, frame.visitor.caller)
            return {
                **_page(frame, found, chosen, scope.service),
                "cited": cited(found.most_cited, known),
                "unanswered": unanswered,
                "sections": sections(frame),
                "may_read": frame.visitor.may(Permission.READ_QUESTIONS),
            }

        return await pages.show(request, frame, "desk/statistics.html", work)

    return routes


def period(since: date | None, until: date | None, today: date) -> Period:
    """The days asked for, the last 30 where nothing is said.

    Raises:
        Refused: it ends before it begins, or is too long to draw.
    """
    last = until or max(today, since or today)
    first = since or last - timedelta(min(DEFAULT_DAYS, (last - date.min).days + 1) - 1)
    if not 0 <= (last - first).days < MAX_DAYS:
        raise Refused(
            INVALID,
            "Cette période ne va pas : elle finit avant de commencer, ou dure plus de dix ans.",
            "This period will not do: it ends before it begins, or is longer than ten years.",
        )
    return Period(first, last)


def cited(most: Mapping[str, int], known: Mapping[str, Named]) -> Cited:
    """What to show of the versions cited most. Pure."""
    shown = tuple((known[version], count) for version, count in most.items() if version in known)
    return Cited(shown, sum(count for version, count in most.items() if version not in known))


def _page(frame: Frame, found: Statistics, chosen: Period, service: str) -> dict[str, object]:
    days = charts.spans(
        {day: (each.requests, each.failed) for day, each in found.by_day.items()},
        chosen.since,
        chosen.until,
    )
    asked = charts.spans(
        {day: (each.asked, each.refused) for day, each in found.by_day.items()},
        chosen.since,
        chosen.until,
    )
    return {
        "found": found,
        "period": chosen,
        "service": service,
        "say": Figures(frame.language),
        "names": names,
        "ranges": ranges(chosen.until),
        "days": days,
        "asked": asked,
        "by_day": charts.columns(days),
        "refused_by_day": charts.line(_shares(asked)),
        "charts": charts,
    }


def ranges(until: date) -> list[tuple[int, date]]:
    """The periods of one click: how many days, and their first."""
    return [(days, until - timedelta(days - 1)) for days in PERIODS]


def _shares(asked: Sequence[charts.Span]) -> list[float | None]:
    return [span.part / span.value if span.value else None for span in asked]
