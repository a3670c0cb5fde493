"""Which models a person may choose among, asked of the model server once a minute at most."""

from __future__ import annotations

import threading
import time

from rag.answering.extractive import MODEL as EXTRACTIVE
from rag.answering.server import ModelServer
from rag.errors import ModelFailure
from rag.settings import Settings

KEPT_SECONDS = 60.0


class Choices:
    """The names, the one that the settings name first."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._names: tuple[str, ...] = ()
        self._until = 0.0

    def names(self) -> tuple[str, ...]:
        """Those that may write an answer now; the extractive answerer always may."""
        if not self._settings.model_url:
            return (EXTRACTIVE,)
        with self._lock:
            if time.monotonic() >= self._until:
                self._names = self._asked()
                self._until = time.monotonic() + KEPT_SECONDS
            return self._names

    def _asked(self) -> tuple[str, ...]:
        try:
            found = [model.name for model in ModelServer(self._settings).models() if model.allowed]
        except ModelFailure:
            found = []
        first = self._settings.model or EXTRACTIVE
        return tuple(sorted({*found, EXTRACTIVE}, key=lambda name: (name != first, name)))
