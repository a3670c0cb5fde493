"""Taking a text away for good, once that was confirmed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.problems import INVALID, Refused
from api.schemas import MAX_NAME
from api.web import forms
from api.web.desk import telling
from api.web.desk.updates import ADDRESS
from api.web.pages import Pages, page_route, respond
from rag.accounts.roles import Permission
from rag.catalogue import reading
from rag.catalogue.lock import exclusive
from rag.catalogue.removal import remove
from rag.database import reading as transaction
from rag.database import writing
from rag.errors import NotFound
from rag.journal.entry import REMOVE
from rag.types import Caller, Text

HERE = f"{ADDRESS}/retirer"


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    service = pages.door.service
    parts = service.parts

    @routes.get(HERE)
    async def asked(
        request: Request, text: Annotated[str, Query(max_length=MAX_NAME)] = ""
    ) -> Response:
        frame = pages.frame(request, Permission.REMOVE_TEXTS)

        def work() -> dict[str, object]:
            with transaction(parts.catalogue) as connection:
                found = _one(connection, text, frame.visitor.caller)
                count = len(reading.articles_of(connection, found.text_id, frame.visitor.caller))
            return {"text": found, "count": count}

        return await pages.show(request, frame, "desk/remove.html", work)

    @routes.post(HERE)
    async def gone(request: Request) -> Response:
        frame = pages.frame(request, Permission.REMOVE_TEXTS)
        async with forms.sent(request) as form:
            text_id, sure = forms.words(form, "text"), bool(form.get("sure"))
        if not sure:
            raise Refused(
                INVALID,
                "Cochez la case : un texte retiré ne revient qu'en le déposant de nouveau.",
                "Tick the box: a text that is removed only comes back when it is brought in again.",
            )

        def work() -> str:
            with (
                exclusive(parts.data, parts.catalogue),
                writing(parts.catalogue, parts.catalogue_place) as connection,
            ):
                found = _one(connection, text_id, frame.visitor.caller)
                remove(connection, found.text_id)
                # Within the transaction: without its entry, nothing is removed.
                service.journal.record(telling.entry(REMOVE, question=found.text_id))
            return pages.html(frame, "desk/removed.html", text=found)

        return respond(request, await pages.read(request, work))

    return routes


def _one(connection: Connection, text_id: str, caller: Caller) -> Text:
    found = reading.text(connection, text_id, caller)
    if found is None:
        raise NotFound("aucun texte n'a ce nom", where=text_id, remedy="choisissez dans la liste")
    return found
