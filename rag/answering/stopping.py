"""How a thread that waits for a model is told that nobody wants its answer any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stop:
    """Set once, from any thread. Who blocks says how it can be woken while it does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set = False
        self._wakes: list[Callable[[], None]] = []

    def is_set(self) -> bool:
        """True once the work is not wanted any more."""
        return self._set

    def set(self) -> None:
        """Stop the work; a second time does nothing."""
        with self._lock:
            wakes, self._wakes = ([] if self._set else self._wakes), []
            self._set = True
        for wake in wakes:
            wake()

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Within this, `set` calls `wake`, from its own thread; at once when already set."""
        with self._lock:
            late = self._set
            if not late:
                self._wakes.append(wake)
        if late:
            wake()
        try:
            yield
        finally:
            with self._lock:
                if wake in self._wakes:
                    self._wakes.remove(wake)
