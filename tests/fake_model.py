"""What fake model servers share: models that misbehave, and how a client that leaves is noticed.

A behaviour is a function of the request that yields what goes over the wire: strings (pieces of
the answer), or the marks below.
"""

from __future__ import annotations

import json
import re
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from typing import Any

Json = Any


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
class FakeServer:
    """The server: models by name with their behaviour, and every exchange."""

    models: dict[str, Behaviour] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)  # of every request
    url: str = ""
    stopped: threading.Event = field(default_factory=threading.Event)  # a client went away


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


class Writing:
    """The steps of one answer, seen from the protocol: waits are waited for here."""

    def __init__(self, client: socket.socket, request: Json, steps: Iterator[Step]) -> None:
        self._client = client
        self._steps = steps
        said = json.dumps(request.get("messages", request.get("prompt")), ensure_ascii=False)
        self.read = len(said) // 4  # tokens of the prompt
        self.reason = "stop"

    def first_error(self) -> Error | None:
        """The error that comes before anything else; a server answers nothing until it knows."""
        first = next(self.steps(), None)
        if isinstance(first, Error):
            return first
        self._steps = chain([] if first is None else [first], self._steps)
        return None

    def steps(self) -> Iterator[Step]:
        """What goes over the wire: words, Raw, Error, CUT, NO_END.

        Raises:
            ConnectionError: the client went away.
        """
        for step in self._steps:
            if isinstance(step, Wait):
                self._wait(step.seconds)
            elif isinstance(step, Truncated):
                self.read = step.tokens
            elif isinstance(step, Length):
                self.reason = "length"
            else:
                yield step

    def _wait(self, seconds: float) -> None:
        readable, _, _ = select.select([self._client], [], [], seconds)
        if readable and not self._client.recv(1, socket.MSG_PEEK):
            raise ConnectionError("the client went away")


@contextmanager
def listening(fake: FakeServer, handler: type[BaseHTTPRequestHandler]) -> Iterator[None]:
    """The server on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class FakeHandler(BaseHTTPRequestHandler):
    """HTTP, for both protocols."""

    protocol_version = "HTTP/1.1"
    fake: FakeServer

    def parse_request(self) -> bool:
        """Keeps the headers."""
        parsed = super().parse_request()
        if parsed:
            self.fake.headers.append(dict(self.headers.items()))
        return parsed

    def sent(self) -> Json:
        """The object that came with the request."""
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def whole(self, status: int, answer: Json, body: Json) -> None:
        """One object."""
        self.fake.exchanges.append(Exchange(self.command, self.path, body, status, [answer]))
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def streamed(self, kind: str, lines: Iterator[str], answers: list[Json], body: Json) -> None:
        """Piece by piece; `Broken` from `lines` breaks the connection."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.fake.exchanges.append(Exchange("POST", self.path, body, 200, answers))
        for line in lines:
            data = line.encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    @contextmanager
    def noticing(self) -> Iterator[None]:
        """A client that goes away is noted."""
        try:
            yield
        except Broken:
            self.close_connection = True
        except OSError:
            self.fake.stopped.set()
            self.close_connection = True

    def log_message(self, *about: object) -> None:
        """Nothing."""


class Broken(Exception):
    """The script breaks the connection."""
