"""Search and answers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import events, shapes
from api.doors import Door
from api.leaving import stop_of
from api.model_view import fits, is_here, machine_memory, speed_shape, speeds
from api.problems import MODEL as MODEL_FAILED
from api.routes.described import gives
from api.schemas import (
    AskAnswer,
    AskRequest,
    Model,
    ModelsAnswer,
    PastSpeed,
    SearchAnswer,
    SearchRequest,
)
from api.serving import Service
from rag.answering.extractive import MODEL
from rag.answering.server import ModelInfo, ModelServer
from rag.answering.speed import Speed
from rag.errors import ModelFailure

STREAMING = (
    "With `Accept: text/event-stream`, as events: `hits` (what was found), a `sentence` each time "
    "one is checked, with the citations that it adds, and `answer`, the same JSON as without. "
    "`problem` instead of `answer` takes back what was sent before it."
)


def router(door: Door) -> APIRouter:
    """The routes, for who comes through `door`."""
    routes = APIRouter(prefix="/v1", tags=["questions"])
    service = door.service

    @routes.post("/search", responses=gives(SearchAnswer), summary="Passages that answer")
    async def search(asked: SearchRequest, request: Request) -> Response:
        caller = door.caller(asked.services)

        def work() -> dict[str, Any]:
            without = frozenset(asked.without)
            found = service.search(asked.question, caller, asked.as_of, asked.limit, without)
            return shapes.search_shape(asked.question, asked.as_of, found.hits, found.understood)

        return await door.read(request, work)

    @routes.post(
        "/ask",
        responses=gives(AskAnswer, MODEL_FAILED),
        summary="An answer, every citation checked",
        description=STREAMING,
    )
    async def ask(asked: AskRequest, request: Request) -> Response:
        if events.wanted(request):
            return await events.stream(door, request, asked)
        caller, stop = door.caller(asked.services), stop_of(request)

        def work() -> dict[str, Any]:
            return shapes.answer_shape(service.ask(asked.asked(caller), stop))

        return await door.write(request, work)

    @routes.get("/models", responses=gives(ModelsAnswer), summary="Who may write an answer")
    async def models(request: Request) -> Response:
        return await door.read(request, lambda: _models(service))

    return routes


def _models(service: Service) -> dict[str, Any]:
    """The one that the settings name first, then the others that may be used."""
    settings, memory = service.parts.settings, machine_memory()
    here = memory if is_here(settings.model_url) else None
    found, notice = [], ""
    if settings.model_url:
        try:
            found = [model for model in ModelServer(settings).models() if model.allowed]
        except ModelFailure as error:
            notice = f"{error.what[:1].upper()}{error.what[1:]}."
    measured = speeds(service.journal) if found else {}
    listed = [_model(model, here, measured.get(model.name)) for model in found]
    listed.append(Model(id=MODEL))
    listed.sort(key=lambda model: model.id != (settings.model or MODEL))
    return ModelsAnswer(data=listed, notice=notice, memory=memory).model_dump()


def _model(found: ModelInfo, memory: int | None, measured: Speed | None) -> Model:
    return Model(
        id=found.name,
        owned_by="local",
        size=found.size,
        window=found.window,
        parameters=found.parameters,
        quantization=found.quantization,
        loaded=found.loaded,
        fits=fits(found, memory),
        speed=PastSpeed.model_validate(shape) if (shape := speed_shape(measured)) else None,
    )
