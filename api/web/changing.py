"""The page of what changed since a date, with the procedures to look at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.law_commands import LOOKBACK, text_named
from api.schemas import MAX_NAME
from api.web import forms
from api.web.pages import Pages, page_route
from rag.accounts.roles import Permission
from rag.catalogue import reading
from rag.database import reading as transaction
from rag.history import Changes, changes, comparison
from rag.legal.comparison import Segment, excerpt
from rag.legal.updates import ChangeKind, Event
from rag.types import Text

SHOWN = 200  # compared wordings on one page; a code's reform has thousands


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    engine = pages.door.service.parts.catalogue

    @routes.get("/changes")
    async def changed(
        request: Request, since: str = "", text: Annotated[str, Query(max_length=MAX_NAME)] = ""
    ) -> Response:
        frame = pages.frame(request, Permission.CHANGES)
        start = forms.day(since) or date.today() - LOOKBACK
        caller = frame.visitor.caller

        def work() -> dict[str, object]:
            with transaction(engine) as connection:
                listed = reading.texts_for(connection, caller)
                chosen = [text_named(connection, text, caller)] if text else None
                found = changes(connection, caller, start, date.today(), texts=chosen)
            return {**shown(found), "texts": listed, "text": chosen[0] if chosen else None}

        return await pages.show(request, frame, "changes.html", work)

    return routes


@dataclass(frozen=True, slots=True)
class Group:
    """What happened to one text on one day. `whole`: articles that came or went, by kind."""

    day: date
    text: Text
    changed: tuple[tuple[Event, tuple[Segment, ...]], ...]
    whole: tuple[tuple[ChangeKind, tuple[Event, ...]], ...]


def shown(found: Changes) -> dict[str, object]:
    """The changes by day and text, newest first; those of wording `SHOWN` at most."""
    groups = [_group(list(events)) for _, events in groupby(found.events, _day_and_text)]
    kept: list[Group] = []
    left = SHOWN
    for group in groups:
        if left < len(group.changed):
            break
        kept.append(group)
        left -= len(group.changed)
    return {"changes": found, "groups": kept, "more": len(groups) - len(kept)}


def _day_and_text(event: Event) -> tuple[date, str]:
    return event.day, event.text.text_id


def _group(events: Sequence[Event]) -> Group:
    changed = [event for event in events if event.kind is ChangeKind.CHANGED]
    whole = [
        (kind, tuple(event for event in events if event.kind is kind))
        for kind in (ChangeKind.ADDED, ChangeKind.REPEALED)
    ]
    return Group(
        events[0].day,
        events[0].text,
        tuple((event, tuple(excerpt(comparison(event)))) for event in changed),
        tuple((kind, found) for kind, found in whole if found),
    )
