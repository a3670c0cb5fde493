"""The weights of equivalents, and the vector that leans towards them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from fakes import LetterEmbedder
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.expansion import concept_weights, embedded, expanded_vector
from rag.retrieval.lexical import question_vector, token_id, word_tokens
from rag.retrieval.thesaurus import Concept, Entry

PAPER = Concept("papier", ("pap",), (Entry("papier", ("document administratif", "titre")),))
PHRASES = st.lists(st.lists(st.sampled_from("titre acte permis visa".split())).map(" ".join))


def test_weights_by_hand() -> None:
    weights = concept_weights(["document administratif", "titre"], 0.8)
    assert weights == {
        "docu": pytest.approx(0.8 / math.sqrt(2 * 2)),
        "administr": pytest.approx(0.8 / math.sqrt(2 * 2)),
        "titr": pytest.approx(0.8 / math.sqrt(1 * 2)),
    }


@given(PHRASES, st.floats(0, 1))
def test_no_weight_is_above_the_most_and_each_word_has_one(
    equivalents: list[str], most: float
) -> None:
    weights = concept_weights(equivalents, most)
    assert set(weights) == {token for words in equivalents for token in word_tokens(words)}
    assert all(0 <= weight <= most for weight in weights.values())


@given(PHRASES)
def test_more_equivalents_never_drown_the_words_asked(equivalents: list[str]) -> None:
    """All of one equivalent's words together grow with the root of their number at most."""
    weights = concept_weights(equivalents, 0.8)
    for words in equivalents:
        form = set(word_tokens(words))
        assert sum(weights[t] for t in form) <= 0.8 * len(form) + 1e-9


def test_words_asked_keep_their_weight() -> None:
    vector = expanded_vector("papier ou titre, article L. 2", [PAPER], 0.8)
    weight = dict(zip(vector.indices, vector.values, strict=True))
    for token in [*word_tokens("papier titre"), "art:l2"]:
        assert weight[token_id(token)] == 1.0
    assert weight[token_id("docu")] == pytest.approx(0.4)


def test_nothing_understood_nothing_changed() -> None:
    question = "le permis, article L. 2"
    assert expanded_vector(question, [], 0.8) == question_vector(question)


def test_two_concepts_add_up() -> None:
    twice = [PAPER, Concept("pièce", ("piec",), (Entry("pièce", ("titre",)),))]
    vector = expanded_vector("papier pièce", twice, 0.8)
    weight = dict(zip(vector.indices, vector.values, strict=True))
    assert weight[token_id("titr")] == pytest.approx(0.8 / math.sqrt(2) + 0.8)


def test_the_vector_leans_towards_the_equivalents() -> None:
    embedder = LetterEmbedder()
    plain = embedder.embed_question("papier")
    meant = embedder.embed_question("document administratif ; titre")
    drawn = embedded("papier", [PAPER], 0.3, embedder)
    assert float(np.linalg.norm(drawn)) == pytest.approx(1.0)
    assert plain @ meant < drawn @ meant < 1.0
    assert drawn @ plain > 0.9
    assert drawn.dtype == np.float32


@pytest.mark.parametrize(("concepts", "meaning"), [([], 0.3), ([PAPER], 0.0)])
def test_without_equivalents_it_is_the_questions(concepts: list[Concept], meaning: float) -> None:
    embedder = LetterEmbedder()
    drawn = embedded("papier", concepts, meaning, embedder)
    assert drawn == pytest.approx(embedder.embed_question("papier"))


def test_an_empty_vector_stays_empty() -> None:
    nothing = Concept("7", ("7",), (Entry("7", ("8",)),))
    assert not embedded("7", [nothing], 0.3, LetterEmbedder()).any()
