"""A client that goes away ends the work done for it: nobody waits for the answer any more."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.answering.stopping import Stop

_STOP = "referent.stop"  # in the scope of a request
_GONE: Message = {"type": "http.disconnect"}


def stop_of(request: Request) -> Stop:
    """The Stop of this request: set when its client goes away, and when it is over (late too)."""
    found: Stop = request.scope[_STOP]
    return found


class Leaving:
    """ASGI: while a request is served, watches whether its client is still there.

    When it is not, the request's Stop is set, so that a thread that waits for a model comes back,
    and the task is cancelled, so that what waits in a line leaves it. While a body still comes in
    (`api.streaming`), who reads it sees for themselves.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        task = asyncio.current_task()
        if scope["type"] != "http" or task is None:
            await self._app(scope, receive, send)
            return
        watched = _Watched(await receive(), receive, send, task)
        watching = asyncio.create_task(watched.watch())
        try:
            await self._app({**scope, _STOP: watched.stop}, watched.receive, watched.send)
        except asyncio.CancelledError:
            if not watched.left or task.uncancel():  # cancelled by someone else too
                raise
        finally:
            watching.cancel()
            watched.stop.set()


class _Watched:
    """One request. `left`: its client went away before the whole answer was handed over."""

    def __init__(
        self, body: Message, receive: Receive, send: Send, task: asyncio.Task[None]
    ) -> None:
        self.stop = Stop()
        self.left = False
        self._first: Message | None = body
        self._whole = asyncio.Event()  # all of the body was given
        self._receive = receive
        self._send = send
        self._task = task
        self._gone = asyncio.Event()
        self._answered = False

    async def receive(self) -> Message:
        """The body, then the going away once it happens."""
        if self._whole.is_set():
            await self._gone.wait()
            return _GONE
        first, self._first = self._first, None
        message = await self._receive() if first is None else first
        if not message.get("more_body", False):
            self._whole.set()
        return message

    async def send(self, message: Message) -> None:
        """Hand a message over."""
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._answered = True
        await self._send(message)

    async def watch(self) -> None:
        """Wait until the client goes away; after the whole answer that ends nothing."""
        if self._first is None or self._first.get("more_body", False):
            await self._whole.wait()
        while (await self._receive())["type"] != _GONE["type"]:
            pass
        self._gone.set()
        if not self._answered:
            self.left = True
            self.stop.set()
            self._task.cancel()
