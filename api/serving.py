"""The owner of the index while a server runs: searches it, and brings it after the catalogue.

Everything slow (encoding, index, SQL, writing JSON) runs in threads of its own; the event loop
only hands work over. The outbox is looked at all the time, in a thread too.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from typing import Any, TypeVar

from api.batching import Gathering
from api.metrics import metrics_for
from api.purging import DailyPurge
from api.recording import Recorder
from api.workers import Workers
from rag.accounts.authority import Accounts
from rag.answering.answer import Events, last
from rag.answering.cache import AnswerCache, Remembering
from rag.answering.choose import answerer, model_name, model_revision
from rag.answering.stopping import Stop
from rag.bootstrap import Parts
from rag.conversations.store import Conversations
from rag.errors import AnswerStopped, ModelFailure, ReferentError
from rag.index import projection
from rag.journal.journal import Journal
from rag.maintenance import ready_index
from rag.retrieval.search import Searcher, SearchResult
from rag.settings import Settings
from rag.types import Answer, Asked, Caller

# Between two looks at the outbox, of 0.8 ms each. Until it is applied, what just changed is not
# found: with a second, 35 % of the answers of eval/bench/load.py found nothing of the text.
APPLY_SECONDS = 0.2
GATE_THREADS = 2
LOGINS = 2  # at once: each verification of a password takes a core and 64 MiB
LOGINS_WAITING = 8  # of one address
LOGINS_IN_LINE = 100  # of all addresses, which who attacks may have many of: some 5 s of work
PROVIDER_CALLS = 4  # at once; each may wait for the identity provider
T = TypeVar("T")
log = logging.getLogger("referent")


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
        line = (LOGINS_WAITING, chosen.serve_timeout, LOGINS_IN_LINE)
        self.logins = Workers(LOGINS, *line)
        self.provider_calls = Workers(PROVIDER_CALLS, *line)
        self.accounts = Accounts(parts.registry, chosen)
        self.journal = Journal(parts.registry, chosen, parts.data)
        self.journal.check_key()
        self.recorder = Recorder(self.journal)
        self.conversations = Conversations(parts.registry, parts.catalogue)
        self._gate = ThreadPoolExecutor(GATE_THREADS, thread_name_prefix="referent-gate")
        self.metrics = metrics_for(chosen)
        self._embedder = Gathering(parts.embedder) if parts.embedder else None
        self._index = ready_index(parts)
        self._searcher = Searcher(parts.catalogue, self._index, self._embedder, parts.thesaurus)
        self._answers = AnswerCache(chosen.serve_cache)
        self._behind: ReferentError | None = None  # why the index could not be brought after
        self._stop = threading.Event()
        self._applier = threading.Thread(target=self._apply, name="referent-outbox")
        self._applier.start()
        self._purging = DailyPurge(self.journal, chosen.journal_days)
        self._purging.start()

    async def at_gate(self, look: Callable[[], T]) -> T:
        """What `look` returns, a moment's reading of who comes, apart from what they will ask."""
        return await asyncio.get_running_loop().run_in_executor(self._gate, look)

    def search(
        self,
        question: str,
        caller: Caller,
        as_of: date | None,
        limit: int,
        without: frozenset[str] = frozenset(),
    ) -> SearchResult:
        """As `referent search`; `without`: entries of the thesaurus that are not used."""

        def work() -> SearchResult:
            return self.suggest(question, caller, as_of, limit, without)

        return self.recorder.searches(question, caller, work)

    def suggest(
        self,
        question: str,
        caller: Caller,
        as_of: date | None,
        limit: int,
        without: frozenset[str] = frozenset(),
    ) -> SearchResult:
        """As `search`, of words that are still being typed: nobody has asked them yet, and the
        journal does not hold them."""
        day = as_of or date.today()
        return self._searcher.search(question, caller, day, limit, without=without)

    def ask(self, asked: Asked, stop: Stop | None = None) -> Answer:
        """As `referent ask`.

        Raises:
            AnswerStopped: `stop` was set meanwhile.
        """
        return last(self.stream(asked, stop))

    def stream(self, asked: Asked, stop: Stop | None = None) -> Events:
        """What was found, each sentence once it is checked, and the answer last.

        Raises:
            AnswerStopped: `stop` was set meanwhile.
        """
        stop = stop or Stop()
        _check(stop)  # it may have waited for its turn
        name = model_name(self.parts.settings, asked.model)
        recorded = self.recorder.answers(asked, self._until(stop, asked))
        with closing(self.metrics.watched(name, recorded)) as events:
            yield from events

    def _until(self, stop: Stop, asked: Asked) -> Events:
        with closing(self._events(asked, stop)) as events:
            for event in events:
                _check(stop)
                yield event

    def _events(self, asked: Asked, stop: Stop) -> Events:
        writer = answerer(self.parts, self._searcher, self._embedder, asked.model, stop)
        try:
            model = model_revision(self.parts.settings, asked.model)
        except ModelFailure:  # it will be said, or another answers
            return writer.stream(asked, date.today())
        remembering = Remembering(
            self.parts.catalogue, self._answers, writer, model, self._index_state
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
        self._purging.close()
        for workers in (
            self.probes,
            self.readers,
            self.writers,
            self.logins,
            self.provider_calls,
        ):
            workers.close()
        self._gate.shutdown()

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


def _check(stop: Stop) -> None:
    if stop.is_set():
        raise AnswerStopped("la réponse a été arrêtée : plus personne ne l'attend")
