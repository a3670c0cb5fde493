"""A model server for the measures: Ollama's protocol, no model, and it notes what it took itself.

It writes one sentence, then the first word of another (which is what tells that the sentence is
over), then the rest.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NAME = "quick"
FIRST_SECONDS = 0.05  # before the first word, as a model has them
PIECES = ("Le texte ", "le dit ainsi [1]. ", "Il ", "ne dit rien d'autre [1].")
TELLING = 2  # the piece after which the first sentence is known to be whole
WINDOW = 32_768
CHARACTERS_PER_TOKEN = 5
CREATED = "2026-05-28T08:00:00.000000Z"


@dataclass
class QuickModel:
    """The server. `took`: for each answer, seconds from its request to its telling piece."""

    url: str = ""
    took: list[float] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[QuickModel]:
    """The server, on a port of its own, in threads of this process."""
    model = QuickModel()
    handler = type("Handler", (_Handler,), {"model": model})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    model.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    model: QuickModel

    def do_POST(self) -> None:
        """/api/show and /api/chat."""
        asked = time.perf_counter()
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/api/show":
            info = {"general.architecture": "quick", "quick.context_length": WINDOW}
            self._whole({"model_info": info, "details": {}, "capabilities": ["completion"]})
        else:
            self._written(asked, len(sent) // CHARACTERS_PER_TOKEN)

    def do_GET(self) -> None:
        """/api/tags."""
        self._whole({"models": [{"name": NAME, "model": NAME, "size": 1, "details": {}}]})

    def _written(self, asked: float, read: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        time.sleep(FIRST_SECONDS)
        for number, piece in enumerate(PIECES):
            self._chunk({"message": {"role": "assistant", "content": piece}, "done": False})
            if number == TELLING:
                self.model.took.append(time.perf_counter() - asked)
        counted = {"prompt_eval_count": read, "eval_count": 20, "eval_duration": 1_000_000}
        message = {"role": "assistant", "content": ""}
        self._chunk({"message": message, "done": True, "done_reason": "stop", **counted})
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, content: dict[str, Any]) -> None:
        data = json.dumps({"model": NAME, "created_at": CREATED, **content}).encode() + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _whole(self, content: dict[str, Any]) -> None:
        data = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *about: object) -> None:
        """Nothing."""
