"""OpenAI's chat shape, so that existing chat front ends can use Référent as a model.

The question is the last message of the user; it may follow what came before it. Streamed, each
sentence is sent once it is checked, if it is verified: never words that would be taken back.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from api import chat_chunks, problems
from api.chat_chunks import Chunks
from api.chat_errors import ChatRoute
from api.chat_shapes import ChatAnswer, ChatRequest
from api.doors import JSON, Door, as_json
from api.events import MEDIA_TYPE
from api.leaving import stop_of
from api.problems import MODEL
from api.routes.described import gives
from rag.answering import extractive
from rag.answering.choose import model_name
from rag.errors import ReferentError
from rag.types import Asked

log = logging.getLogger("referent")
DESCRIPTION = (
    "The user's last message is the question; those before it are what it may follow. Citations "
    "are footnotes of the content, and `citations` of the answer (streamed: of the last chunk). "
    "A failure after the first words ends the stream with a line that says so, `finish_reason` "
    '"stop", and the `problem` in the last chunk. Errors have an `error` member as OpenAI\'s.'
)


def router(door: Door) -> APIRouter:
    """The route, for who comes through `door`."""
    routes = APIRouter(prefix="/v1", tags=["OpenAI"], route_class=ChatRoute)
    service = door.service

    @routes.post(
        "/chat/completions",
        responses=gives(ChatAnswer, MODEL),
        summary="An answer, as a chat",
        description=DESCRIPTION,
    )
    async def chat(given: ChatRequest, request: Request) -> Response:
        asked, stop = given.asked(door.caller()), stop_of(request)
        if given.stream:
            return await _streamed(door, request, asked, usage=given.usage)

        def work() -> bytes:
            return as_json(chat_chunks.whole(service.ask(asked, stop)))

        content = await service.writers.run(door.name(request), work)
        return Response(content, media_type=JSON)

    return routes


async def _streamed(door: Door, request: Request, asked: Asked, *, usage: bool) -> Response:
    """The response, its first words at hand: an error before them is a problem as any other."""
    service, stop = door.service, stop_of(request)
    model = model_name(service.parts.settings, asked.model)
    chunks = Chunks(model, quoting=model == extractive.MODEL, usage=usage)

    def work() -> Generator[bytes, None, None]:
        with closing(service.stream(asked, stop)) as events:
            for event in events:
                yield from chunks.of(event)

    made = service.writers.stream(door.name(request), work)
    first = await anext(made)
    return StreamingResponse(
        _all(first, made, chunks), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"}
    )


async def _all(
    first: bytes, made: AsyncGenerator[bytes, None], chunks: Chunks
) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(made):
            yield first
            async for chunk in made:
                yield chunk
    except problems.Refused as error:
        problem = problems.refusal(error, problems.FRENCH)
    except ReferentError as error:
        log.error("%s", error)
        problem = problems.of_error(error, problems.FRENCH)
    else:
        return
    for chunk in chunks.broken(json.loads(bytes(problem.body))):
        yield chunk
