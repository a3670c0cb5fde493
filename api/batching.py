"""One embedder for several threads: questions that arrive while it works are embedded together."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from rag.ports import Embedder, Vectors


class _Question:
    """A question on its way to a vector."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.vector: Vectors | None = None


class Gathering(Embedder):
    """An embedder that does one thing at a time (tokenizers refuse to be shared: « Already
    borrowed ») and takes all the questions that wait in one call.

    A question that finds it idle is embedded at once and alone. Whoever is next takes along all
    who wait behind; if that call fails it raises for who made it, and the others try again.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._turn = threading.Lock()
        self._gate = threading.Lock()
        self._waiting: list[_Question] = []
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

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        """As the embedder within."""
        with self._turn:
            return self._embedder.embed_questions(questions)

    def embed_question(self, question: str) -> Vectors:
        """As the embedder within, together with the other questions that wait."""
        asked = _Question(question)
        with self._gate:
            self._waiting.append(asked)
        with self._turn:
            if asked.vector is None:  # nobody took it along
                self._embed(self._taken(asked))
        assert asked.vector is not None
        return asked.vector

    def _taken(self, asked: _Question) -> list[_Question]:
        """This question, and all that wait."""
        with self._gate:
            others = [question for question in self._waiting if question is not asked]
            self._waiting = []
        return [asked, *others]

    def _embed(self, batch: list[_Question]) -> None:
        if len(batch) == 1:
            batch[0].vector = self._embedder.embed_question(batch[0].words)
            return
        vectors = self._embedder.embed_questions([question.words for question in batch])
        for question, vector in zip(batch, vectors, strict=True):
            question.vector = vector
