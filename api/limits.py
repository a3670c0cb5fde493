"""What one request may cost: its size, the time its body takes to arrive, its turn among others."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.streaming import SPOOL, Arriving, Spool, Streamed, too_large

BODY_SECONDS = 10.0  # for a whole body to arrive
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{0,5})?", re.IGNORECASE)
Telling = Callable[[Request, problems.Refused], Response]  # how a refusal is said to who asked


class FairQueue:
    """`slots` at once, the others wait; callers that wait are served in turn, one request each.

    A caller has at most `waiting` requests in line: who sends a thousand delays only themselves.
    `total`: the most of all callers, where anybody can be many of them; 0: no such bound.
    """

    def __init__(self, slots: int, waiting: int, total: int = 0) -> None:
        self._slots = self._free = slots
        self._waiting = waiting
        self._total = total
        self._lines: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def busy(self) -> int:
        """How many slots are taken."""
        return self._slots - self._free

    @property
    def waiting(self) -> int:
        """How many requests wait, of all callers."""
        return sum(len(line) for line in tuple(self._lines.values()))

    async def acquire(self, caller: str) -> None:
        """Wait for a slot; `release` must follow.

        Raises:
            Refused: too many of this caller's requests wait already, or of all callers'.
        """
        if self._free:
            self._free -= 1
            return
        if len(self._lines.get(caller, ())) >= self._waiting:
            raise problems.Refused(problems.TOO_MANY)
        if self._total and self.waiting >= self._total:
            raise problems.Refused(problems.BUSY)
        line = self._lines.setdefault(caller, deque())
        turn = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            self._leave(caller, turn)
            raise

    def release(self) -> None:
        """Give the slot to the next caller in turn."""
        while self._lines:
            caller, line = self._lines.popitem(last=False)
            turn = line.popleft()
            if line:
                self._lines[caller] = line  # after everyone who waits
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _leave(self, caller: str, turn: asyncio.Future[None]) -> None:
        if turn.done() and not turn.cancelled():  # its turn came as it left
            self.release()
            return
        line = self._lines.get(caller)
        if line and turn in line:
            line.remove(turn)
            if not line:
                del self._lines[caller]


class Limits:
    """ASGI: refuses other host names (a page elsewhere that had its own name lead to this machine
    would read the texts), bodies over `max_body` bytes, and bodies that do not arrive in time.
    `streamed`: what is not read into memory here, but passed on as it comes."""

    def __init__(
        self,
        app: ASGIApp,
        max_body: int,
        hosts: frozenset[str] | None,
        told: Telling,
        streamed: Streamed,
    ) -> None:
        self._app = app
        self._told = told
        self._streamed = streamed
        self._max_body = max_body
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            if self._streamed.takes(scope, headers):
                self._check(headers, self._streamed.most)
                await self._stream(scope, receive, sending)
            else:
                self._check(headers, self._max_body)
                body = await self._body(receive)
                await self._app(scope, _replay(body, receive), sending)
        except problems.Refused as error:
            if started:
                raise
            request = Request(scope)
            if in_a_browser(request):
                await _drained(receive)
            response = self._told(request, error)
            response.headers["Connection"] = "close"  # what is left of the body is not read
            await response(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        arriving = Arriving(receive, self._streamed.most)
        spool = Spool(self._streamed.folder)

        async def sending(message: Message) -> None:
            if not arriving.over and in_a_browser(Request(scope)):
                arriving.over = True
                await _drained(receive)
            await send(message)

        try:
            await self._app({**scope, SPOOL: spool}, arriving.receive, sending)
        finally:
            await spool.close()

    def _check(self, headers: Headers, most: int) -> None:
        if self._hosts is not None and host_name(headers.get("host", "")) not in self._hosts:
            raise problems.Refused(problems.HOST)
        if "transfer-encoding" in headers and "content-length" in headers:
            raise problems.Refused(problems.INVALID)  # a proxy might end it elsewhere than we do
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:20]) > most:
            raise too_large(most)

    async def _body(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        break
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > self._max_body:
                        raise too_large(self._max_body)
                    if not message.get("more_body", False):
                        break
        except TimeoutError as error:
            raise problems.Refused(problems.SLOW_BODY) from error
        return b"".join(parts)


def in_a_browser(request: Request) -> bool:
    """True for who reads pages."""
    return "text/html" in request.headers.get("accept", "")


async def _drained(receive: Receive) -> None:
    """Let a body arrive, for as long as one may, and drop it: a browser only looks at an answer
    once it has sent all, and takes a connection that closes before for a failure."""
    with suppress(TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            while (message := await receive())["type"] == "http.request":
                if not message.get("more_body", False):
                    return


def _replay(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read already, then what comes after it."""
    given = False

    async def replaying() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replaying


def host_name(host: str) -> str:
    """The name in a Host header, without its port: « [::1]:8000 » is ::1; "" where it is none."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""
