"""Takes what is too old out of the journal once a day while a server runs, in nobody's way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from rag.errors import ReferentError
from rag.journal.entry import now
from rag.journal.journal import Journal
from rag.journal.retention import Purged, purge

EVERY = timedelta(days=1)
AGAIN = timedelta(hours=1)  # after a failure
LOOK_SECONDS = 60.0  # between two looks at the clock
NOBODY = ""  # who orders it, and through which door
log = logging.getLogger("referent")


class DailyPurge:
    """Deletes entries older than `days`, at the start and then daily, until `close`.

    A thread of its own does it: a long purge holds up neither the index nor an answer, which
    writes its entry between two batches.
    """

    def __init__(self, journal: Journal, days: int, clock: Callable[[], datetime] = now) -> None:
        self._journal = journal
        self._days = days
        self._clock = clock
        self._due: datetime | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="referent-purge")

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    def close(self) -> None:
        """Stop; a purge that runs ends first."""
        self._stop.set()
        self._thread.join()

    def look(self) -> Purged | None:
        """Purge if it is time; None when it is not, or when the journal could not be written."""
        moment = self._clock()
        if self._due is not None and moment < self._due:
            return None
        try:
            done = purge(self._journal, self._days, moment, who=NOBODY, door=NOBODY)
        except ReferentError as error:
            self._due = moment + AGAIN
            log.error("journal : purge remise à plus tard : %s", error)
            return None
        self._due = moment + EVERY
        return done

    def _run(self) -> None:
        self.look()
        while not self._stop.wait(LOOK_SECONDS):
            self.look()
