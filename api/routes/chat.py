"""OpenAI's chat shape, so that existing chat front ends can use Référent as a model.

The question is the last message of the user. An answer is checked as a whole before any of it is
sent: streamed, it comes in pieces, but never words that would have to be taken back.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.responses import Response, StreamingResponse

from api import shapes
from api.doors import Door, as_json
from api.events import MEDIA_TYPE
from api.problems import INVALID, MODEL, Refused
from api.routes.described import gives
from api.schemas import EXAMPLE, Citation, Question
from rag.legal.titles import article_name
from rag.types import Answer, Asked

MAX_MESSAGES = 200
QUESTION: TypeAdapter[str] = TypeAdapter(Question)


class Part(BaseModel):
    """A part of a message; only those of type "text" are read."""

    type: str
    text: str = ""


class Message(BaseModel):
    """One turn of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = Field(default=None, examples=[EXAMPLE])


class ChatRequest(BaseModel):
    """What chat front ends send; what Référent has no use for (temperature…) is ignored."""

    model: str = Field(default="", max_length=300, examples=["extractive"])
    messages: Annotated[list[Message], Field(min_length=1, max_length=MAX_MESSAGES)]
    stream: bool = False


class Choice(BaseModel):
    """The answer."""

    index: int
    message: dict[str, Any]
    finish_reason: str


class ChatAnswer(BaseModel):
    """As OpenAI's, with "citations", which are also footnotes of the content."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    citations: list[Citation]


def router(door: Door) -> APIRouter:
    """The route, for who comes through `door`."""
    routes = APIRouter(prefix="/v1", tags=["OpenAI"])
    service = door.service

    @routes.post(
        "/chat/completions", responses=gives(ChatAnswer, MODEL), summary="An answer, as a chat"
    )
    async def chat(asked: ChatRequest, request: Request) -> Response:
        question, caller = _question(asked.messages), door.caller()

        def work() -> Answer:
            return service.ask(Asked(question, caller, model=asked.model))

        answer = await service.writers.run(door.name(request), work)
        if asked.stream:
            return StreamingResponse(_chunks(answer), media_type=MEDIA_TYPE)
        return Response(as_json(_whole(answer)), media_type="application/json")

    return routes


def _question(messages: list[Message]) -> str:
    """The last words of the user, within the limits of a question."""
    last = next((message for message in reversed(messages) if message.role == "user"), None)
    content = (last.content if last else None) or ""
    words = (
        content
        if isinstance(content, str)
        else "\n".join(part.text for part in content if part.type == "text")
    )
    try:
        return QUESTION.validate_python(words)
    except ValidationError as error:
        raise Refused(
            INVALID,
            "Le dernier message de l'utilisateur est vide ou trop long.",
            "The user's last message is empty or too long.",
        ) from error


def _whole(answer: Answer) -> dict[str, Any]:
    message = {"role": "assistant", "content": "".join(_pieces(answer))}
    return {
        **_head(answer, "chat.completion"),
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "citations": shapes.answer_shape(answer)["citations"],
    }


def _chunks(answer: Answer) -> Iterator[bytes]:
    head = _head(answer, "chat.completion.chunk")
    yield _chunk(head, {"role": "assistant", "content": ""})
    for piece in _pieces(answer):
        yield _chunk(head, {"content": piece})
    last = {**head, "citations": shapes.answer_shape(answer)["citations"]}
    yield _chunk(last, {}, "stop")
    yield b"data: [DONE]\n\n"


def _chunk(head: dict[str, Any], delta: dict[str, str], end: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": end}
    return b"data: " + as_json({**head, "choices": [choice]}) + b"\n\n"


def _head(answer: Answer, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": answer.model,
    }


def _pieces(answer: Answer) -> Iterator[str]:
    """The answer line by line, then its notice and its citations as footnotes."""
    yield from answer.answer.splitlines(keepends=True)
    if answer.notice:
        yield f"\n\n{answer.notice}"
    for citation in answer.citations:
        page = f", page {citation.page}" if citation.page else ""
        name = f"{article_name(citation.article)} — {citation.text}{page}"
        yield f"\n\n[{citation.marker}] {name} : « {citation.quote} »"
