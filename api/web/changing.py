"""The page of what changed since a date, with the procedures to look at again."""

from __future__ import annotations

from datetime import date
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
from rag.legal.comparison import excerpt

SHOWN = 200  # changes on one page; a code's reform has thousands


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


def shown(found: Changes) -> dict[str, object]:
    """The changes with their differences, newest first, `SHOWN` at most."""
    return {
        "changes": found,
        "events": [(event, excerpt(comparison(event))) for event in found.events[:SHOWN]],
        "more": max(0, len(found.events) - SHOWN),
    }
