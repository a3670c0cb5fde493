"""Texts, articles and changes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import article_view, changes_view
from api.doors import Door
from api.law_commands import LOOKBACK, text_named
from api.problems import NOT_FOUND
from api.routes.described import gives
from api.schemas import (
    MAX_NAME,
    ArticleAnswer,
    ChangesAnswer,
    Day,
    TextsAnswer,
)
from rag.catalogue import reading
from rag.database import reading as transaction
from rag.history import changes as find_changes
from rag.types import Text

Reference = Annotated[
    str,
    Path(
        description="An article's number with its text, or its id.",
        max_length=MAX_NAME,
        openapi_examples={"one": {"value": "L. 311-5 CRPA"}},
    ),
]
Days = Annotated[
    list[Day], Query(max_length=2, description="On this date; two dates are compared.")
]

NO_DAYS: list[date] = []


def router(door: Door) -> APIRouter:
    """The routes, for who comes through `door`."""
    routes = APIRouter(prefix="/v1", tags=["law"])
    engine = door.service.parts.catalogue

    @routes.get("/texts", responses=gives(TextsAnswer), summary="The texts that you may read")
    async def texts(request: Request) -> Response:
        caller = door.caller()

        def work() -> dict[str, Any]:
            with transaction(engine) as connection:
                return {"texts": [_entry(text) for text in reading.texts_for(connection, caller)]}

        return await door.read(request, work)

    @routes.get(
        "/articles/{reference:path}",
        responses=gives(ArticleAnswer, NOT_FOUND),
        summary="An article at a date, through its history, or compared between two dates",
    )
    async def article(
        request: Request, reference: Reference, as_of: Days = NO_DAYS, history: bool = False
    ) -> Response:
        caller = door.caller()

        def work() -> dict[str, Any]:
            with transaction(engine) as connection:
                view = article_view.read(
                    connection, reference, caller, sorted(as_of), history=history
                )
                return article_view.shape(view)

        return await door.read(request, work)

    @routes.get("/changes", responses=gives(ChangesAnswer, NOT_FOUND), summary="What changed")
    async def changes(
        request: Request,
        text: Annotated[str, Query(max_length=MAX_NAME)] = "",
        since: Annotated[Day | None, Query(description="A year ago by default.")] = None,
    ) -> Response:
        caller = door.caller()

        def work() -> dict[str, Any]:
            today = date.today()
            with transaction(engine) as connection:
                texts = [text_named(connection, text, caller)] if text else None
                start = since or today - LOOKBACK
                return changes_view.shape(
                    find_changes(connection, caller, start, today, texts=texts)
                )

        return await door.read(request, work)

    return routes


def _entry(text: Text) -> dict[str, Any]:
    return {
        "text_id": text.text_id,
        "text": text.title,
        "nature": text.nature,
        "services": sorted(text.services),
    }
