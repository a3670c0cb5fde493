"""For `referent search` and `ask` beside the server: whole results, on the operator's socket only.

They are the types of `rag.types` as they are, so that the command prints what it would print alone.
"""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel, TypeAdapter
from starlette.responses import Response

from api.doors import JSON, Door
from rag.retrieval.search import SearchResult
from rag.types import Answer

RESULT: TypeAdapter[SearchResult] = TypeAdapter(SearchResult)
ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
SEARCH, ASK = "/operator/search", "/operator/ask"


class Asked(BaseModel):
    """A question as the command line has checked it."""

    question: str
    services: list[str] | None
    as_of: date | None
    limit: int | None
    model: str = ""


def router(door: Door) -> APIRouter:
    """The routes; `door` must be the operator's."""
    if not door.operator:
        raise ValueError("the operator's routes are for the socket only")
    routes = APIRouter(include_in_schema=False)
    service = door.service

    @routes.post(SEARCH)
    async def search(asked: Asked) -> Response:
        caller = door.caller(asked.services or ())

        def work() -> bytes:
            limit = asked.limit or 10
            found = service.search(asked.question, caller, asked.as_of, limit)
            return RESULT.dump_json(found)

        return Response(await service.readers.run("operator", work), media_type=JSON)

    @routes.post(ASK)
    async def ask(asked: Asked) -> Response:
        caller = door.caller(asked.services or ())

        def work() -> bytes:
            answer = service.ask(asked.question, caller, asked.as_of, asked.limit)
            return ANSWER.dump_json(answer)

        return Response(await service.writers.run("operator", work), media_type=JSON)

    return routes
