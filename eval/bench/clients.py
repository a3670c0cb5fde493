"""Clients of a server, in a process of their own: they share neither its GIL nor the bench's.

`python -m eval.bench.clients` reads a `Plan` as JSON and prints what came of it. HTTP is spoken by
hand, for a client library would take more of the machine than the server.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from eval.bench.child import ROOT
from eval.bench.measure import Times, percentile

EVENTS = "text/event-stream"
NO_STATE = ""  # of an answer that rests on nothing that is marked


@dataclass(frozen=True, slots=True)
class Call:
    """A request that is sent over and over."""

    path: str
    body: dict[str, Any]
    accept: str = "application/json"


@dataclass(frozen=True, slots=True)
class Plan:
    """`clients` at once, each with a connection, take the calls in turn for `seconds`, or until
    `requests` (0: as many as there is time for). `mark`: a pattern whose group tells the state
    that words are of."""

    url: str
    calls: list[Call]
    clients: int
    seconds: float
    requests: int = 0
    mark: str = ""


@dataclass(slots=True)
class Outcome:
    """What came of a plan. Latencies in seconds by path (and accept, for events).

    `marks`: how many answers were of that state; `mixed`: answers that were of several.
    """

    seconds: float = 0.0
    latencies: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)
    mixed: list[str] = field(default_factory=list)

    @property
    def all(self) -> Times:
        """Every latency."""
        return Times([value for values in self.latencies.values() for value in values])

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.all.values) / self.seconds if self.seconds else 0.0


def shown(times: Times) -> str:
    """p50, p95 and p99 in milliseconds."""
    parts = (f"p{share} {1000 * percentile(times.values, share):.1f}" for share in (50, 95, 99))
    return f"{' / '.join(parts)} ms" if times.values else "none"


def run(plan: Plan) -> Outcome:
    """Carry it out in another process.

    Raises:
        RuntimeError: that process failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "eval.bench.clients"],
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"clients: {done.stderr[-2000:]}")
    return Outcome(**json.loads(done.stdout))


class Clients:
    """Those of one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._requests = [(_name(call), _written(call)) for call in plan.calls]
        self._numbers: Iterator[int] = iter(range(plan.requests)) if plan.requests else count()
        self._until = time.perf_counter() + plan.seconds
        self.outcome = Outcome()

    async def run(self) -> None:
        """Ask until the plan is carried out."""
        started = time.perf_counter()
        await asyncio.gather(*(self._client() for _ in range(self._plan.clients)))
        self.outcome.seconds = time.perf_counter() - started

    async def _client(self) -> None:
        address = urlsplit(self._plan.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        for number in self._numbers:
            name, sent = self._requests[number % len(self._requests)]
            started = time.perf_counter()
            writer.write(sent)
            status, body = await answer(reader)
            self.outcome.latencies.setdefault(name, []).append(time.perf_counter() - started)
            self.judge(name, status, body.decode())
            if time.perf_counter() > self._until:
                break
        writer.close()

    def judge(self, name: str, status: int, body: str) -> None:
        """Note what is wrong with an answer, and the states that it is of."""
        if status != 200 or "event: problem" in body:
            self.outcome.errors.append(f"{name}: {status} {body[-300:]}")
        if not self._plan.mark:
            return
        found = sorted(set(re.findall(self._plan.mark, body)))
        if len(found) > 1:
            self.outcome.mixed.append(f"{name}: {', '.join(found)}: {body}")
        for state in found or [NO_STATE]:
            self.outcome.marks[state] = self.outcome.marks.get(state, 0) + 1


def _name(call: Call) -> str:
    return f"{call.path} events" if call.accept == EVENTS else call.path


def _written(call: Call) -> bytes:
    body = json.dumps(call.body).encode()
    head = (
        f"POST {call.path} HTTP/1.1\r\nHost: localhost\r\nAccept: {call.accept}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """(status, body) of the response that comes next."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(None, 2)[1])
    if b"transfer-encoding: chunked" in head:
        return status, b"".join([chunk async for chunk in _chunks(reader)])
    length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
    return status, await reader.readexactly(int(length))


async def _chunks(reader: asyncio.StreamReader) -> Any:
    while True:
        size = int(await reader.readline(), 16)
        chunk = await reader.readexactly(size)
        await reader.readexactly(2)
        if not size:
            return
        yield chunk


def asks(path: str, questions: Sequence[str], accept: str = "application/json") -> list[Call]:
    """A call for each question."""
    return [Call(path, {"question": question}, accept) for question in questions]


def _main() -> None:
    given = json.load(sys.stdin)
    plan = Plan(**{**given, "calls": [Call(**call) for call in given["calls"]]})
    clients = Clients(plan)
    asyncio.run(clients.run())
    json.dump(asdict(clients.outcome), sys.stdout)


if __name__ == "__main__":
    _main()
