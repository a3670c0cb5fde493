"""Turns, time-outs and failures: each is a clear problem, and the next request is served."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from unittest import mock

import httpx
import pytest
from serving import Served, serving
from small_folder import filled

from api import limits, problems
from api.limits import FairQueue, host_name
from api.problems import Refused
from api.server import bound
from api.serving import Service, Workers
from rag.errors import CatalogueBusy, CatalogueError, IndexFailure, ReferentError

QUESTION = {"question": "recours gracieux"}


# Turns


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(10):
            await test()

    asyncio.run(bounded())


def test_callers_are_served_in_turn() -> None:
    async def test() -> None:
        queue = FairQueue(1, 10)
        served: list[str] = []

        async def ask(caller: str) -> None:
            await queue.acquire(caller)
            served.append(caller)
            await asyncio.sleep(0)
            queue.release()

        async with asyncio.TaskGroup() as tasks:
            for caller in "aaaaabbc":
                tasks.create_task(ask(caller))
        assert "".join(served) == "aabcabaa"

    run(test)


def test_a_caller_has_so_many_requests_in_line() -> None:
    async def test() -> None:
        queue = FairQueue(1, 2)
        await queue.acquire("a")
        waiting = [asyncio.create_task(queue.acquire("a")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Refused) as refused:
            await queue.acquire("a")
        assert refused.value.kind is problems.TOO_MANY
        other = asyncio.create_task(queue.acquire("b"))
        for _ in range(3):
            queue.release()
        await asyncio.gather(*waiting, other)

    run(test)


def test_a_line_is_so_long_for_all_callers_together() -> None:
    """Where anybody can be many callers: who logs in from many addresses."""

    async def test() -> None:
        queue = FairQueue(1, 2, total=3)
        await queue.acquire("a")
        waiting = [asyncio.create_task(queue.acquire(caller)) for caller in "bcd"]
        await asyncio.sleep(0)
        for _ in range(1000):
            with pytest.raises(Refused) as refused:
                await queue.acquire("e")
            assert refused.value.kind is problems.BUSY
        assert queue.waiting == 3 and len(queue._lines) == 3
        for _ in range(4):
            queue.release()
        await asyncio.gather(*waiting)
        await queue.acquire("e")

    run(test)


@pytest.mark.parametrize("late", [False, True])
def test_who_leaves_the_line_takes_no_slot_along(late: bool) -> None:
    async def test() -> None:
        queue = FairQueue(1, 10)
        await queue.acquire("a")
        leaving = asyncio.create_task(queue.acquire("b"))
        await asyncio.sleep(0)
        if late:
            queue.release()  # its turn has come, but it does not know yet
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        if not late:
            queue.release()
        await queue.acquire("c")

    run(test)


def test_late_work_is_given_up_and_keeps_its_slot() -> None:
    async def test() -> None:
        workers = Workers(1, 10, 0.1)
        go = threading.Event()
        with pytest.raises(Refused) as refused:
            await workers.run("a", lambda: go.wait(5))
        assert refused.value.kind is problems.LATE
        with pytest.raises(Refused):
            await workers.run("b", lambda: True)  # no turn: the slot is still taken
        go.set()
        while True:
            try:
                assert await workers.run("c", lambda: True)
                break
            except Refused:
                continue
        workers.close()

    run(test)


def test_the_error_of_work_reaches_who_asked() -> None:
    async def test() -> None:
        workers = Workers(1, 10, 5)

        def fail() -> None:
            raise IndexFailure("x")

        for _ in range(3):
            with pytest.raises(IndexFailure):
                await workers.run("a", fail)
        workers.close()

    run(test)


@pytest.mark.parametrize(
    ("header", "name"),
    [("a", "a"), ("A:80", "a"), ("[::1]:80", "::1"), ("[::1]", "::1"), ("", ""), ("[", "")],
)
def test_host_names(header: str, name: str) -> None:
    assert host_name(header) == name


# Over HTTP


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that does one thing at a time, lets one wait, and is not patient."""
    data = filled(tmp_path_factory.mktemp("narrow"))
    one = {"serve_searches": 1, "serve_answers": 1, "serve_waiting": 1}
    with serving(data, **one, serve_timeout=3, model_timeout=0.1, journal=False) as running:
        yield running


def test_too_many_requests(narrow: Served) -> None:
    go = threading.Event()

    def slow(*_: object) -> object:
        go.wait(5)
        raise IndexFailure("secret /path")

    answers: list[httpx.Response] = []

    def ask() -> None:
        answers.append(narrow.everyone.post("/v1/search", json=QUESTION))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    with mock.patch.object(Service, "search", slow):
        for thread in threads:
            thread.start()
            time.sleep(0.05)
        assert narrow.everyone.get("/health/ready").status_code == 200  # has its own thread
        go.set()
        for thread in threads:
            thread.join()
    assert sorted(answer.status_code for answer in answers) == [429, 503, 503]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["retry-after"] == "2"
    assert narrow.everyone.post("/v1/search", json=QUESTION).status_code == 200


def test_late_answers(narrow: Served) -> None:
    go = threading.Event()
    with mock.patch.object(Service, "ask", lambda *_: go.wait(5)):
        answer = narrow.everyone.post("/v1/ask", json=QUESTION)
        go.set()
    assert (answer.status_code, answer.json()["type"]) == (504, "urn:referent:time-out")
    assert narrow.everyone.post("/v1/ask", json=QUESTION).status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (CatalogueBusy("secret", where="/secret"), 503, "busy"),
        (CatalogueError("secret", where="/secret"), 503, "unavailable"),
        (IndexFailure("secret", where="/secret"), 503, "unavailable"),
        (ReferentError("secret"), 503, "unavailable"),
        (ValueError("secret"), 500, "internal"),
    ],
)
def test_nothing_of_the_inside_is_told(
    narrow: Served, error: Exception, status: int, kind: str
) -> None:
    with mock.patch.object(Service, "search", side_effect=error):
        answer = narrow.everyone.post("/v1/search", json=QUESTION)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:referent:{kind}")
    assert "secret" not in answer.text
    assert narrow.everyone.post("/v1/search", json=QUESTION).status_code == 200


def test_a_catalogue_that_cannot_be_read_is_not_ready(narrow: Served) -> None:
    with mock.patch.object(Service, "state", side_effect=CatalogueError("secret")):
        answer = narrow.everyone.get("/health/ready")
    assert answer.status_code == 503
    assert narrow.everyone.get("/health/live").status_code == 200


@pytest.mark.slow
def test_an_index_that_cannot_follow_is_not_ready(narrow: Served) -> None:
    with mock.patch("api.serving.ready_index", side_effect=IndexFailure("secret")):
        _wait(lambda: narrow.everyone.get("/health/ready").status_code == 503)
        assert narrow.everyone.get("/health/ready").json()["ready"] is False
        assert narrow.everyone.post("/v1/search", json=QUESTION).status_code == 200
    _wait(lambda: narrow.everyone.get("/health/ready").status_code == 200)


def test_a_body_that_does_not_come_is_given_up(
    narrow: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.2)
    with _raw(narrow) as connection:
        connection.sendall(
            b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
        )
        assert b" 408 " in connection.recv(4096).splitlines()[0]


@pytest.mark.parametrize(
    "bytes_sent",
    [b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\n" + b"a" * 200_000],
)
def test_what_is_no_http_harms_nobody(narrow: Served, bytes_sent: bytes) -> None:
    # the server may hang up before all is sent: that is its answer too
    with _raw(narrow) as connection, contextlib.suppress(OSError):
        connection.sendall(bytes_sent)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(4096)[:13] in (b"", b"HTTP/1.1 400 ")
    assert narrow.everyone.post("/v1/search", json=QUESTION).status_code == 200


def test_without_a_journal_nothing_is_written_down(
    narrow: Served, capfd: pytest.CaptureFixture[str]
) -> None:
    narrow.everyone.post("/v1/ask", json={"question": "confidentiel"})
    narrow.everyone.get("/v1/articles/confidentiel")
    narrow.everyone.post("/v1/ask", json={"question": "confidentiel", "limit": 0})
    assert capfd.readouterr() == ("", "")
    assert not [
        path
        for path in Path(narrow.data).rglob("*")
        if path.is_file() and b"confidentiel" in path.read_bytes()
    ]


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """asyncio switches Nagle's algorithm off only for sockets that say they are TCP."""
    with bound("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_requests_are_traced_for_nobody(narrow: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    with mock.patch("fastapi.telemetry._asgi.NativeTelemetry.__call__") as traced:
        assert narrow.everyone.post("/v1/search", json=QUESTION).status_code == 200
    assert not traced.called


def _raw(served: Served) -> socket.socket:
    port = served.everyone.base_url.port
    assert port
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def _wait(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)
