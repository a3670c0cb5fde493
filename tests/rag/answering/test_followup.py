"""A question that follows others is looked for with what it follows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.followup import MAX_REWRITTEN, MAX_TURNS, by_rule, follows, standalone
from rag.types import Turn

BEFORE = Turn("Quel est le délai pour renouveler une carte d'identité ?", "Deux mois [1].")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Et pour les mineurs ?",
            "Quel est le délai pour renouveler une carte d'identité, pour les mineurs ?",
        ),
        (
            "et à l'étranger, qui est compétent ?",
            "Quel est le délai pour renouveler une carte d'identité, à l'étranger, "
            "qui est compétent ?",
        ),
        (
            "Dans ce cas, quelles pièces le demandeur doit-il fournir ?",
            "Quel est le délai pour renouveler une carte d'identité, Dans ce cas, quelles pièces "
            "le demandeur doit-il fournir ?",
        ),
        ("Combien ?", "Quel est le délai pour renouveler une carte d'identité, Combien ?"),
        ("et ?", "Quel est le délai pour renouveler une carte d'identité ?"),
    ],
)
def test_without_a_model_the_words_before_are_carried(question: str, expected: str) -> None:
    assert by_rule(question, [BEFORE]) == expected


@pytest.mark.parametrize(
    "question",
    [
        "Qui signe les arrêtés de voirie en l'absence du maire ?",
        "Comment demander la communication d'un document administratif ?",
        "Que dit l'article L. 211-2 du code des relations entre le public et l'administration ?",
    ],
)
def test_a_question_of_its_own_is_left_alone(question: str) -> None:
    assert not follows(question)
    assert by_rule(question, [BEFORE]) == question


def test_nothing_before_nothing_carried() -> None:
    assert by_rule("Et pour les mineurs ?", []) == "Et pour les mineurs ?"
    assert standalone("Et pour les mineurs ?", [Turn("  ")], by_rule) == "Et pour les mineurs ?"


def test_a_model_may_write_the_question() -> None:
    asked = "Et pour les mineurs ?"
    better = "Quel est le délai de renouvellement de la carte d'identité d'un mineur ?"
    seen: list[int] = []

    def rewriter(question: str, history: object) -> str:
        assert question == asked
        seen.append(len(history))  # type: ignore[arg-type]
        return f"  {better}\n"

    assert standalone(asked, [BEFORE] * 30, rewriter) == better
    assert seen == [MAX_TURNS]


@pytest.mark.parametrize(
    "proposed",
    [
        pytest.param("", id="nothing"),
        pytest.param("Que dit l'article L. 999-1 sur la carte d'identité ?", id="an article"),
        pytest.param("Le délai de 15 jours pour la carte d'identité ?", id="a number"),
        pytest.param("Voici une recette de gâteau.", id="something else"),
        pytest.param("délai " * 200, id="too long"),
    ],
)
def test_what_a_model_makes_up_is_not_taken(proposed: str) -> None:
    asked = "Et pour les mineurs ?"
    assert standalone(asked, [BEFORE], lambda *_: proposed) == by_rule(asked, [BEFORE])


@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=4))
def test_any_words_are_taken(question: str, before: list[str]) -> None:
    rewritten = standalone(question, [Turn(each) for each in before], by_rule)
    assert rewritten == question or len(rewritten) <= MAX_REWRITTEN
