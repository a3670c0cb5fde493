"""What people think of an answer goes to the journal, beside the answer."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import visitors
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
        visitor = visitors.present()

        def work() -> None:
            service.journal.feedback(
                said.answer_id,
                said.useful,
                who=visitor.name,
                door=visitor.door,
                reason=said.reason or "",
                comment=said.comment.strip(),
            )

        await service.readers.run(door.name(request), work)
        return Response(status_code=204)

    return routes
