"""The owner of the index while a server runs: searches it, and brings it after the catalogue.

Everything slow (encoding, index, SQL, writing JSON) runs in threads of its own; the event loop
only hands work over. The outbox is looked at every second, in a thread too.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from typing import Any, TypeVar

from api.limits import FairQueue
from api.problems import LATE, Refused
from rag.answering.answer import Events, last
from rag.answering.cache import AnswerCache, Remembering
from rag.answering.choose import answerer, model_name
from rag.bootstrap import Parts
from rag.errors import ReferentError
from rag.index import projection
from rag.maintenance import ready_index
from rag.ports import Embedder, Vectors
from rag.retrieval.search import Searcher, SearchResult
from rag.settings import Settings
from rag.types import Answer, Asked, Caller

APPLY_SECONDS = 1.0  # between two looks at the outbox
log = logging.getLogger("referent")
T = TypeVar("T")


class OneAtATime(Embedder):
    """An embedder for several threads: tokenizers refuse to be shared (« Already borrowed »)."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._turn = threading.Lock()
        self.name = embedder.name
        self.dimension = embedder.dimension
        self.window = embedder.window

    def count_tokens(self, words: str) -> int:
        """As the embedder within."""
        with self._turn:
            return self._embedder.count_tokens(words)

    def embed_passages(self, passages: Sequence[str]) -> Vectors:
        """As the embedder within."""
        with self._turn:
            return self._embedder.embed_passages(passages)

    def embed_question(self, question: str) -> Vectors:
        """As the embedder within."""
        with self._turn:
            return self._embedder.embed_question(question)


class Workers:
    """Threads with a fair queue before them: `slots` at once, `waiting` in line for each caller."""

    def __init__(self, slots: int, waiting: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="referent")
        self._queue = FairQueue(slots, waiting)
        self._seconds = seconds

    async def run(self, caller: str, work: Callable[[], T]) -> T:
        """What `work` returns, done in a thread.

        Raises:
            Refused: too many wait, or neither a turn nor a result came in time. Work that is
                late keeps its slot until it ends.
        """
        try:
            async with asyncio.timeout(self._seconds):
                await self._queue.acquire(caller)
                future = asyncio.get_running_loop().run_in_executor(self._pool, work)
                future.add_done_callback(self._done)
                return await asyncio.shield(future)
        except TimeoutError as error:
            raise Refused(LATE) from error

    async def stream(
        self, caller: str, work: Callable[[], Generator[T, None, None]]
    ) -> AsyncIterator[T]:
        """What `work` gives, one by one, made in a thread; closing this stops it at its next one.

        Raises:
            Refused: as `run`, for the whole.
        """
        given: asyncio.Queue[list[T]] = asyncio.Queue()
        gone = threading.Event()
        loop = asyncio.get_running_loop()

        def pump() -> None:
            with closing(work()) as items:
                for item in items:
                    if gone.is_set():
                        return
                    loop.call_soon_threadsafe(given.put_nowait, [item])

        until = loop.time() + self._seconds  # no asyncio.timeout: tasks may change between yields
        try:
            await asyncio.wait_for(self._queue.acquire(caller), self._seconds)
            future = loop.run_in_executor(self._pool, pump)
            future.add_done_callback(self._done)
            future.add_done_callback(lambda _: given.put_nowait([]))  # the end
            while item := await asyncio.wait_for(given.get(), until - loop.time()):
                yield item[0]
            await future
        except TimeoutError as error:
            raise Refused(LATE) from error
        finally:
            gone.set()

    def close(self) -> None:
        """Let what runs end; what waits is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _done(self, future: asyncio.Future[Any]) -> None:
        if not future.cancelled():
            future.exception()  # asked for, so that a late failure is not said to be lost
        self._queue.release()


def answer_seconds(settings: Settings) -> float:
    """How long an answer may take: what the model may, and the search before it."""
    return settings.serve_timeout + settings.model_timeout


class Service:
    """Search and answers over one data folder, with its index kept up to date until `close`."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        chosen = parts.settings
        self.readers = Workers(chosen.serve_searches, chosen.serve_waiting, chosen.serve_timeout)
        self.writers = Workers(chosen.serve_answers, chosen.serve_waiting, answer_seconds(chosen))
        self.probes = Workers(1, chosen.serve_waiting, chosen.serve_timeout)  # of health
        self._embedder = OneAtATime(parts.embedder) if parts.embedder else None
        self._index = ready_index(parts)
        self._searcher = Searcher(parts.catalogue, self._index, self._embedder)
        self._answers = AnswerCache(chosen.serve_cache)
        self._behind: ReferentError | None = None  # why the index could not be brought after
        self._stop = threading.Event()
        self._applier = threading.Thread(target=self._apply, name="referent-outbox")
        self._applier.start()

    def search(self, question: str, caller: Caller, as_of: date | None, limit: int) -> SearchResult:
        """As `referent search`."""
        return self._searcher.search(question, caller, as_of or date.today(), limit)

    def ask(self, asked: Asked) -> Answer:
        """As `referent ask`."""
        return last(self.stream(asked))

    def stream(self, asked: Asked) -> Events:
        """What was found, each sentence once it is checked, and the answer last."""
        writer = answerer(self.parts, self._searcher, self._embedder, asked.model)
        name = model_name(self.parts.settings, asked.model)
        remembering = Remembering(
            self.parts.catalogue, self._answers, writer, name, self._index_state
        )
        return remembering.stream(asked, date.today())

    def _index_state(self) -> str:
        lag = projection.lag(self.parts.catalogue, self._index.identity)
        return f"{self._index.identity} {lag.applied}"

    def state(self) -> dict[str, Any]:
        """Whether questions can be answered, and how far the index got.

        Raises:
            ReferentError: the catalogue or the index cannot be read.
        """
        lag = projection.lag(self.parts.catalogue, self._index.identity)
        points = self._index.count()
        return {
            "ready": self._behind is None,
            "index": {"points": points, "applied": lag.applied, "pending": lag.pending},
        }

    def close(self) -> None:
        """Stop; what runs ends first."""
        self._stop.set()
        self._applier.join()
        for workers in (self.probes, self.readers, self.writers):
            workers.close()

    def _apply(self) -> None:
        while not self._stop.wait(APPLY_SECONDS):
            try:
                ready_index(self.parts)
            except ReferentError as error:
                if str(error) != str(self._behind):  # said once, not every second
                    log.error("%s", error)
                self._behind = error
            else:
                self._behind = None
