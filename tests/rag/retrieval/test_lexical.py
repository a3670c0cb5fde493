"""French analysis and BM25 weights."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections import Counter

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.lexical import (
    K1,
    B,
    document_vector,
    question_vector,
    spoken,
    token_id,
    tokens,
    word_tokens,
)
from rag.types import SparseVector

ANALYSED = [
    ("l’accès à l'information", ["acc", "inform"]),  # elision, either apostrophe
    ("lorsqu'elle, jusqu’alors", []),  # an elision before a stop word
    ("aujourd'hui", ["aujourdhu"]),  # one word
    ("les prud’hommes", ["prudhomm"]),
    ("mise à pied", ["mis", "pied"]),
    ("MISE À PIED, mise a pied", ["mis", "pied"] * 2),  # capitals, accents left out
    ("licencié licencier LICENCIE", ["licenc"] * 3),
    ("sans délai, non motivé", ["san", "del", "non", "motiv"]),  # negations are kept
    ("deux mois, 800 000 €", ["deux", "mois", "800", "000"]),  # numbers are kept
    ("code-barres", ["cod", "barr"]),  # compounds by their parts
    ("Œuvre, oeuvres", ["oeuvr"] * 2),  # ligature
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), ANALYSED)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@given(st.text(max_size=60))
def test_spoken_words_give_the_tokens_and_stand_where_they_say(text: str) -> None:
    words = spoken(text)
    assert [word.token for word in words if word.token] == word_tokens(text)
    assert all(0 <= word.start < word.end <= len(text) for word in words)


def test_spoken_words_by_hand() -> None:
    words = spoken("L’Œuvre est là")
    assert [(word.plain, word.token) for word in words] == [
        ("oeuvre", "oeuvr"),
        ("est", ""),
        ("la", ""),
    ]
    assert [(word.start, word.end) for word in words] == [(0, 7), (8, 11), (12, 14)]


SPELLINGS = ["L. 231-4", "L231-4", "l 231 4", "L.231-4", "article L. 231‑4"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_number_is_one_token_in_any_spelling(spelling: str) -> None:
    assert tokens(f"que dit {spelling} ?")[-1] == "art:l231-4"


def test_word_tokens_leave_numbers_out() -> None:
    assert word_tokens("article L. 231-4") == tokens("article L. 231-4")[:-1]


def test_token_ids_are_stable() -> None:
    """Stored in indexes and in the shipped vectors: these may never change."""
    assert token_id("decis") == 0xCDC646F2
    script = "from rag.retrieval.lexical import token_id; print(token_id('decis'))"
    other = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert int(other.stdout) == token_id("decis")


def test_weights_are_those_of_bm25s() -> None:
    """Times the IDF of the index, inner products are bm25s' scores (method lucene)."""
    texts = [
        "décision motivée",
        "décision décision implicite de rejet",
        "recours gracieux",
        "délai",
    ]
    corpus = [tokens(text) for text in texts]
    average = float(np.mean([len(found) for found in corpus]))
    reference = bm25s.BM25(method="lucene", k1=K1, b=B)
    reference.index(corpus, show_progress=False)
    asked = tokens("décision de rejet")
    df = Counter(token for found in corpus for token in set(found))
    for text, expected in zip(texts, reference.get_scores(asked) * (K1 + 1), strict=True):
        vector = document_vector(text, "", average)
        weights = dict(zip(vector.indices, vector.values, strict=True))
        score = sum(
            weights.get(token_id(t), 0.0) * math.log(1 + (len(texts) - df[t] + 0.5) / (df[t] + 0.5))
            for t in asked
        )
        assert score == pytest.approx(float(expected), rel=1e-5)


def test_context_and_words_are_one_document() -> None:
    whole = document_vector("délai de recours", "Code du contentieux", 90)
    swapped = document_vector("Code du contentieux", "délai de recours", 90)
    assert dict(zip(whole.indices, whole.values, strict=True)) == dict(
        zip(swapped.indices, swapped.values, strict=True)
    )


def test_a_question_asks_each_token_once() -> None:
    vector = question_vector("délai, délai, délais !")
    assert vector == SparseVector((token_id(tokens("délai")[0]),), (1.0,))


@given(st.text(max_size=300), st.text(max_size=50))
def test_vectors_are_well_formed(words: str, context: str) -> None:
    vector = document_vector(words, context, 90)
    assert len(set(vector.indices)) == len(vector.indices) == len(vector.values)
    assert all(0 <= index < 2**32 for index in vector.indices)
    assert all(0 < value < 2 * (K1 + 1) for value in vector.values)
    assert not vector.indices or question_vector(words + "\n" + context).indices


@given(st.text(max_size=200))
def test_case_does_not_matter_to_words(text: str) -> None:
    if text.lower() == text.upper().lower():
        assert word_tokens(text.upper()) == word_tokens(text)


def test_two_megabytes_a_second() -> None:
    text = "La décision implicite de rejet née du silence gardé par l'administration " * 14_000
    started = time.perf_counter()
    document_vector(text, "", 90)
    assert len(text) / (time.perf_counter() - started) > 1e6  # measured: over 4e6 on one core
