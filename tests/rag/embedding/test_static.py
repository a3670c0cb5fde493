"""The shipped embedder."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from rag.embedding.static import DATA, StaticEmbedder, save
from rag.errors import EmbeddingError
from rag.ports import Embedder
from rag.retrieval.lexical import token_id, word_tokens


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return StaticEmbedder()


def test_vectors_have_length_one(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(["le délai de recours", "la décision", ""])
    assert vectors.shape == (3, embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 0], abs=1e-6)


def test_nothing_gives_nothing(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.dimension)
    assert not embedder.embed_question("zzzzqqq !").any()


def test_a_question_is_embedded_like_a_passage(embedder: Embedder) -> None:
    words = "une décision implicite de rejet"
    assert np.array_equal(embedder.embed_question(words), embedder.embed_passages([words])[0])


NEARER = [
    # question, the words of law, something else
    ("prime pour le chômage", "allocation de retour à l'emploi", "permis de construire"),
    ("ma maison est prise par l'État", "expropriation d'un immeuble", "pension de réversion"),
    ("toucher sa retraite", "liquidation de la pension", "communication des documents"),
]


@pytest.mark.parametrize(("question", "near", "far"), NEARER)
def test_everyday_words_are_near_the_words_of_law(
    embedder: Embedder, question: str, near: str, far: str
) -> None:
    asked = embedder.embed_question(question)
    near_vector, far_vector = embedder.embed_passages([near, far])
    assert asked @ near_vector > asked @ far_vector


def test_its_stems_are_those_of_the_lexical_analysis() -> None:
    """Fails when the analysis changed and the vectors were not learned again."""
    with np.load(DATA) as file:
        known = set(file["ids"].tolist())
    common = word_tokens(
        "administration décision délai recours pension retraite commune maire expropriation "
        "indemnité document communication œuvre licenciement salarié élection vote sœur congé"
    )
    assert all(token_id(token) in known for token in common)


def test_the_name_tells_one_table_from_another(tmp_path: Path) -> None:
    names = set()
    for seed in (0, 1):
        vectors = np.random.default_rng(seed).normal(size=(2, 4)).astype(np.float32)
        save(tmp_path / "t.npz", np.array([token_id("del"), 7], dtype=np.uint32), vectors)
        names.add(StaticEmbedder(tmp_path / "t.npz").name)
    assert len(names) == 2


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    vectors = np.array([[3.0, 4.0]], dtype=np.float32)
    save(tmp_path / "t.npz", np.array([token_id("del")], dtype=np.uint32), vectors)
    read = StaticEmbedder(tmp_path / "t.npz").embed_question("délai")
    assert read == pytest.approx([0.6, 0.8], abs=0.01)  # whole numbers to 1/127


@pytest.mark.parametrize("content", [None, b"", b"PK broken"], ids=["missing", "empty", "broken"])
def test_an_unreadable_table_says_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "t.npz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(EmbeddingError, match=r"vecteurs|static_vectors"):
        StaticEmbedder(file)


def test_it_is_small_and_loads_without_torch() -> None:
    assert DATA.stat().st_size < 30e6
    script = (
        "import sys; from rag.embedding.static import StaticEmbedder; StaticEmbedder();"
        "assert not {'torch', 'scipy', 'sentence_transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.slow
def test_speed() -> None:
    started = time.perf_counter()
    embedder = StaticEmbedder()
    assert time.perf_counter() - started < 1  # measured: 0.09 s on a busy machine
    passage = "La décision implicite de rejet née du silence gardé par l'administration " * 10
    started = time.perf_counter()
    embedder.embed_passages([passage] * 1000)
    assert time.perf_counter() - started < 2  # measured: 12,000 passages of law a second
