"""How the model server is reached: it alone, with nothing of the environment, until broken off.

The clients built on httpx (ollama's, openai's) read variables of the environment and tell the
server about the machine; what is sent is therefore settled here, when a request leaves.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, partial
from typing import Any

import httpx

from rag.settings import Settings

LOOK_TIMEOUT = 10.0  # seconds for a list or a description, which no model is loaded for
_SENT = {
    "host", "accept", "accept-encoding", "connection", "content-type", "content-length",
    "transfer-encoding",
}  # fmt: skip
_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")


class Connection:
    """To the server of the settings, for one request after another. `url` has no final slash."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.model_url.rstrip("/")
        self._key = settings.model_api_key
        self._connect = settings.model_connect_timeout
        self._silence = settings.model_silence_timeout
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._broken = False

    @property
    def broken(self) -> bool:
        """True once it was broken off."""
        return self._broken

    def break_off(self) -> None:
        """From any thread: who waits for the server gets an error at once, and so does whoever
        asks it later; the server sees its client go away and stops computing."""
        with self._lock:
            self._broken = True
            _shut(self._socket)

    def looking(self) -> httpx.Client:
        """A client for lists and descriptions."""
        return httpx.Client(base_url=self.url, **self._options(LOOK_TIMEOUT))

    def waiting(self) -> httpx.Client:
        """A client that waits while the server loads a model or writes."""
        return httpx.Client(base_url=self.url, **self.options())

    def options(self) -> dict[str, Any]:
        """Of an httpx client that waits: no proxy of the environment, no redirection."""
        return self._options(self._silence)

    def _options(self, silence: float) -> dict[str, Any]:
        timeout = httpx.Timeout(silence, connect=self._connect, pool=None)
        return {
            "timeout": timeout,
            "trust_env": False,
            "verify": _trusted(),
            "follow_redirects": False,
            "event_hooks": {"request": [partial(self._leave, timeout)]},
        }

    def _leave(self, timeout: httpx.Timeout, request: httpx.Request) -> None:
        for name in set(request.headers) - _SENT:
            del request.headers[name]
        request.headers["User-Agent"] = "referent"
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        request.extensions = {
            **request.extensions,
            "timeout": timeout.as_dict(),
            "trace": self._see,
        }

    def _see(self, event: str, info: Mapping[str, Any]) -> None:
        if event in _CONNECTED:
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
                if self._broken:
                    _shut(self._socket)


@cache
def _trusted() -> ssl.SSLContext:
    """Made once: reading the certificates takes 26 ms, which each new client would take again."""
    return ssl.create_default_context()


def _shut(connected: socket.socket | None) -> None:
    """Wakes a thread blocked in it. Not by TLS's own way, which another thread is using."""
    if connected is not None:
        with suppress(OSError):  # closed already
            socket.socket.shutdown(connected, socket.SHUT_RDWR)
