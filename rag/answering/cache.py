"""Answers kept for the same question: never across a change of texts, rights, model or prompt.

The key holds all that an answer depends on; what it was worked out from is the catalogue's state,
which changes with every transaction that writes there, rights included.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Engine

from rag.answering.answer import Answerer, Event, Events
from rag.answering.prompt import PROMPT_VERSION
from rag.catalogue import properties
from rag.database import reading
from rag.types import Answer, Asked, Caller


@dataclass(frozen=True, slots=True)
class Key:
    """All that an answer depends on."""

    asked: Asked  # its Caller without name and role: only what may be read counts
    day: date
    model: str
    prompt: str
    state: str  # the catalogue's
    index: str  # which index, and how far it got


class AnswerCache:
    """The last `size` answers, for any thread."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, tuple[Event, ...]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> tuple[Event, ...] | None:
        """The events of that answer; None when it is not kept."""
        with self._lock:
            events = self._kept.get(key)
            if events is not None:
                self._kept.move_to_end(key)
            return events

    def put(self, key: Key, events: tuple[Event, ...]) -> None:
        """Keep it; the one that nobody asked for the longest goes."""
        with self._lock:
            self._kept[key] = events
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


class Remembering:
    """An Answerer that gives again what it answered to the very same question.

    `model` and `index` name what the answer is made with; both are asked anew each time.
    """

    def __init__(
        self,
        engine: Engine,
        cache: AnswerCache,
        answerer: Answerer,
        model: str,
        index: Callable[[], str],
    ) -> None:
        self._engine = engine
        self._cache = cache
        self._answerer = answerer
        self._model = model
        self._index = index

    def stream(self, asked: Asked, today: date) -> Events:
        """As `Answerer.stream`."""
        started = time.perf_counter()
        key = self._key(asked, today)
        kept = self._cache.get(key)
        if kept is not None:
            yield from kept[:-1]
            yield _again(kept[-1], started)
            return
        events: list[Event] = []
        for event in self._answerer.stream(asked, today):
            events.append(event)
            if isinstance(event, Answer) and not event.notice and self._key(asked, today) == key:
                self._cache.put(key, tuple(events))
            yield event

    def _key(self, asked: Asked, today: date) -> Key:
        caller = asked.caller
        rights = Caller(services=caller.services, unrestricted=caller.unrestricted)
        with reading(self._engine) as connection:
            state = properties.read(connection, properties.STATE)
        same = replace(asked, caller=rights)
        return Key(same, asked.as_of or today, self._model, PROMPT_VERSION, state, self._index())


def _again(event: Event, started: float) -> Answer:
    assert isinstance(event, Answer)
    took = {"total": round(1000 * (time.perf_counter() - started), 3)}
    return replace(event, answer_id=uuid.uuid4().hex, timings=took, cached=True, spent=None)
