"""Whether the server lives, and whether it can answer."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.doors import JSON, Door, as_json
from api.readiness import ModelProbe, readiness
from api.routes.described import QUEUED, Responses, fails
from api.schemas import Live, Ready, examples


def router(door: Door, probe: ModelProbe) -> APIRouter:
    """The routes, for who comes through `door`."""
    routes = APIRouter(prefix="/health", tags=["health"])
    service = door.service

    @routes.get(
        "/live",
        responses={200: {"description": Live.__doc__ or ""}, **fails()},
        summary="The process answers",
    )
    async def live() -> Live:
        return Live()

    @routes.get("/ready", responses=_ready_or_not(), summary="Questions can be answered")
    async def ready() -> Response:
        state = await service.probes.run("health", lambda: readiness(service, probe))
        return Response(as_json(state), 200 if state["ready"] else 503, media_type=JSON)

    return routes


def _ready_or_not() -> Responses:
    """503 is either the same as 200, saying what is amiss, or a problem."""
    given = fails(*QUEUED)
    content = given[503]["content"]
    content[JSON] = {"example": examples.NOT_READY}
    given[503] = {"description": "They cannot, or the server is busy.", "model": Ready}
    given[503]["content"] = content
    given[200] = {"description": Ready.__doc__ or "", "model": Ready}
    return given
