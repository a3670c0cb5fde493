"""Threads for all that is slow, so that the event loop only hands work over."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, TypeVar

from api.limits import FairQueue
from api.problems import LATE, Refused

T = TypeVar("T")


class Workers:
    """Threads with a fair queue before them: `slots` at once, `waiting` in line for each caller,
    `total` for all of them (0: no bound).

    Work whose request is given up keeps its slot until it ends; `api.leaving.stop_of` tells it to.
    """

    def __init__(self, slots: int, waiting: int, seconds: float, total: int = 0) -> None:
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="referent")
        self._queue = FairQueue(slots, waiting, total)
        self._seconds = seconds

    async def run(self, caller: str, work: Callable[[], T]) -> T:
        """What `work` returns, done in a thread.

        Raises:
            Refused: too many wait, or neither a turn nor a result came in time.
        """
        try:
            async with asyncio.timeout(self._seconds):
                await self._queue.acquire(caller)
                return await asyncio.shield(self._start(work))
        except TimeoutError as error:
            raise Refused(LATE) from error

    async def stream(
        self, caller: str, work: Callable[[], Generator[T, None, None]]
    ) -> AsyncGenerator[T, None]:
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
            future = self._start(pump)
            future.add_done_callback(lambda _: given.put_nowait([]))  # the end
            while item := await asyncio.wait_for(given.get(), until - loop.time()):
                yield item[0]
            await future
        except TimeoutError as error:
            raise Refused(LATE) from error
        finally:
            gone.set()

    @property
    def load(self) -> tuple[int, int]:
        """(slots taken, requests that wait), at this moment."""
        return self._queue.busy, self._queue.waiting

    def close(self) -> None:
        """Let what runs end; what waits is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Work in the slot just taken, which is given back when it ends."""
        within = contextvars.copy_context()  # who asks, above all
        future = asyncio.get_running_loop().run_in_executor(self._pool, within.run, work)
        future.add_done_callback(self._done)
        return future

    def _done(self, future: asyncio.Future[Any]) -> None:
        if not future.cancelled():
            future.exception()  # asked for, so that a late failure is not said to be lost
        self._queue.release()
