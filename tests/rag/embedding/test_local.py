"""A sentence-transformers folder as an embedder; the model itself is a stand-in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.embedding import local
from rag.embedding.local import LocalEmbedder


class Model:
    """What LocalEmbedder uses of a SentenceTransformer; pieces are pairs of letters."""

    max_seq_length = 32

    def __init__(self, prompts: dict[str, str] | None = None, *, by_word: bool = True) -> None:
        self.prompts = prompts
        self.by_word = by_word
        self.asked: list[tuple[list[str], str | None, int]] = []

    def get_embedding_dimension(self) -> int:
        return 3

    def tokenizer(self, words: str, **_: Any) -> dict[str, list[int]]:
        units = words.split() if self.by_word else [words] if words else []
        return {"input_ids": [0] * (2 + sum((len(unit) + 1) // 2 for unit in units))}

    def encode(self, texts: list[str], **options: Any) -> np.ndarray[Any, Any]:
        assert options["normalize_embeddings"] and not options["show_progress_bar"]
        self.asked.append((texts, options["prompt_name"], options["batch_size"]))
        return np.ones((len(texts), 3), dtype=np.float64) / np.sqrt(3)


def embedder(monkeypatch: pytest.MonkeyPatch, folder: Path, model: Model) -> LocalEmbedder:
    monkeypatch.setattr(local, "_load", lambda folder: model)
    return LocalEmbedder(folder, batch=4)


@pytest.mark.parametrize(
    ("prompts", "passage", "question"),
    [
        pytest.param(None, None, None, id="a model without prompts"),
        pytest.param({}, None, None, id="no prompts"),
        pytest.param({"query": "q: ", "document": "d: "}, "document", "query", id="both"),
        pytest.param({"query": "q: ", "passage": "p: "}, "passage", "query", id="as e5 says"),
        pytest.param({"query": "q: ", "document": ""}, None, "query", id="an empty one"),
    ],
)
def test_the_model_s_own_prompts(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    prompts: dict[str, str] | None,
    passage: str | None,
    question: str | None,
) -> None:
    model = Model(prompts)
    made = embedder(monkeypatch, tmp_path, model)
    vectors = made.embed_passages(["un", "deux"])
    assert (vectors.shape, vectors.dtype) == ((2, 3), np.float32)
    asked = made.embed_question("quoi")
    assert (asked.shape, asked.dtype) == ((3,), np.float32)
    assert model.asked == [(["un", "deux"], passage, 4), (["quoi"], question, 4)]


def test_nothing_to_embed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = Model()
    assert embedder(monkeypatch, tmp_path, model).embed_passages([]).shape == (0, 3)
    assert model.asked == []


@pytest.mark.parametrize("by_word", [True, False])
def test_tokens_are_counted_as_the_model_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by_word: bool
) -> None:
    model = Model(by_word=by_word)
    made = embedder(monkeypatch, tmp_path, model)
    assert made.window == 32

    @settings(deadline=None)
    @given(st.text("ab é'’-.\n\u00a0", max_size=60))
    def counted(words: str) -> None:
        assert made.count_tokens(words) == len(model.tokenizer(words)["input_ids"])

    counted()


def test_the_name_tells_one_revision_from_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "modèle"
    folder.mkdir()

    def name() -> str:
        return embedder(monkeypatch, folder, Model()).name

    (folder / "config.json").write_text("{}")
    first = name()
    assert first.startswith("modèle-")
    assert name() == first
    (folder / "notes.md").write_text("rien")
    assert name() == first
    (folder / "config.json").write_text("[]")
    second = name()
    (folder / "model.safetensors").write_bytes(b"\x00")
    assert len({first, second, name()}) == 3
