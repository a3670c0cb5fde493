"""An answer as server-sent events: hits, then each sentence with its verdict, then the answer."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api import problems, shapes
from api.doors import Door, as_json
from api.leaving import stop_of
from api.schemas import AskRequest
from rag.answering.answer import Checked, Event, Found
from rag.errors import ReferentError

MEDIA_TYPE = "text/event-stream"
log = logging.getLogger("referent")


def wanted(request: Request) -> bool:
    """True when the caller accepts events."""
    return MEDIA_TYPE in request.headers.get("accept", "")


async def stream(door: Door, request: Request, asked: AskRequest) -> Response:
    """The response, its first event at hand: an error before it is a problem as any other."""
    caller, stop = door.caller(asked.services), stop_of(request)
    service = door.service

    def work() -> Generator[bytes, None, None]:
        with closing(service.stream(asked.asked(caller), stop)) as events:
            yield from map(written, events)

    events = service.writers.stream(door.name(request), work)
    first = await anext(events)
    language = problems.language_of(request.headers.get("accept-language", ""))
    return StreamingResponse(
        _all(first, events, language),
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store"},
    )


async def _all(
    first: bytes, events: AsyncGenerator[bytes, None], language: str
) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(events):
            yield first
            async for event in events:
                yield event
    except problems.Refused as error:
        yield _event("problem", bytes(problems.refusal(error, language).body))
    except ReferentError as error:
        log.error("%s", error)
        yield _event("problem", bytes(problems.of_error(error, language).body))


def written(event: Event) -> bytes:
    """One event, with its JSON."""
    if isinstance(event, Found):
        return _event("hits", as_json(shapes.found_shape(event)))
    if isinstance(event, Checked):
        return _event("sentence", as_json(_checked(event)))
    return _event("answer", as_json(shapes.answer_shape(event)))


def _checked(event: Checked) -> dict[str, Any]:
    return {
        **shapes.sentence_shape(event.sentence),
        "citations": [shapes.citation_shape(citation) for citation in event.citations],
    }


def _event(name: str, data: bytes) -> bytes:
    """JSON has no line feed of its own, so one data line holds it."""
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
