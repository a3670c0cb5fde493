"""A streamed answer as OpenAI's chunks, server-sent events that any of its clients reads."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

from api import chat_text, shapes
from api.doors import as_json
from rag.answering.answer import Checked, Event, Found
from rag.types import Answer, Citation, Spent

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
    message = {"role": "assistant", "content": chat_text.as_markdown(chat_text.content(answer))}
    return {
        **head("chat.completion", answer.model),
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        **_last(answer.citations),
        "answer_id": answer.answer_id,
        "usage": usage(answer.spent),
    }


def usage(spent: Spent | None) -> dict[str, int]:
    """Tokens that the model server counted for this very answer; none when no model wrote it."""
    read, written = (spent.prompt_tokens, spent.written_tokens) if spent else (0, 0)
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
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
        more = {"model": event.model, "answer_id": event.answer_id, **_last(event.citations)}
        yield from self._end(event.spent, more)

    def broken(self, problem: dict[str, Any]) -> Iterator[bytes]:
        """The end of an answer that has begun and failed."""
        cited = self._growing.citations
        yield from self._says(chat_text.broken(problem, cited))
        yield from self._end(None, {"problem": problem, **_last(cited)})

    def _says(self, words: str) -> Iterator[bytes]:
        if not words:
            return
        if not self._begun:
            self._begun = True
            yield self._chunk({"role": "assistant", "content": ""})
        yield self._chunk({"content": chat_text.as_markdown(words)})

    def _end(self, spent: Spent | None, more: dict[str, Any]) -> Iterator[bytes]:
        choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
        yield _data({**self._head, "choices": [choice], **more})
        if self._usage:
            yield _data({**self._head, "choices": [], "usage": usage(spent)})
        yield DONE

    def _chunk(self, delta: dict[str, str]) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        return _data({**self._head, "choices": [choice]})


def _last(cited: tuple[Citation, ...]) -> dict[str, Any]:
    return {"citations": [shapes.citation_shape(citation) for citation in cited]}


def _data(shape: dict[str, Any]) -> bytes:
    return b"data: " + as_json(shape) + b"\n\n"
