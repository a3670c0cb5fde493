"""What every response says, so that no browser or proxy keeps, shows or runs it as something else.

Pages say more (`api.web.pages`); this is for answers of the API, errors, and files.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Guarding:
    """ASGI: adds those of `HEADERS` that a response does not have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                add(MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, sending)


def add(headers: MutableHeaders) -> None:
    """Add what is not there."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
