"""Small stand-ins for the ports, and hits and lines to feed what uses them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from made_up import take_in

from rag.bootstrap import Parts, open_parts
from rag.database import writing
from rag.index import projection
from rag.maintenance import record_model
from rag.ports import DraftSentence, Embedder, Generator, Quote, Vectors
from rag.settings import NO_MODEL, Settings
from rag.types import Hit, TextState


class LetterEmbedder(Embedder):
    """A vector a text: how often each letter occurs. Counts the calls and the passages."""

    name = "letters"
    dimension = 26
    window = 100

    def __init__(self) -> None:
        self.calls: list[int] = []

    def count_tokens(self, words: str) -> int:
        return len(words.split())

    def embed_passages(self, passages: Sequence[str]) -> Vectors:
        self.calls.append(len(passages))
        return np.array([self.embed_question(passage) for passage in passages], dtype=np.float32)

    def embed_question(self, question: str) -> Vectors:
        letters = "abcdefghijklmnopqrstuvwxyz"
        counts = np.array([question.lower().count(letter) for letter in letters], dtype=np.float32)
        length = float(np.linalg.norm(counts))
        return counts / length if length else counts

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        return np.array([self.embed_question(question) for question in questions])


class SaidGenerator(Generator):
    """Says what it is told to say."""

    name = "said"

    def __init__(self, *drafts: DraftSentence) -> None:
        self._drafts = drafts

    def generate(self, question: str, hits: Sequence[Hit]) -> Iterable[DraftSentence]:
        return self._drafts


def said(text: str, *quotes: tuple[int, str]) -> DraftSentence:
    """A draft sentence that quotes (position of the hit, words)."""
    return DraftSentence(text, tuple(Quote(hit, words) for hit, words in quotes))


def hit(
    words: str,
    article: str = "1",
    *,
    text: str = "Texte",
    rank: int = 1,
    start: int = 0,
    heading: str = "",
    version_id: str = "",
) -> Hit:
    """A hit of these words."""
    article_id = f"{text}#{article}"
    return Hit(
        rank=rank,
        score=1.0 / rank,
        text_id=text,
        text=text,
        article=article,
        article_id=article_id,
        version_id=version_id or f"{article_id}@1",
        start=start,
        end=start + len(words),
        valid_from=None,
        valid_to=None,
        path=(),
        passage=words,
        source="",
        page=None,
        heading=heading,
    )


def even_weights(tokens: Sequence[str]) -> Mapping[str, float]:
    """Every word as rare as another."""
    return dict.fromkeys(tokens, 1.0)


@contextmanager
def filled(folder: Path, *states: TextState, catalogue_url: str = "") -> Iterator[Parts]:
    """A catalogue and an embedded index that hold these states, without an embedding model."""
    chosen = Settings(data=folder, embedding_model=NO_MODEL, catalogue_url=catalogue_url)
    with open_parts(chosen) as parts:
        take_in(parts.catalogue, *states)
        with writing(parts.catalogue, "test") as connection:
            record_model(connection, parts)
        projection.catch_up(parts.catalogue, parts.index, "", "test")
        yield parts
