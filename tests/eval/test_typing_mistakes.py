"""Questions with one typing mistake each."""

from __future__ import annotations

import random

import pytest
from fakes import filled
from hypothesis import given
from hypothesis import strategies as st
from made_up import state

from eval.ablation import AS_SHIPPED, NOT_PUT_RIGHT, searchers
from eval.datasets import EvalQuestion
from eval.typing_mistakes import mistyped, put_right, with_mistake
from rag.retrieval.lexical import plain
from rag.retrieval.mistakes import at_one_mistake


@given(st.integers(), st.sampled_from(["licenciement", "préfecture", "coeur", "ASSURANCE"]))
def test_a_mistake_is_one(seed: int, word: str) -> None:
    typed = with_mistake(f"de {word} ?", random.Random(seed)).removeprefix("de ")
    assert plain(typed.removesuffix(" ?")) in {plain(word), *at_one_mistake(plain(word)).words}


@pytest.mark.parametrize("question", ["", "le prix", "comment faire pour ça", "l'art 1234567"])
def test_no_word_no_mistake(question: str) -> None:
    assert with_mistake(question, random.Random(1)) == question


def test_the_same_mistakes_come_out_again() -> None:
    questions = [EvalQuestion(str(n), f"la demande de logement {n}", {"a": 1.0}) for n in range(9)]
    once = mistyped(questions)
    assert once == mistyped(questions[::-1])[::-1]
    assert once != questions
    assert once != mistyped(questions, seed=1)
    assert [each.relevant for each in once] == [each.relevant for each in questions]


def test_what_is_put_right_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    asked = [EvalQuestion("1", "la brimbeltete, la brimbelette", {})]
    with filled(tmp_path_factory.mktemp("typed"), state("t", {"1": "Une brimbelette."})) as parts:
        found = {
            label: list(put_right(searcher, asked))
            for label, searcher in searchers(parts, (AS_SHIPPED, NOT_PUT_RIGHT))
        }
    assert found == {AS_SHIPPED: [("brimbeltete", "brimbelette")], NOT_PUT_RIGHT: []}
