"""One embedder for several threads: questions that arrive while it works are embedded together."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from rag.ports import Embedder, Vectors


class _Asked:
    """Questions of one caller on their way to vectors."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self.vectors: Vectors | None = None


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
        self._waiting: list[_Asked] = []
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
        """As the embedder within, together with the other questions that wait."""
        vector: Vectors = self.embed_questions([question])[0]
        return vector

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        """As the embedder within, together with the other questions that wait."""
        asked = _Asked(questions)
        with self._gate:
            self._waiting.append(asked)
        with self._turn:
            if asked.vectors is None:  # nobody took them along
                self._embed(self._taken(asked))
        assert asked.vectors is not None
        return asked.vectors

    def _taken(self, asked: _Asked) -> list[_Asked]:
        """These questions, and all that wait."""
        with self._gate:
            others = [each for each in self._waiting if each is not asked]
            self._waiting = []
        return [asked, *others]

    def _embed(self, batch: list[_Asked]) -> None:
        words = [question for asked in batch for question in asked.words]
        vectors = self._embedder.embed_questions(words)
        at = 0
        for asked in batch:
            asked.vectors = vectors[at : at + len(asked.words)]
            at += len(asked.words)
