"""What people think of an answer goes to the journal, beside the answer."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.doors import Door
from api.problems import NOT_FOUND
from api.routes.described import WORK, fails
from api.schemas import FeedbackRequest


def router(door: Door) -> APIRouter:
    """The route, for who comes through `door`."""
    routes = APIRouter(prefix="/v1", tags=["questions"])
    service = door.service

    @routes.post(
        "/feedback",
        status_code=204,
        responses={204: {"description": "Kept."}, **fails(*WORK, NOT_FOUND)},
        summary="Say whether an answer was useful",
        response_class=Response,
    )
    async def feedback(said: FeedbackRequest, request: Request) -> Response:
        def work() -> None:
            service.recorder.opinion(said.answer_id, said.useful, said.reason or "", said.comment)

        await service.readers.run(door.name(request), work)
        return Response(status_code=204)

    return routes
