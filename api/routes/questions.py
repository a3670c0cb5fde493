"""Search and answers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import shapes
from api.doors import Door
from api.routes.described import gives
from api.schemas import AskAnswer, AskRequest, Model, ModelsAnswer, SearchAnswer, SearchRequest
from rag.answering.extractive import MODEL
from rag.errors import UsageError


def router(door: Door) -> APIRouter:
    """The routes, for who comes through `door`."""
    routes = APIRouter(prefix="/v1", tags=["questions"])
    service = door.service

    @routes.post("/search", responses=gives(SearchAnswer), summary="Passages that answer")
    async def search(asked: SearchRequest, request: Request) -> Response:
        caller = door.caller(asked.services)

        def work() -> dict[str, Any]:
            found = service.search(asked.question, caller, asked.as_of, asked.limit)
            return shapes.search_shape(asked.question, asked.as_of, found.hits)

        return await door.read(request, work)

    @routes.post("/ask", responses=gives(AskAnswer), summary="An answer, every citation checked")
    async def ask(asked: AskRequest, request: Request) -> Response:
        caller = door.caller(asked.services)
        check_model(asked.model)

        def work() -> dict[str, Any]:
            answer = service.ask(asked.question, caller, asked.as_of, asked.limit)
            return shapes.answer_shape(answer)

        return await door.write(request, work)

    @routes.get("/models", responses=gives(ModelsAnswer), summary="Who may write an answer")
    async def models() -> ModelsAnswer:
        return ModelsAnswer(data=[Model(id=MODEL)])

    return routes


def check_model(name: str) -> None:
    """Refuse a model that is not served.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in ("", MODEL):
        raise UsageError("modèle inconnu ; /v1/models donne la liste", where="model")
