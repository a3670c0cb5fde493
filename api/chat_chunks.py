"""A streamed answer as OpenAI's chunks, server-sent events that any of its clients reads."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

from api import chat_text, shapes
from api.doors import as_json
from rag.answering.answer import Checked, Event, Found
from rag.types import Answer, Citation

# Clients that add tokens up want numbers; Référent counts none, so it says so with zeros.
NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
DONE = b"data: [DONE]\n\n"


def head(kind: str, model: str) -> dict[str, Any]:
    """What every object of one answer begins with."""
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        "model": model,
    }


def whole(answer: Answer) -> dict[str, Any]:
    """An answer that is not streamed."""
    message = {"role": "assistant", "content": chat_text.content(answer)}
    return {
        **head("chat.completion", answer.model),
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        **_last(answer.citations),
        "answer_id": answer.answer_id,
    }


class Chunks:
    """One answer: its role, the verified sentences as they come, what is said below them.

    The first chunk comes with the first words: whatever fails before is an error of the request.
    What fails after it ends the stream in order, with a line that says so and a last chunk that
    has the problem: what was sent is verified and stands, and clients lose what they were given
    when a stream breaks off or holds an error.
    """

    def __init__(self, model: str, *, quoting: bool, usage: bool) -> None:
        self._head = head("chat.completion.chunk", model)
        self._growing = chat_text.Growing(quoting=quoting)
        self._usage = usage
        self._begun = False

    def of(self, event: Event) -> Iterator[bytes]:
        """The chunks of one event."""
        if isinstance(event, Found):
            return
        if isinstance(event, Checked):
            yield from self._says(self._growing.add(event))
            return
        yield from self._says(self._growing.end(event))
        yield from self._says(chat_text.about(event))
        yield from self._end(model=event.model, answer_id=event.answer_id, **_last(event.citations))

    def broken(self, problem: dict[str, Any]) -> Iterator[bytes]:
        """The end of an answer that has begun and failed."""
        cited = self._growing.citations
        yield from self._says(chat_text.broken(problem, cited))
        yield from self._end(problem=problem, **_last(cited))

    def _says(self, words: str) -> Iterator[bytes]:
        if not words:
            return
        if not self._begun:
            self._begun = True
            yield self._chunk({"role": "assistant", "content": ""})
        yield self._chunk({"content": words})

    def _end(self, **more: object) -> Iterator[bytes]:
        yield self._chunk({}, "stop", **more)
        if self._usage:
            yield _data({**self._head, "choices": [], "usage": NO_USAGE})
        yield DONE

    def _chunk(self, delta: dict[str, str], end: str | None = None, **more: object) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": end}
        return _data({**self._head, "choices": [choice], **more})


def _last(cited: tuple[Citation, ...]) -> dict[str, Any]:
    return {"citations": [shapes.citation_shape(citation) for citation in cited]}


def _data(shape: dict[str, Any]) -> bytes:
    return b"data: " + as_json(shape) + b"\n\n"
