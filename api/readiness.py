"""Whether questions can be answered: the texts, the index, and the model server beside them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx

from api.serving import Service
from rag.answering.connection import Connection
from rag.errors import CatalogueError, ReferentError
from rag.settings import OLLAMA_API, Settings

PROBE_SECONDS = 1.0  # for the model server to begin an answer
KEPT_SECONDS = 5.0  # how long what was found out holds


class ModelProbe:
    """Asks the model server of the settings whether it is there, at most every few seconds."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        hurried = {"model_connect_timeout": PROBE_SECONDS, "model_silence_timeout": PROBE_SECONDS}
        self._settings = settings.model_copy(update=hurried)
        self._clock = clock
        self._turn = threading.Lock()
        self._until = float("-inf")
        self._reachable = False

    def reachable(self) -> bool | None:
        """Whether it answers; None when the settings name none. Takes about a second at most."""
        if not self._settings.model_url:
            return None
        with self._turn:
            if self._clock() >= self._until:
                self._reachable = self._ask()
                self._until = self._clock() + KEPT_SECONDS
            return self._reachable

    def _ask(self) -> bool:
        """Any answer will do, except that it is broken; its body is not read."""
        path = "/api/version" if self._settings.model_api == OLLAMA_API else "/v1/models"
        try:
            with (
                Connection(self._settings).waiting() as client,
                client.stream("GET", path) as answer,
            ):
                return not answer.is_server_error
        except (httpx.HTTPError, httpx.InvalidURL):
            return False


def readiness(service: Service, probe: ModelProbe) -> dict[str, Any]:
    """What /health/ready gives. Without the model server questions are answered all the same."""
    reachable = probe.reachable()
    index: dict[str, Any] | None = None
    model = {"configured": reachable is not None, "reachable": reachable}
    try:
        state = service.state()
    except ReferentError as error:
        readable = not isinstance(error, CatalogueError)
        ready = False
    else:
        readable, ready = True, state["ready"]
        index = {"pending": bool(state["index"]["pending"])}
    return {
        "ready": ready,
        "catalogue": {"readable": readable},
        "index": index,
        "model": model,
    }
