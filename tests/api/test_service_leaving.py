"""A client that goes away stops what is done for it, wherever that has got to."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import fake_ollama as ollama
import httpx
import pytest
from fake_ollama import Behaviour, FakeOllama
from serving import Served, serving
from small_folder import filled
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from api.leaving import Leaving, stop_of
from api.limits import FairQueue
from api.serving import Service
from rag.answering.stopping import Stop
from rag.types import Asked

QUESTION = "Quel est le délai du recours gracieux ?"
SECONDS = 10.0  # far more than it takes, far less than a model's silence here
LONG = 60.0
JSON, EVENTS = "application/json", "text/event-stream"
GOOD = "Le recours gracieux est formé dans un délai de trois mois [1]."


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeOllama]:
    with ollama.serving() as running:
        yield running


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory, fake: FakeOllama) -> Iterator[Served]:
    """A server that writes one answer at a time and lets one more wait."""
    data = filled(tmp_path_factory.mktemp("leaving"))
    one = {"serve_answers": 1, "serve_waiting": 1, "serve_cache": 0, "min_confidence": 0}
    with serving(data, model_url=fake.url, model_silence_timeout=LONG, **one) as running:
        yield running


class Line:
    """How many requests entered the lines, and how many left one without a turn."""

    def __init__(self) -> None:
        self.entered = self.left = 0

    def wait(self, entered: int = 0, left: int = 0) -> None:
        _wait(lambda: self.entered >= entered and self.left >= left)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    seen, real = Line(), FairQueue.acquire

    async def acquire(queue: FairQueue, caller: str) -> None:
        seen.entered += 1  # and in the line before the loop does anything else
        try:
            await real(queue, caller)
        except asyncio.CancelledError:
            seen.left += 1
            raise

    monkeypatch.setattr(FairQueue, "acquire", acquire)
    return seen


def leaving(served: Served, question: str, accept: str) -> socket.socket:
    """A request that was sent; closing the socket is going away."""
    body = json.dumps({"question": question, "model": "m"}).encode()
    made = socket.create_connection(("127.0.0.1", served.everyone.base_url.port or 0), SECONDS)
    head = f"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    made.sendall(head.encode() + body)
    return made


def ask(served: Served, question: str = QUESTION) -> httpx.Response:
    return served.everyone.post("/v1/ask", json={"question": question, "model": "m"})


def then(*steps: Any) -> tuple[Behaviour, threading.Event]:
    """A model that takes these steps, and an event once it was asked."""
    asked = threading.Event()

    def behave(_request: Any) -> Iterator[Any]:
        asked.set()
        yield from steps

    return behave, asked


@pytest.mark.parametrize("accept", [JSON, EVENTS])
@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((ollama.Wait(LONG),), id="silent"),
        pytest.param(("Le recours gra", ollama.Wait(LONG)), id="in a word"),
        pytest.param((f"{GOOD} ", "Il ", ollama.Wait(LONG)), id="after a sentence"),
    ],
)
def test_the_model_is_stopped(
    narrow: Served, fake: FakeOllama, accept: str, steps: tuple[Any, ...]
) -> None:
    for _ in range(2):  # more often than there are slots
        fake.models["m"], asked = then(*steps)
        fake.stopped.clear()
        with leaving(narrow, QUESTION, accept):
            assert asked.wait(SECONDS)
        assert fake.stopped.wait(SECONDS)
    fake.models["m"], _ = then(GOOD)
    assert ask(narrow).status_code == 200


@pytest.mark.parametrize("accept", [JSON, EVENTS])
def test_who_leaves_the_line_is_never_answered(
    narrow: Served, fake: FakeOllama, accept: str, line: Line
) -> None:
    go, answers = threading.Event(), list[httpx.Response]()

    def behave(_request: Any) -> Iterator[Any]:
        assert go.wait(SECONDS)
        yield GOOD

    def answered(question: str) -> None:
        answers.append(ask(narrow, question))

    fake.models["m"] = behave
    fake.exchanges.clear()
    threads = [threading.Thread(target=answered, args=(f"recours {n}",)) for n in (1, 2)]
    threads[0].start()
    line.wait(entered=1)
    with leaving(narrow, "recours parti", accept):
        line.wait(entered=2)
    line.wait(left=1)
    threads[1].start()  # there is one place in the line: refused, if it were still taken
    line.wait(entered=3)
    go.set()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200, 200]
    asked = [json.dumps(each.body, ensure_ascii=False) for each in fake.exchanges]
    assert any("recours 2" in each for each in asked)
    assert not any("recours parti" in each for each in asked)


def test_what_is_late_is_stopped(narrow: Served) -> None:
    stopped = threading.Event()

    def waiting(_self: Service, _asked: Asked, stop: Stop) -> None:
        with stop.waking(stopped.set):
            assert stopped.wait(SECONDS)

    with (
        mock.patch.object(Service, "ask", waiting),
        mock.patch("api.workers.asyncio.timeout", lambda _seconds: asyncio.timeouts.timeout(0.05)),
    ):
        answer = ask(narrow)
    assert (answer.status_code, answer.json()["type"]) == (504, "urn:referent:time-out")
    assert stopped.is_set()


# Leaving by itself


class Client:
    """The two ends of one request."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.left = asyncio.Event()
        self._body: list[Message] = [{"type": "http.request", "body": b"?", "more_body": False}]

    async def receive(self) -> Message:
        if self._body:
            return self._body.pop()
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)


def served_by(app: Any, client: Client) -> Any:
    return Leaving(app)({"type": "http", "method": "GET"}, client.receive, client.send)


def test_the_work_is_cancelled_and_the_server_is_not() -> None:
    async def test() -> None:
        client, stops = Client(), list[Stop]()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            stops.append(stop_of(Request(scope)))
            client.left.set()
            await asyncio.sleep(SECONDS)
            raise AssertionError("not cancelled")

        await served_by(app, client)
        assert stops[0].is_set() and client.sent == []
        await asyncio.sleep(0)  # this task itself goes on

    asyncio.run(test())


def test_after_the_answer_nothing_is_cancelled() -> None:
    async def test() -> None:
        client, after = Client(), list[str]()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            assert (await receive())["body"] == b"?"
            await Response(b"ok")(scope, receive, send)
            client.left.set()
            assert (await receive())["type"] == "http.disconnect"
            after.append("what comes after the answer")
            assert not stop_of(Request(scope)).is_set()

        await served_by(app, client)
        assert after and client.sent[-1]["body"] == b"ok"

    asyncio.run(test())


def test_a_server_that_stops_cancels_as_ever() -> None:
    async def test() -> None:
        client, stops = Client(), list[Stop]()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            stops.append(stop_of(Request(scope)))
            await asyncio.sleep(SECONDS)

        task = asyncio.create_task(served_by(app, client))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert stops[0].is_set()

    asyncio.run(test())


def _wait(holds: Any) -> None:
    until = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)
