"""What people think of an answer. Without a script they come back to it, where it is kept, and
else to a page that thanks them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from api.schemas import FeedbackRequest
from api.web import forms
from api.web.asking import THANKS
from api.web.keeping import known_id
from api.web.pages import HEADERS, Pages, page_route, respond
from api.web.wanted import CONVERSATIONS, unreadable
from rag.accounts.roles import Permission

HERE = "/feedback"


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    recorder = pages.door.service.recorder

    @routes.get(HERE)
    async def thanks(request: Request) -> Response:
        frame = pages.frame(request, Permission.FEEDBACK)
        return respond(request, pages.html(frame, "ask/thanks.html", thanks=THANKS))

    @routes.post(HERE)
    async def feedback(request: Request) -> Response:
        pages.frame(request, Permission.FEEDBACK)
        async with forms.sent(request) as form:
            said, back = _feedback(form), _back(form)

        def work() -> None:
            recorder.opinion(said.answer_id, said.useful, said.reason or "", said.comment)

        await pages.read(request, work)
        if "text/html" not in request.headers.get("accept", ""):  # a script: it says thanks itself
            return Response(status_code=204, headers=HEADERS)
        return RedirectResponse(back, 303, HEADERS)

    return routes


def _back(form: FormData) -> str:
    """Where the answer is. One that is not kept has no address."""
    conversation = forms.words(form, "conversation")
    if not conversation:
        return HERE
    turn = quote(forms.words(form, "turn"), safe="")
    return f"{CONVERSATIONS}/{known_id(conversation)}?said=1#{turn}"


def _feedback(form: FormData) -> FeedbackRequest:
    given: dict[str, Any] = {
        "answer_id": forms.words(form, "answer_id"),
        "useful": forms.words(form, "useful"),
        "comment": forms.words(form, "comment"),
        "reason": forms.words(form, "reason") or None,
    }
    try:
        return FeedbackRequest.model_validate(given)
    except ValidationError as error:
        raise unreadable() from error
