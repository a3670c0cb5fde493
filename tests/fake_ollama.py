"""An Ollama server for tests, over a real socket: its protocol, and models that misbehave.

A behaviour is a function of the request that yields what goes over the wire: strings (pieces of
the answer), or the marks below. It keeps every exchange, so that a test can check them against
Ollama's own description.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from typing import Any

Json = Any
CREATED = "2026-05-28T08:00:00.000000Z"
WINDOW = 32768


@dataclass(frozen=True)
class Wait:
    """Nothing for a while."""

    seconds: float


@dataclass(frozen=True)
class Raw:
    """A line that is sent as it is."""

    line: str


@dataclass(frozen=True)
class Error:
    """An error body: before anything else with its status, after that as a line."""

    message: str
    status: int = 500


CUT = object()  # the connection breaks
NO_END = object()  # the stream ends without its last message


@dataclass(frozen=True)
class Truncated:
    """The server read only this many tokens of the prompt."""

    tokens: int


@dataclass(frozen=True)
class Length:
    """The answer stops because it reached `num_predict`."""


Step = Any
Behaviour = Callable[[Json], Iterator[Step]]


@dataclass(frozen=True)
class Exchange:
    """A request and the objects of its answer (several when it streams)."""

    method: str
    path: str
    body: Json
    status: int
    answers: list[Json]


@dataclass
class FakeOllama:
    """The server: models by name with their behaviour."""

    models: dict[str, Behaviour] = field(default_factory=dict)
    windows: dict[str, int | None] = field(default_factory=dict)
    remote: set[str] = field(default_factory=set)
    exchanges: list[Exchange] = field(default_factory=list)
    url: str = ""
    stopped: threading.Event = field(default_factory=threading.Event)  # a client went away

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


def says(*pieces: Step) -> Behaviour:
    """A model that says this, whatever it is asked."""
    return lambda request: iter(pieces)


def endless(request: Json) -> Iterator[Step]:
    """A model that repeats itself for ever, and a server that ignores `num_predict`."""
    while True:
        yield "Le texte ne le dit pas encore. "


def passages(request: Json) -> dict[int, str]:
    """The numbered passages that a prompt holds."""
    prompt = request["messages"][-1]["content"] if "messages" in request else request["prompt"]
    found = re.finditer(r'<passage numéro="(\d+)">\n(.*?)\n</passage>', prompt, re.DOTALL)
    return {int(match[1]): match[2] for match in found}


def number_of(request: Json, words: str) -> int:
    """The number of the passage that holds these words."""
    return next(number for number, held in passages(request).items() if words in held)


@contextmanager
def serving(**models: Behaviour) -> Iterator[FakeOllama]:
    """A server with these models on a port of its own."""
    fake = FakeOllama(models=dict(models))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(fake: FakeOllama) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answers = {
                "/api/tags": fake.listed,
                "/api/ps": fake.running,
                "/api/version": lambda: {"version": "0.12.6"},
            }
            make = answers.get(self.path)
            if make is None:
                self._whole(404, {"error": "404 page not found"}, None)
            else:
                self._whole(200, make(), None)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = body.get("model", "")
            if name not in fake.models:
                self._whole(404, {"error": f"model '{name}' not found"}, body)
            elif self.path == "/api/show":
                self._whole(200, fake.shown(name), body)
            elif self.path in ("/api/chat", "/api/generate"):
                self._written(name, body)
            else:
                self._whole(404, {"error": "404 page not found"}, body)

        def _written(self, name: str, body: Json) -> None:
            writing = _Written(name, self.path, body, fake.models[name](body))
            first = writing.first_error()
            if first is not None:
                self._whole(first.status, {"error": first.message}, body)
            elif body.get("stream", True):
                self._streamed(writing, body)
            else:
                self._whole(200, writing.whole(), body)

        def _streamed(self, writing: _Written, body: Json) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/x-ndjson")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            answers: list[Json] = []
            fake.exchanges.append(Exchange("POST", self.path, body, 200, answers))
            try:
                for line in writing.lines(answers):
                    data = (line + "\n").encode()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                    self.wfile.flush()
                if writing.broken:
                    self.close_connection = True
                    return
                self.wfile.write(b"0\r\n\r\n")
            except OSError:
                fake.stopped.set()
                self.close_connection = True

        def _whole(self, status: int, answer: Json, body: Json) -> None:
            fake.exchanges.append(Exchange(self.command, self.path, body, status, [answer]))
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *about: object) -> None:
            """Nothing."""

    return Handler


class _Written:
    """What one model writes, as Ollama's messages."""

    def __init__(self, name: str, path: str, body: Json, steps: Iterator[Step]) -> None:
        self._name = name
        self._chat = path == "/api/chat"
        self._steps = steps
        self._held: list[Step] = []
        self.broken = False
        said = json.dumps(body.get("messages", body.get("prompt")), ensure_ascii=False)
        self._read = len(said) // 4
        self._reason = "stop"

    def first_error(self) -> Error | None:
        """The error that comes before anything else."""
        first = next(self._steps, None)
        if isinstance(first, Error):
            return first
        self._held = [] if first is None else [first]
        return None

    def lines(self, answers: list[Json]) -> Iterator[str]:
        """The lines of a stream; each object is also kept in `answers`."""
        for step in self._all():
            if step is CUT:
                self.broken = True
                return
            if step is NO_END:
                return
            if isinstance(step, Raw):
                yield step.line
                continue
            answers.append({"error": step.message} if isinstance(step, Error) else self._part(step))
            yield json.dumps(answers[-1], ensure_ascii=False)
            if isinstance(step, Error):
                return
        answers.append(self._last(""))
        yield json.dumps(answers[-1])

    def whole(self) -> Json:
        """The one object of an answer that does not stream."""
        return self._last("".join(step for step in self._all() if isinstance(step, str)))

    def _all(self) -> Iterator[Step]:
        for step in chain(self._held, self._steps):
            if isinstance(step, Wait):
                time.sleep(step.seconds)
            elif isinstance(step, Truncated):
                self._read = step.tokens
            elif isinstance(step, Length):
                self._reason = "length"
            else:
                yield step

    def _part(self, words: str) -> Json:
        return {"model": self._name, "created_at": CREATED, **self._words(words), "done": False}

    def _last(self, words: str) -> Json:
        return {
            "model": self._name,
            "created_at": CREATED,
            **self._words(words),
            "done": True,
            "done_reason": self._reason,
            "total_duration": 5_000_000,
            "load_duration": 1_000_000,
            "prompt_eval_count": self._read,
            "prompt_eval_duration": 2_000_000,
            "eval_count": 10,
            "eval_duration": 2_000_000,
        }

    def _words(self, words: str) -> Json:
        if self._chat:
            return {"message": {"role": "assistant", "content": words}}
        return {"response": words}
