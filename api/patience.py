"""How long a client may take to say what it wants: the head of each request, as a whole.

uvicorn waits for it for ever, and lets so many connections only: without this, as many that send a
byte a minute would keep everyone else out. The body has its own time (`api.limits`).
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0


class Impatient(H11Protocol):
    """uvicorn's protocol, which hangs up on who does not finish the head of a request."""

    _until: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there, and may think for a while."""
        super().connection_made(transport)
        self._until = self.loop.call_later(HEAD_SECONDS, transport.close)

    def data_received(self, data: bytes) -> None:
        """What begins a head begins its time, and each byte more gives no more."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._no_more_wait()
        elif self._until is None and self.conn.trailing_data[0]:
            self._until = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._no_more_wait()
        super().connection_lost(exc)

    def _no_more_wait(self) -> None:
        if self._until is not None:
            self._until.cancel()
            self._until = None
