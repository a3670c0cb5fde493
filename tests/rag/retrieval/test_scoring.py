"""Figures of candidates: concepts by their best form, best passages, shared titles, meaning."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.catalogue.terms import TERM, Terms
from rag.retrieval.lexical import token_id
from rag.retrieval.scoring import (
    EQUIVALENT,
    FEATURES,
    FLATTER,
    Candidates,
    Floats,
    Unit,
    figures,
    tokens_of,
    units,
)
from rag.retrieval.thesaurus import Concept, Entry

PAPER = Concept("papier", ("pap",), (Entry("papier", ("document administratif", "titre")),))
ONE = np.ones(1, dtype=np.float32)
Weights = Mapping[str, float]


def terms(weights: Weights) -> Terms:
    pairs = [(token_id(token), weight) for token, weight in weights.items()]
    return np.array(pairs, dtype=TERM)


def candidates(
    articles: list[Weights],
    passages: list[list[Weights]] | None = None,
    titles: list[tuple[str, ...]] | None = None,
    vectors: list[list[float]] | None = None,
) -> Candidates:
    parts = passages or [[article] for article in articles]
    return Candidates(
        [terms(article) for article in articles],
        [terms(part) for each in parts for part in each],
        np.repeat(np.arange(len(parts)), [len(each) for each in parts]),
        titles or [(f"titre {row}",) for row in range(len(articles))],
        None if vectors is None else np.array(vectors, dtype=np.float32),
    )


def column(name: str, found: Floats) -> list[float]:
    shown: list[float] = found[:, FEATURES.index(name)].tolist()
    return shown


def scored(
    question: str,
    concepts: list[Concept],
    among: Candidates,
    meaning: npt.NDArray[np.float32] | None = None,
    idf: float = 1.0,
) -> Floats:
    asked = units(question, concepts)
    rarity = np.full(len(tokens_of(asked)), idf)
    return figures(asked, rarity, rarity, meaning, among).versions


def test_every_token_asked_is_in_one_unit() -> None:
    found = units("papier perdu, perdu papier", [PAPER])
    assert [unit.asked for unit in found] == [(token_id("pap"),), (token_id("perdu"),)]
    assert [len(form) for form in found[0].forms] == [2, 1]
    assert tokens_of(found) == tuple(
        sorted(token_id(token) for token in ("pap", "perdu", "docu", "administr", "titr"))
    )


def test_a_word_of_two_concepts_is_of_the_first() -> None:
    other = Concept("papier perdu", ("pap", "perdu"), (Entry("papier perdu", ("perte",)),))
    assert [unit.asked for unit in units("papier perdu", [PAPER, other])] == [
        (token_id("pap"),),
        (token_id("perdu"),),
    ]


def test_a_concept_counts_as_the_best_of_its_forms() -> None:
    among = candidates(
        [
            {"pap": 1.0},
            {"titr": 1.0},
            {"docu": 1.0, "administr": 1.0},
            {"pap": 1.0, "titr": 1.0, "docu": 1.0},
            {"docu": 0.0},
        ]
    )
    two = 2 * EQUIVALENT / math.sqrt(2)
    assert column("article", scored("papier", [PAPER], among)) == pytest.approx(
        [1 / two, EQUIVALENT / two, 1.0, 1 / two, 0.0]
    )


def test_rare_words_count_less_in_the_whole_than_in_passages() -> None:
    asked = units("papier perdu", [])
    among = candidates([{"pap": 1.0}, {"perdu": 1.0}])
    rarity = [8.0 if token == token_id("pap") else 1.0 for token in tokens_of(asked)]
    found = figures(asked, rarity, rarity, None, among).versions
    assert column("article", found) == pytest.approx([1.0, 8**-FLATTER])
    assert column("passage", found) == pytest.approx([1.0, 1 / 8])


def test_a_passage_counts_alone() -> None:
    one, half = {"pap": 1.0}, {"pap": 0.5}
    among = candidates([one, half, {}], [[{}, one], [half, half, half, half], [{}]])
    assert column("passage", scored("papier", [], among)) == pytest.approx([1.0, 0.5, 0.0])


def test_titles_that_candidates_share_tell_less() -> None:
    titles = [("Code", "Papiers"), ("Code", "Papiers"), ("Code", "Papier"), ("Code",)]
    found = scored("papier", [], candidates([{}] * 4, titles=titles))
    assert column("title", found) == pytest.approx([0.5, 0.5, 1.0, 0.0])


def test_meaning_is_of_the_best_passages() -> None:
    vectors = [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [-1.0, 0.0]]
    among = candidates([{}] * 3, [[{}, {}], [{}], [{}]], vectors=vectors)
    found = scored("papier", [], among, np.array([1.0, 0.0], dtype=np.float32))
    assert column("meaning", found) == pytest.approx([1.0, 0.6, 0.0])
    assert column("meanings", found) == pytest.approx([0.5 / 0.6, 1.0, 0.0])


def test_the_question_is_drawn_to_what_the_first_mean() -> None:
    vectors = [[0.8, 0.6], [0.8, -0.6], [0.6, 0.8]]
    among = candidates([{"pap": 1.0}, {}, {"pap": 1.0}], vectors=vectors)
    found = scored("papier", [], among, np.array([1.0, 0.0], dtype=np.float32))
    meaning, drawn = column("meaning", found), column("drawn", found)
    assert meaning[0] == meaning[1]
    assert drawn[0] == 1.0
    assert drawn[1] < meaning[1]
    assert drawn[2] > meaning[2]


@pytest.mark.parametrize("meaning", [None, np.zeros(2, dtype=np.float32)])
def test_without_an_embedder_or_a_known_word_meaning_is_nothing(
    meaning: npt.NDArray[np.float32] | None,
) -> None:
    found = scored("papier", [], candidates([{"pap": 1.0}], vectors=[[1.0, 0.0]]), meaning)
    assert column("meaning", found) == column("meanings", found) == [0.0]
    assert column("article", found) == [1.0]


def test_nothing_asked_and_nothing_found() -> None:
    assert scored("", [], candidates([{"pap": 1.0}])).tolist() == [[0.0] * len(FEATURES)]
    nothing = Candidates([], [], np.zeros(0, dtype=np.int64), [])
    found = figures((Unit((1,)),), ONE, ONE, None, nothing)
    assert (found.versions.shape, found.passages.shape) == ((0, len(FEATURES)), (0,))


def test_a_version_without_passages_is_scored_by_its_article() -> None:
    among = Candidates(
        [terms({"pap": 1.0}), terms({"pap": 1.0})],
        [terms({"pap": 1.0})],
        np.array([1]),
        [("A",), ("B",)],
        np.array([[1.0, 0.0]], dtype=np.float32),
    )
    found = scored("papier", [], among, np.array([1.0, 0.0], dtype=np.float32))
    assert column("article", found) == [1.0, 1.0]
    assert column("passage", found) == column("meaning", found) == [0.0, 1.0]


WORDS = st.dictionaries(st.sampled_from(["pap", "perdu", "titr", "autr"]), st.floats(0, 2.2))


@given(st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=1, max_size=5))
def test_figures_are_shares_and_do_not_depend_on_the_scale(parts: list[list[Weights]]) -> None:
    among = candidates([each[0] for each in parts], parts)
    found = scored("papier perdu", [PAPER], among)
    assert found.shape == (len(parts), len(FEATURES))
    assert (found >= 0).all() and (found <= 1 + 1e-6).all()
    assert scored("papier perdu", [PAPER], among, idf=3.0) == pytest.approx(found, abs=1e-5)
