"""Every Embedder, by the same tests: several questions at once are what each is alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from api.batching import Gathering
from rag.embedding import local
from rag.embedding.local import LocalEmbedder
from rag.embedding.static import DATA, StaticEmbedder
from rag.ports import Embedder, Vectors

QUESTIONS = ("Quel délai pour un recours gracieux ?", "Qui signe ?", "", "Qui signe ?")


class Model:
    """What LocalEmbedder uses of a SentenceTransformer; a text's vector is made of its length."""

    max_seq_length = 32
    prompts: ClassVar[dict[str, str]] = {}

    def get_embedding_dimension(self) -> int:
        return 2

    def tokenizer(self, words: str, **_: Any) -> dict[str, list[int]]:
        return {"input_ids": [0] * len(words.split())}

    def encode(self, texts: list[str], **_: Any) -> Vectors:
        angles = np.array([len(text) / 100 for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


@pytest.fixture(params=["static", "local", "gathering"])
def embedder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Embedder]:
    if request.param == "static":
        if not DATA.exists():
            pytest.skip("the shipped vectors are not there")
        yield StaticEmbedder()
        return
    monkeypatch.setattr(local, "_load", lambda folder: Model())
    made = LocalEmbedder(Path("modèle"))
    yield Gathering(made) if request.param == "gathering" else made


def test_several_questions_are_each_as_alone(embedder: Embedder) -> None:
    together = embedder.embed_questions(QUESTIONS)
    assert (together.shape, together.dtype) == ((len(QUESTIONS), embedder.dimension), np.float32)
    alone = [embedder.embed_question(question) for question in QUESTIONS]
    assert {vector.shape for vector in alone} == {(embedder.dimension,)}
    np.testing.assert_allclose(together, alone, atol=1e-6)
    assert not np.allclose(together[0], together[1])


def test_rows_have_length_one_or_none(embedder: Embedder) -> None:
    lengths = np.linalg.norm(embedder.embed_questions(QUESTIONS), axis=1)
    assert all(np.isclose(length, 1) or length == 0 for length in lengths)


def test_no_questions_are_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_questions([]).shape == (0, embedder.dimension)
