"""What has no vector yet is embedded and kept; nothing is embedded twice."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import LetterEmbedder
from sqlalchemy import Engine, select

from rag.catalogue import schema
from rag.database import reading
from rag.embedding import vectors
from rag.passages import vector_key


def kept(engine: Engine) -> dict[str, bytes]:
    rows = select(schema.vectors.c.vector_key, schema.vectors.c.vector)
    with reading(engine) as connection:
        return {row[0]: row[1] for row in connection.execute(rows)}


def test_embedded_once_and_kept_as_float32(catalogue: Engine) -> None:
    embedder = LetterEmbedder()
    words = ["abc", "un autre passage", "abc"]
    todo = vectors.missing(catalogue, embedder.name, words)
    assert set(todo.values()) == {"abc", "un autre passage"}
    assert vectors.embed(catalogue, embedder, todo, "test") == 2
    assert embedder.calls == [2]
    assert vectors.missing(catalogue, embedder.name, words) == {}
    stored = np.frombuffer(kept(catalogue)[vector_key("abc")], dtype="<f4")
    np.testing.assert_array_equal(stored, embedder.embed_question("abc"))


def test_another_model_has_its_own(catalogue: Engine) -> None:
    embedder = LetterEmbedder()
    vectors.embed(catalogue, embedder, vectors.missing(catalogue, "letters", ["abc"]), "test")
    assert len(vectors.missing(catalogue, "other", ["abc"])) == 1


def test_kept_group_by_group_with_progress(
    catalogue: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "SAVE_EVERY", 2)
    embedder = LetterEmbedder()
    todo = vectors.missing(catalogue, embedder.name, ["a" * n for n in range(1, 6)])
    seen: list[tuple[int, int]] = []
    done = vectors.embed(catalogue, embedder, todo, "test", lambda at, of: seen.append((at, of)))
    assert done == 5
    assert embedder.calls == [2, 2, 1]
    assert seen == [(2, 5), (4, 5), (5, 5)]


def test_what_was_kept_before_a_failure_stays(
    catalogue: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "SAVE_EVERY", 2)

    class Failing(LetterEmbedder):
        def embed_passages(self, passages):  # type: ignore[no-untyped-def]
            if len(self.calls) == 1:
                raise RuntimeError("power cut")
            return super().embed_passages(passages)

    words = ["a" * n for n in range(1, 6)]
    todo = vectors.missing(catalogue, "letters", words)
    with pytest.raises(RuntimeError, match="power cut"):
        vectors.embed(catalogue, Failing(), todo, "test")
    assert len(vectors.missing(catalogue, "letters", words)) == 3


def test_nothing_to_do(catalogue: Engine) -> None:
    embedder = LetterEmbedder()
    assert vectors.missing(catalogue, embedder.name, []) == {}
    assert vectors.embed(catalogue, embedder, {}, "test") == 0
    assert embedder.calls == []
