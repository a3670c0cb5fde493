"""An answer is given again only while nothing that it depends on has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fakes import filled
from made_up import state, take_in

from rag.answering.answer import Answerer, Found, extractive, last
from rag.answering.cache import AnswerCache, Remembering
from rag.bootstrap import Parts
from rag.catalogue.removal import remove
from rag.database import writing
from rag.index import projection
from rag.retrieval.search import Searcher
from rag.types import Answer, Asked, Caller, Turn

TODAY = date(2026, 5, 28)
OPEN = state("rgs", {"2": "Le recours gracieux est formé dans un délai de deux mois."})
CLOSED = state("rh", {"2": "Le recours gracieux des agents coûte une zibeline."}, services=["rh"])
ASKED = Asked("Quel est le délai du recours gracieux ?", Caller())


class Counting:
    """An answerer behind a cache, that counts how often it really works."""

    def __init__(self, parts: Parts, size: int = 10) -> None:
        self.parts = parts
        self.worked = 0
        self.model = "extractive"
        searcher = Searcher(parts.catalogue, parts.index, None)
        self._answerer = Answerer(parts.catalogue, searcher, self._generator(searcher))
        self._cache = AnswerCache(size)

    def _generator(self, searcher: Searcher):  # type: ignore[no-untyped-def]
        quoting = extractive(searcher, None)

        def counted(caller: Caller, day: date):  # type: ignore[no-untyped-def]
            self.worked += 1
            return quoting(caller, day)

        return counted

    def ask(self, asked: Asked, today: date = TODAY) -> Answer:
        identity = self.parts.index.identity
        remembering = Remembering(
            self.parts.catalogue, self._cache, self._answerer, self.model, lambda: identity
        )
        return last(remembering.stream(asked, today))


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    with filled(tmp_path, OPEN, CLOSED) as made:
        yield made


def test_the_same_question_is_answered_once(parts: Parts) -> None:
    counting = Counting(parts)
    first, again = counting.ask(ASKED), counting.ask(ASKED)
    assert counting.worked == 1
    assert again.cached and not first.cached
    assert again.answer_id != first.answer_id
    assert replace(again, answer_id="", cached=False, timings={}) == replace(
        first, answer_id="", timings={}
    )


def test_the_same_events_are_given_again(parts: Parts) -> None:
    counting = Counting(parts)
    remembering = Remembering(
        parts.catalogue, counting._cache, counting._answerer, "extractive", lambda: "i"
    )
    first, again = (list(remembering.stream(ASKED, TODAY)) for _ in range(2))
    assert isinstance(first[0], Found)
    assert first[:-1] == again[:-1]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(ASKED, question="Quel délai ?"), id="question"),
        pytest.param(replace(ASKED, as_of=date(2026, 5, 27)), id="date"),
        pytest.param(replace(ASKED, caller=Caller.of(["rh"])), id="rights"),
        pytest.param(replace(ASKED, caller=Caller.operator()), id="operator"),
        pytest.param(replace(ASKED, history=(Turn("Qui signe ?"),)), id="history"),
        pytest.param(replace(ASKED, strict=False), id="strict"),
        pytest.param(replace(ASKED, limit=1), id="limit"),
    ],
)
def test_another_question_is_another_answer(parts: Parts, other: Asked) -> None:
    counting = Counting(parts)
    counting.ask(ASKED)
    assert not counting.ask(other).cached
    assert counting.worked == 2


def test_people_of_the_same_rights_share_an_answer(parts: Parts) -> None:
    counting = Counting(parts)
    counting.ask(replace(ASKED, caller=Caller("Paul", "legal", frozenset({"rh"}))))
    assert counting.ask(replace(ASKED, caller=Caller("Ève", "agent", frozenset({"rh"})))).cached


def test_tomorrow_and_another_model_are_another_answer(parts: Parts) -> None:
    counting = Counting(parts)
    counting.ask(ASKED)
    assert not counting.ask(ASKED, date(2026, 5, 29)).cached
    counting.model = "m"
    assert not counting.ask(ASKED).cached


def test_a_changed_text_is_answered_anew(parts: Parts) -> None:
    counting = Counting(parts)
    assert "deux mois" in counting.ask(ASKED).answer
    words = {"2": "Le recours gracieux est formé dans un délai de trois mois."}
    take_in(parts.catalogue, state("rgs", words, TODAY))
    projection.catch_up(parts.catalogue, parts.index, "", "test")
    answer = counting.ask(ASKED)
    assert "trois mois" in answer.answer and not answer.cached


def test_a_text_taken_back_is_not_told_again(parts: Parts) -> None:
    """Before the index has heard of it, too."""
    counting = Counting(parts)
    asked = Asked("Que coûte une zibeline ?", Caller.of(["rh"]))
    assert "zibeline" in counting.ask(asked).answer
    with writing(parts.catalogue, "test") as connection:
        remove(connection, "rh")
    assert "zibeline" not in counting.ask(asked).answer


def test_the_oldest_answers_go(parts: Parts) -> None:
    counting = Counting(parts, size=2)
    questions = [replace(ASKED, question=f"recours gracieux {n}") for n in range(3)]
    for asked in questions:
        counting.ask(asked)
    assert not counting.ask(questions[0]).cached
    assert counting.ask(questions[2]).cached
    assert len(counting._cache) == 2
    nothing = Counting(parts, size=0)
    nothing.ask(ASKED)
    assert not nothing.ask(ASKED).cached
