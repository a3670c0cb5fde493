"""An Ollama server for tests, over a real socket: its protocol, and models that misbehave.

It keeps every exchange, so that a test can check them against Ollama's own description.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fake_model import (
    CUT,
    NO_END,
    Behaviour,
    Broken,
    Error,
    Exchange,
    FakeHandler,
    FakeServer,
    Json,
    Length,
    Raw,
    Step,
    Truncated,
    Wait,
    Writing,
    endless,
    listening,
    number_of,
    passages,
    says,
)

__all__ = [
    "CUT", "NO_END", "WINDOW", "Behaviour", "Error", "Exchange", "FakeOllama", "Length", "Raw",
    "Step", "Truncated", "Wait", "endless", "number_of", "passages", "says", "serving",
]  # fmt: skip
CREATED = "2026-05-28T08:00:00.000000Z"
WINDOW = 32768
READ_NS, WRITTEN_NS = 2_000_000, 5_000_000  # what it says that it took
WRITTEN = 10  # tokens


@dataclass
class FakeOllama(FakeServer):
    """The server, and what it says of its models."""

    windows: dict[str, int | None] = field(default_factory=dict)
    remote: set[str] = field(default_factory=set)

    def listed(self) -> Json:
        """/api/tags."""
        return {"models": [self._summary(name) for name in self.models]}

    def running(self) -> Json:
        """/api/ps: the first model is loaded."""
        loaded = [
            {**self._summary(name), "expires_at": CREATED, "size_vram": 0, "context_length": 4096}
            for name in list(self.models)[:1]
        ]
        for entry in loaded:
            entry.pop("modified_at")
        return {"models": loaded}

    def shown(self, name: str) -> Json:
        """/api/show."""
        info: dict[str, Any] = {"general.architecture": "fake"}
        window = self.windows.get(name, WINDOW)
        if window:
            info["fake.context_length"] = window
        remote = {"remote_host": "https://ollama.com"} if name in self.remote else {}
        return {
            "parameters": "",
            "license": "",
            "capabilities": ["completion"],
            "modified_at": CREATED,
            "details": _DETAILS,
            "model_info": info,
            **remote,
        }

    def _summary(self, name: str) -> dict[str, Any]:
        remote = {"remote_host": "https://ollama.com"} if name in self.remote else {}
        return {
            "name": name,
            "model": name,
            "modified_at": CREATED,
            "size": 4_700_000_000,
            "digest": "0" * 64,
            "details": _DETAILS,
            **remote,
        }


_DETAILS = {
    "format": "gguf",
    "family": "fake",
    "families": ["fake"],
    "parameter_size": "8.0B",
    "quantization_level": "Q4_K_M",
}


@contextmanager
def serving(**models: Behaviour) -> Iterator[FakeOllama]:
    """A server with these models on a port of its own."""
    fake = FakeOllama(models=dict(models))
    with listening(fake, type("Handler", (_Handler,), {"fake": fake})):
        yield fake


class _Handler(FakeHandler):
    fake: FakeOllama

    def do_GET(self) -> None:  # noqa: N802
        answers = {
            "/api/tags": self.fake.listed,
            "/api/ps": self.fake.running,
            "/api/version": lambda: {"version": "0.12.6"},
        }
        make = answers.get(self.path)
        if make is None:
            self.whole(404, {"error": "404 page not found"}, None)
        else:
            self.whole(200, make(), None)

    def do_POST(self) -> None:  # noqa: N802
        body = self.sent()
        name = body.get("model", "")
        if name not in self.fake.models:
            self.whole(404, {"error": f"model '{name}' not found"}, body)
        elif self.path == "/api/show":
            self.whole(200, self.fake.shown(name), body)
        elif self.path in ("/api/chat", "/api/generate"):
            with self.noticing():
                self._written(name, body)
        else:
            self.whole(404, {"error": "404 page not found"}, body)

    def _written(self, name: str, body: Json) -> None:
        steps = self.fake.models[name](body)
        writing = _Written(name, self.path, Writing(self.connection, body, steps))
        first = writing.script.first_error()
        if first is not None:
            self.whole(first.status, {"error": first.message}, body)
        elif body.get("stream", True):
            answers: list[Json] = []
            self.streamed("application/x-ndjson", writing.lines(answers), answers, body)
        else:
            self.whole(200, writing.whole(), body)


class _Written:
    """What one model writes, as Ollama's messages."""

    def __init__(self, name: str, path: str, script: Writing) -> None:
        self._name = name
        self._chat = path == "/api/chat"
        self.script = script

    def lines(self, answers: list[Json]) -> Iterator[str]:
        """The lines of a stream; each object is also kept in `answers`."""
        for step in self.script.steps():
            if step is CUT:
                raise Broken
            if step is NO_END:
                return
            if isinstance(step, Raw):
                yield step.line + "\n"
                continue
            answers.append({"error": step.message} if isinstance(step, Error) else self._part(step))
            yield json.dumps(answers[-1], ensure_ascii=False) + "\n"
            if isinstance(step, Error):
                return
        answers.append(self._last(""))
        yield json.dumps(answers[-1]) + "\n"

    def whole(self) -> Json:
        """The one object of an answer that does not stream."""
        return self._last("".join(step for step in self.script.steps() if isinstance(step, str)))

    def _part(self, words: str) -> Json:
        return {"model": self._name, "created_at": CREATED, **self._words(words), "done": False}

    def _last(self, words: str) -> Json:
        return {
            "model": self._name,
            "created_at": CREATED,
            **self._words(words),
            "done": True,
            "done_reason": self.script.reason,
            "total_duration": READ_NS + WRITTEN_NS + 1_000_000,
            "load_duration": 1_000_000,
            "prompt_eval_count": self.script.read,
            "prompt_eval_duration": READ_NS,
            "eval_count": WRITTEN,
            "eval_duration": WRITTEN_NS,
        }

    def _words(self, words: str) -> Json:
        if self._chat:
            return {"message": {"role": "assistant", "content": words}}
        return {"response": words}
