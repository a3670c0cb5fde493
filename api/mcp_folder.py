"""A data folder for a process that stays: through the server that holds its index, while one does.

Alone, the index is opened for each question and let go of after it, so that a server, an ingest or
another such process may have it in between.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from api import recording, remote
from rag.answering.answer import last
from rag.answering.choose import answerer
from rag.answering.stopping import Stop
from rag.bootstrap import Parts
from rag.maintenance import ready_index
from rag.retrieval.search import Searcher, SearchResult
from rag.types import Answer, Asked, Caller


class Folder:
    """The folder of `parts`, for any thread."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._turn = threading.Lock()

    def search(self, question: str, caller: Caller, as_of: date | None, limit: int) -> SearchResult:
        """As `referent search`."""

        def alone() -> SearchResult:
            with self._searcher() as searcher:
                day = as_of or date.today()
                return recording.alone(self.parts).searches(
                    question, caller, lambda: searcher.search(question, caller, day, limit)
                )

        return remote.through(
            self.parts, lambda server: server.search(question, caller, as_of, limit), alone
        )

    def ask(self, asked: Asked, stop: Stop) -> Answer:
        """As `referent ask`. Through a server, it is the server that stops."""

        def alone() -> Answer:
            with self._searcher() as searcher:
                writer = answerer(self.parts, searcher, self.parts.embedder, asked.model, stop)
                recorder = recording.alone(self.parts)
                return last(recorder.answers(asked, writer.stream(asked, date.today())))

        return remote.through(self.parts, lambda server: server.ask(asked), alone)

    @contextmanager
    def _searcher(self) -> Iterator[Searcher]:
        with self._turn:
            try:
                yield Searcher(
                    self.parts.catalogue,
                    ready_index(self.parts),
                    self.parts.embedder,
                    self.parts.thesaurus,
                )
            finally:
                self.parts.release_index()
