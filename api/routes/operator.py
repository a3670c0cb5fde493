"""For the commands beside the server that need the index: on the operator's socket only.

Results are whole, so that the command prints what it would print alone, and errors are told whole,
for the same reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from fastapi import APIRouter, Request
from pydantic import BaseModel, TypeAdapter
from starlette.responses import Response

from api.doors import JSON, Door, as_json
from api.leaving import stop_of
from api.serving import APPLY_SECONDS, Service
from api.workers import Workers
from rag.errors import ReferentError
from rag.health import Problem, describe
from rag.health import check as check_all
from rag.retrieval.search import SearchResult
from rag.types import Answer, Asked, Caller

RESULT: TypeAdapter[SearchResult] = TypeAdapter(SearchResult)
ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
PROBLEMS: TypeAdapter[list[Problem]] = TypeAdapter(list[Problem])
SEARCH, ASK = "/operator/search", "/operator/ask"
STATUS, CHECK = "/operator/status", "/operator/check"
FAILED = 409  # one of our errors, in the body
LOOKS = 3  # at catalogue and index, while they change


class Told(BaseModel):
    """An error of `rag.errors`, by its name."""

    error: str
    what: str
    where: str
    remedy: str


class Sent(BaseModel):
    """A question as the command line has checked it. `services` None: the operator asks.

    An empty list is a person of no service, who reads what everyone may read.
    """

    question: str
    services: list[str] | None
    as_of: date | None
    limit: int | None
    model: str = ""
    strict: bool = True
    without: list[str] = []

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return Caller.operator() if self.services is None else Caller.of(self.services)


def router(door: Door) -> APIRouter:
    """The routes; `door` must be the operator's."""
    if not door.operator:
        raise ValueError("the operator's routes are for the socket only")
    routes = APIRouter(include_in_schema=False)
    service = door.service

    @routes.post(SEARCH)
    async def search(asked: Sent) -> Response:
        caller = asked.caller

        def work() -> bytes:
            limit = asked.limit or 10
            found = service.search(asked.question, caller, asked.as_of, limit)
            return RESULT.dump_json(found)

        return await _told(service.readers, work)

    @routes.post(ASK)
    async def ask(asked: Sent, request: Request) -> Response:
        whole = Asked(
            question=asked.question,
            caller=asked.caller,
            as_of=asked.as_of,
            limit=asked.limit,
            model=asked.model,
            strict=asked.strict,
            without=frozenset(asked.without),
        )

        stop = stop_of(request)

        def work() -> bytes:
            return ANSWER.dump_json(service.ask(whole, stop))

        return await _told(service.writers, work)

    @routes.post(STATUS)
    async def status() -> Response:
        return await _told(service.readers, lambda: as_json(describe(service.parts)))

    @routes.post(CHECK)
    async def check() -> Response:
        def work() -> bytes:
            return PROBLEMS.dump_json(_settled(service))

        return await _told(service.writers, work)  # it may take as long as an answer

    return routes


def _settled(service: Service) -> list[Problem]:
    """What does not agree, and not only because an ingest went on while it was looked at."""
    for _ in range(LOOKS):
        before = service.state()["index"]
        found = check_all(service.parts)
        if not found or (service.state()["index"] == before and not before["pending"]):
            break
        time.sleep(APPLY_SECONDS)
    return found


async def _told(workers: Workers, work: Callable[[], bytes]) -> Response:
    try:
        return Response(await workers.run("operator", work), media_type=JSON)
    except ReferentError as error:
        told = Told(
            error=type(error).__name__, what=error.what, where=error.where, remedy=error.remedy
        )
        return Response(told.model_dump_json(), FAILED, media_type=JSON)
