"""Whether the server lives, and whether it can answer."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.doors import JSON, Door, as_json
from api.problems import UNAVAILABLE
from api.routes.described import gives
from api.schemas import Live, Ready


def router(door: Door) -> APIRouter:
    """The routes, for who comes through `door`."""
    routes = APIRouter(prefix="/health", tags=["health"])
    service = door.service

    @routes.get("/live", responses=gives(Live), summary="The process answers")
    async def live() -> Live:
        return Live()

    @routes.get("/ready", responses=gives(Ready, UNAVAILABLE), summary="Questions can be answered")
    async def ready() -> Response:
        state = await service.probes.run("health", service.state)
        return Response(as_json(state), 200 if state["ready"] else 503, media_type=JSON)

    return routes
