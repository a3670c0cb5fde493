"""A conversation is its author's, and tells nothing that they may not read any more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from fakes import filled
from made_up import TODAY, state
from sqlalchemy import insert

from rag.accounts.schema import people, person_services
from rag.answering.answer import Answerer, Found, extractive
from rag.bootstrap import Parts
from rag.catalogue.removal import remove
from rag.conversations import store
from rag.conversations.export import json_line
from rag.conversations.store import Conversations
from rag.database import reading, writing
from rag.errors import NotFound
from rag.retrieval.search import Searcher
from rag.types import Answer, Asked, Caller, Hit, Turn

OPEN = state("rgs", {"2": "Le recours gracieux est formé dans un délai de deux mois."})
CLOSED = state("rh", {"2": "La zibeline des agents est taxée."}, services=["rh"])
IN, OUT = Caller("ève", services=frozenset({"rh"})), Caller("ève")


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def parts(tmp_path: Path, database: str) -> Iterator[Parts]:
    with filled(tmp_path, OPEN, CLOSED, catalogue_url=database) as made:
        with writing(made.registry, "test") as connection:
            for person in ("ève", "paul"):
                connection.execute(
                    insert(people).values(
                        person_id=person, login=person, name=person, role="agent",
                        disabled=False, created=0,
                    )
                )  # fmt: skip
        yield made


@pytest.fixture
def kept(parts: Parts) -> Conversations:
    return Conversations(parts.registry, parts.catalogue, Clock())


def answered(parts: Parts, question: str, caller: Caller) -> tuple[Answer, tuple[Hit, ...]]:
    searcher = Searcher(parts.catalogue, parts.index, None)
    answerer = Answerer(parts.catalogue, searcher, extractive(searcher, None))
    events = list(answerer.stream(Asked(question, caller), TODAY))
    assert isinstance(events[0], Found) and isinstance(events[-1], Answer)
    return events[-1], events[0].hits


def talk(parts: Parts, kept: Conversations, *questions: str, caller: Caller = IN) -> str:
    made = kept.start("ève")
    for question in questions:
        kept.add(made, "ève", question, *answered(parts, question, caller))
    return made


def test_it_is_read_as_it_was_said(parts: Parts, kept: Conversations) -> None:
    made = talk(parts, kept, "délai du recours gracieux", "zibeline taxée")
    first, second = kept.read(made, "ève", IN)
    assert first.answer is not None and first.question == "délai du recours gracieux"
    assert "deux mois" in first.answer.answer and first.answer.citations[0].text_id == "rgs"
    assert second.answer is not None and "zibeline" in second.answer.answer
    (listed,) = kept.of("ève")
    assert (listed.title, listed.turns) == ("délai du recours gracieux", 2)
    assert kept.history(made, "ève", IN)[0] == Turn(first.question, first.answer.answer)


def test_nobody_else_reads_continues_or_deletes_it(parts: Parts, kept: Conversations) -> None:
    made = talk(parts, kept, "délai du recours gracieux")
    assert kept.of("paul") == []
    with pytest.raises(NotFound):
        kept.read(made, "paul", IN)
    with pytest.raises(NotFound):
        kept.add(made, "paul", "moi aussi", *answered(parts, "recours", IN))
    with pytest.raises(NotFound):
        kept.forget(made, "paul")
    with pytest.raises(NotFound):
        kept.history("none", "ève", IN)
    assert len(kept.read(made, "ève", IN)) == 1


def test_a_right_taken_back_counts_for_what_was_said(parts: Parts, kept: Conversations) -> None:
    made = talk(parts, kept, "zibeline taxée", caller=IN)
    (said,) = kept.read(made, "ève", OUT)
    assert said.answer is None
    assert kept.history(made, "ève", OUT) == (Turn("zibeline taxée"),)


def test_what_was_found_counts_though_it_was_not_cited(parts: Parts, kept: Conversations) -> None:
    answer, hits = answered(parts, "délai du recours gracieux", IN)
    answer = replace(answer, nearest=(replace(hits[0], text_id="rh"),))
    made = kept.start("ève")
    kept.add(made, "ève", "délai", answer, ())
    assert kept.read(made, "ève", OUT)[0].answer is None
    assert kept.read(made, "ève", IN)[0].answer is not None


def test_what_follows_an_answer_goes_with_it(parts: Parts, kept: Conversations) -> None:
    made = talk(parts, kept, "zibeline taxée")
    answer, hits = answered(parts, "délai du recours gracieux", IN)
    assert {hit.text_id for hit in hits} == {"rgs"}
    kept.add(
        made,
        "ève",
        "et le délai ?",
        replace(answer, searched="zibeline, délai ?"),
        hits,
        follows=True,
    )
    kept.add(made, "ève", "délai", answer, hits)
    assert [said.answer is None for said in kept.read(made, "ève", OUT)] == [True, True, False]
    assert "zibeline" not in str(kept.history(made, "ève", OUT)[1:])


def test_a_text_that_is_named_counts(parts: Parts, kept: Conversations) -> None:
    made = kept.start("ève")
    kept.add(made, "ève", "délai", *answered(parts, "délai du recours gracieux", IN), {"rh"})
    assert kept.read(made, "ève", OUT)[0].answer is None
    assert kept.read(made, "ève", IN)[0].answer is not None


def test_a_removed_text_is_gone_from_what_was_said(parts: Parts, kept: Conversations) -> None:
    made = talk(parts, kept, "zibeline taxée")
    with writing(parts.catalogue, "test") as connection:
        remove(connection, "rh")
    assert kept.read(made, "ève", IN)[0].answer is None


def test_what_is_forgotten_is_gone(parts: Parts, kept: Conversations) -> None:
    made, other = talk(parts, kept, "recours gracieux"), talk(parts, kept, "recours")
    kept.forget(made, "ève")
    assert [listed.conversation_id for listed in kept.of("ève")] == [other]
    assert kept.forget_all("ève") == 1
    with reading(parts.registry) as connection:
        for table in (store.turns, store.conversations):
            assert connection.execute(table.select()).all() == []


def test_all_is_forgotten_by_login(parts: Parts, kept: Conversations) -> None:
    talk(parts, kept, "recours gracieux")
    assert kept.forget_login("paul") == kept.forget_login("personne") == 0
    assert kept.forget_login("ève") == 1
    assert kept.of("ève") == []


def test_a_person_is_given_what_they_said(parts: Parts, kept: Conversations) -> None:
    """As they may read it, and as whoever gives it to them may."""
    made = talk(parts, kept, "zibeline taxée", "délai du recours gracieux")
    assert list(kept.given("personne", IN)) == list(kept.given("paul", IN)) == []

    def answers(reader: Caller) -> list[bool]:
        ((number, said),) = kept.given(" ÈVE ", reader)
        assert number == made
        assert [each.question for each in said] == ["zibeline taxée", "délai du recours gracieux"]
        return [each.answer is not None for each in said]

    assert answers(Caller.operator()) == [False, True]
    with writing(parts.registry, "test") as connection:
        connection.execute(insert(person_services).values(person_id="ève", service="rh"))
    assert answers(Caller.operator()) == [True, True]
    assert answers(OUT) == [False, True]


def test_as_json_lines(parts: Parts, kept: Conversations) -> None:
    made = talk(parts, kept, "zibeline taxée", "délai du recours gracieux")
    (given,) = kept.given("ève", OUT)
    shape = json.loads(json_line(*given))
    first, second = shape.pop("turns")
    assert shape == {"conversation": made}
    assert first["question"] == "zibeline taxée"
    assert first["answer"] is None and first["citations"] == []
    assert "deux mois" in second["answer"] and second["citations"][0]["article"] == "2"
    assert datetime.fromisoformat(second["at"]).timestamp() > Clock.now
    assert json_line(made, []) == ""


def test_the_oldest_goes(
    parts: Parts, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "KEPT", 2)
    made = [talk(parts, kept, f"recours {n}") for n in range(3)]
    assert [listed.conversation_id for listed in kept.of("ève")] == made[:0:-1]


def test_a_conversation_has_an_end(
    parts: Parts, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LONGEST", 1)
    made = talk(parts, kept, "recours")
    with pytest.raises(NotFound):
        kept.add(made, "ève", "encore", *answered(parts, "recours", IN))
