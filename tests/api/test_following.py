"""A question that follows others, over HTTP: how it was understood is shown, and looked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fake_model import CUT, Behaviour, Error, FakeServer, passages, says
from model_doors import APIS, CHAT, MODEL, asked, citing, fake_server
from serving import Served, serving
from small_folder import filled

from rag.answering.prompt import REWRITE_RULES

BEFORE = "Quel est le délai du recours gracieux ?"
QUESTION = "Et pour cela ?"
BY_RULE = "Quel est le délai du recours gracieux, pour cela ?"
BY_MODEL = "Combien de temps a-t-on pour former un recours gracieux ?"
HISTORY = [{"question": BEFORE, "answer": "Trois mois."}]
TRUE = "Le recours gracieux est formé dans un délai de trois mois"


def model(*rewriting: Any) -> Behaviour:
    """It rewrites so, and answers well."""

    def behave(request: Any) -> Iterator[Any]:
        good = citing(f"{TRUE} [{{n}}].")
        return good(request) if passages(request) else says(*rewriting)(request)

    return behave


@pytest.fixture(scope="module", params=APIS)
def modelled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, FakeServer]]:
    data = filled(tmp_path_factory.mktemp("following"))
    with fake_server(request.param, m=model(BY_MODEL)) as fake:
        more = {"model_url": fake.url, "model_api": request.param}
        with serving(data, serve_cache=0, **more) as served:
            asked(served, QUESTION, model=MODEL, history=HISTORY)  # its clients are imported
            yield served, fake


def test_without_a_model_the_words_before_are_carried(served: Served) -> None:
    assert asked(served, QUESTION).shape["refused"]  # alone it finds nothing
    reply = asked(served, QUESTION, history=HISTORY)
    assert reply.shape["question"] == QUESTION and reply.shape["searched"] == BY_RULE
    assert "trois mois" in reply.answer


def test_a_question_of_its_own_is_looked_for_as_it_is(served: Served) -> None:
    reply = asked(served, BEFORE, history=[{"question": "Qui tient le guichet ?"}])
    assert reply.shape["searched"] == "" and "trois mois" in reply.answer


@pytest.mark.parametrize(
    ("rewriting", "searched"),
    [
        pytest.param([BY_MODEL], BY_MODEL, id="well"),
        pytest.param(["Que dit l'article 99 ?"], BY_RULE, id="naming another article"),
        pytest.param([BY_MODEL, CUT], BY_RULE, id="cut"),
        pytest.param([Error("out of memory")], BY_RULE, id="out of memory"),
        pytest.param([""], BY_RULE, id="not at all"),
    ],
)
def test_what_the_model_makes_of_it_is_looked_for(
    modelled: tuple[Served, FakeServer], rewriting: list[Any], searched: str
) -> None:
    served, fake = modelled
    fake.models[MODEL] = model(*rewriting)
    fake.exchanges.clear()
    reply = asked(served, QUESTION, model=MODEL, history=HISTORY)
    assert (reply.shape["searched"], reply.answer) == (searched, f"{TRUE}. [1]")
    written = [each.body["messages"] for each in fake.exchanges if "messages" in (each.body or {})]
    rules = [messages[0]["content"] for messages in written]
    assert [each == REWRITE_RULES for each in rules] == [True, False]
    assert BEFORE in written[0][-1]["content"] and searched in written[1][-1]["content"]


def test_every_door_shows_how_it_was_understood(modelled: tuple[Served, FakeServer]) -> None:
    served, fake = modelled
    fake.models[MODEL] = model(BY_MODEL)
    sent, wanted = {"question": QUESTION, "model": MODEL, "history": HISTORY}, "text/event-stream"
    events = served.everyone.post("/v1/ask", json=sent, headers={"Accept": wanted})
    assert events.text.startswith("event: hits")
    assert events.text.count(f'"searched": "{BY_MODEL}"') == 2  # of the hits, and of the answer
    messages = [
        {"role": "user", "content": BEFORE},
        {"role": "assistant", "content": "Trois mois. [1]"},
        {"role": "user", "content": QUESTION},
    ]
    for stream in (False, True):
        told = served.everyone.post(
            CHAT, json={"model": MODEL, "messages": messages, "stream": stream}
        )
        assert f"Question comprise comme : « {BY_MODEL} »" in told.text
