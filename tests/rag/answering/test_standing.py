"""An answer belongs to one state of the texts: what changed while it was written does not stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from fakes import filled
from made_up import TODAY, state, take_in

from rag.answering.answer import WITHDRAWN, Answerer, Checked
from rag.bootstrap import Parts
from rag.catalogue.removal import remove
from rag.catalogue.rights import set_services
from rag.database import writing
from rag.ports import DraftSentence, Generator
from rag.retrieval.search import Searcher
from rag.types import Answer, Asked, Caller, Hit

KEPT = "La demande de copie est gratuite."
OLD = "Le recours gracieux est formé dans un délai de deux mois."
NEW = "Le recours gracieux est formé dans un délai de trois mois."


class Interrupted(Generator):
    """Writes what the first two passages say; something happens after that."""

    name = "interrupted"

    def __init__(self, then: Callable[[], None]) -> None:
        self._then = then

    def generate(self, question: str, hits: Sequence[Hit]) -> Iterator[DraftSentence]:
        for at, hit in enumerate(hits):
            yield DraftSentence(hit.passage, cites=(at,))
        self._then()


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    with filled(tmp_path, state("rgs", {"2": OLD}), state("copies", {"1": KEPT})) as made:
        yield made


def ask(parts: Parts, then: Callable[[], None]) -> tuple[list[Checked], Answer]:
    searcher = Searcher(parts.catalogue, parts.index, None)
    answerer = Answerer(parts.catalogue, searcher, lambda caller, day: Interrupted(then))
    asked = Asked("délai du recours gracieux, copie gratuite", Caller())
    *told, answer = answerer.stream(asked, TODAY)
    assert isinstance(answer, Answer)
    return [event for event in told if isinstance(event, Checked)], answer


def change(parts: Parts) -> None:
    take_in(parts.catalogue, state("rgs", {"2": NEW}, TODAY))


def change_copies(parts: Parts) -> None:
    take_in(parts.catalogue, state("copies", {"1": "La demande de copie est payante."}, TODAY))


def withdraw(parts: Parts) -> None:
    with writing(parts.catalogue, "test") as connection:
        assert remove(connection, "rgs")


def close(parts: Parts) -> None:
    with writing(parts.catalogue, "test") as connection:
        assert set_services(connection, "rgs", ["rh"])


def test_what_changed_meanwhile_does_not_stand(parts: Parts) -> None:
    told, answer = ask(parts, lambda: change(parts))
    assert {event.sentence.support for event in told} == {"verified"}
    assert [(s.text[:10], s.support) for s in answer.left_out] == [(OLD[:10], "unsupported")]
    assert "vient de changer" in answer.left_out[0].reason
    assert "deux mois" not in answer.answer and KEPT in answer.answer


@pytest.mark.parametrize("then", [withdraw, close])
def test_nothing_of_what_was_withdrawn_is_in_it(
    parts: Parts, then: Callable[[Parts], None]
) -> None:
    told, answer = ask(parts, lambda: then(parts))
    assert {event.sentence.support for event in told} == {"verified"}
    assert KEPT in answer.answer and answer.notice == WITHDRAWN
    assert "deux mois" not in repr(answer) and "rgs" not in repr(answer)


@pytest.mark.parametrize("then", [withdraw, close])
def test_a_refusal_does_not_name_it_either(parts: Parts, then: Callable[[Parts], None]) -> None:
    def both() -> None:
        then(parts)
        change_copies(parts)

    _, answer = ask(parts, both)
    assert answer.refused and [hit.text_id for hit in answer.nearest] == ["copies"]
    assert "deux mois" not in repr(answer) and "rgs" not in repr(answer)


def test_what_did_not_change_stands(parts: Parts) -> None:
    told, answer = ask(parts, lambda: None)
    assert len(told) == 2 and not answer.left_out
    assert tuple(event.sentence for event in told) == answer.sentences
