"""An OpenAI-compatible server for tests, over a real socket, as vLLM and llama.cpp answer.

The shapes are those of vLLM 0.15 (`max_model_len`, `NotFoundError`, an error as an event of the
stream) and of llama.cpp's server (`meta.n_ctx`, /props, `exceed_context_size_error`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fake_model import (
    CUT,
    NO_END,
    Behaviour,
    Broken,
    Error,
    FakeHandler,
    FakeServer,
    Json,
    Raw,
    Writing,
    listening,
)

CREATED = 1_780_000_000
WINDOW = 32768
WRITTEN = 10  # tokens
NO_USAGE = object()  # the server knows no `stream_options`
NO_DONE = object()  # everything but the last line


@dataclass
class FakeOpenAi(FakeServer):
    """The server, and what it says of its models."""

    key: str = ""
    llama: bool = False  # llama.cpp's server; else vLLM
    in_list: bool = True  # llama.cpp: the window is in the list, as recent builds say it
    windows: dict[str, int | None] = field(default_factory=dict)
    adapters: dict[str, str] = field(default_factory=dict)  # vLLM: name → its base model
    unloaded: set[str] = field(default_factory=set)  # llama.cpp's router

    def window(self, name: str) -> int | None:
        """What the server holds."""
        return self.windows.get(name, WINDOW)

    def card(self, name: str) -> Json:
        """An entry of /v1/models."""
        card = {"id": name, "object": "model", "created": CREATED}
        if not self.llama:
            parent = self.adapters.get(name)
            window = None if parent else self.window(name)
            return {**card, "owned_by": "vllm", "root": "/models", "parent": parent,
                    "max_model_len": window, "permission": []}  # fmt: skip
        if name in self.unloaded:
            return {**card, "owned_by": "llamacpp", "status": {"value": "unloaded", "args": []}}
        meta = {"vocab_type": 2, "n_vocab": 128256, "n_ctx_train": 131072, "n_embd": 4096,
                "n_params": 8_030_261_312, "size": 4_912_898_304}  # fmt: skip
        if self.in_list:
            meta["n_ctx"] = self.window(name) or 0
        return {**card, "owned_by": "llamacpp", "meta": meta}


def answers(fake: FakeOpenAi) -> list[Json]:
    """The requests to write that it got."""
    return [each.body for each in fake.exchanges if each.path.endswith("/chat/completions")]


@contextmanager
def serving(**models: Behaviour) -> Iterator[FakeOpenAi]:
    """A server with these models on a port of its own."""
    fake = FakeOpenAi(models=dict(models))
    with listening(fake, type("Handler", (_Handler,), {"fake": fake})):
        yield fake


class _Handler(FakeHandler):
    fake: FakeOpenAi

    def do_GET(self) -> None:  # noqa: N802
        asked = urlsplit(self.path)
        if not self._may():
            return
        if asked.path == "/v1/models":
            cards = [self.fake.card(name) for name in self.fake.models]
            self.whole(200, {"object": "list", "data": cards}, None)
        elif asked.path == "/props" and self.fake.llama:
            self._props(parse_qs(asked.query))
        else:
            self.whole(404, {"detail": "Not Found"}, None)

    def do_POST(self) -> None:  # noqa: N802
        body = self.sent()
        if not self._may():
            return
        name = body.get("model", "")
        if self.path != "/v1/chat/completions":
            self.whole(404, {"detail": "Not Found"}, body)
        elif name not in self.fake.models:
            said = f"The model `{name}` does not exist."
            self.whole(404, _error(said, 404, "NotFoundError"), body)
        else:
            with self.noticing():
                self._written(name, body)

    def _may(self) -> bool:
        right = self.headers.get("Authorization") == f"Bearer {self.fake.key}"
        if self.fake.key and not right:
            said = _error("Invalid API Key", 401, "authentication_error")
            self.whole(401, said if self.fake.llama else {"error": "Unauthorized"}, None)
        return right or not self.fake.key

    def _props(self, query: dict[str, list[str]]) -> None:
        name = query.get("model", [""])[0]
        if name in self.fake.unloaded and query.get("autoload") == ["false"]:
            self.whole(400, _error("model is not loaded", 400, "invalid_request_error"), None)
            return
        held = self.fake.window(name) or 0
        self.whole(200, {"default_generation_settings": {"n_ctx": held}, "total_slots": 1}, None)

    def _written(self, name: str, body: Json) -> None:
        writing = _Written(name, body, Writing(self.connection, body, self.fake.models[name](body)))
        first = writing.script.first_error()
        if first is not None:
            kind = "InternalServerError" if first.status == 500 else "BadRequestError"
            self.whole(first.status, _error(first.message, first.status, kind), body)
            return
        objects: list[Json] = []
        self.streamed("text/event-stream; charset=utf-8", writing.events(objects), objects, body)


class _Written:
    """What one model writes, as the events of a stream."""

    def __init__(self, name: str, body: Json, script: Writing) -> None:
        self._name = name
        self._usage = body.get("stream_options", {}).get("include_usage", False)
        self._done = True
        self.script = script

    def events(self, objects: list[Json]) -> Iterator[str]:
        """`data: …` each; each object is also kept in `objects`."""
        for event in self._objects():
            if isinstance(event, Raw):
                yield f"data: {event.line}\n\n"
                continue
            objects.append(event)
            yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n"
        if self._done:
            yield "data: [DONE]\n\n"

    def _objects(self) -> Iterator[Any]:
        yield self._chunk({"role": "assistant", "content": ""})
        for step in self.script.steps():
            if step is CUT:
                raise Broken
            if step is NO_END:
                self._done = False
                return
            if isinstance(step, Error):
                yield _error(step.message, step.status, "InternalServerError")
                return
            if step is NO_USAGE:
                self._usage = False
            elif step is NO_DONE:
                self._done = False
            else:
                yield step if isinstance(step, Raw) else self._chunk({"content": step})
        yield self._chunk({}, self.script.reason)
        if self._usage:
            yield self._last()

    def _chunk(self, delta: Json, reason: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return {**self._head(), "choices": [choice]}

    def _last(self) -> Json:
        read = self.script.read
        usage = {
            "prompt_tokens": read,
            "total_tokens": read + WRITTEN,
            "completion_tokens": WRITTEN,
        }
        return {**self._head(), "choices": [], "usage": usage}

    def _head(self) -> Json:
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": CREATED,
                "model": self._name}  # fmt: skip


def _error(said: str, status: int, kind: str) -> Json:
    return {"error": {"message": said, "type": kind, "param": None, "code": status}}
