"""Answers as server-sent events, and answers by a model, through the server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import fake_ollama as ollama
import httpx
import pytest
from fake_ollama import Behaviour, FakeOllama
from running import referent
from serving import Served, serving
from small_folder import filled, lasting

from api.serving import Service
from rag.answering.answer import Found
from rag.errors import ModelCut, UsageError

QUESTION = "Quel est le délai du recours gracieux ?"
EVENTS = {"Accept": "text/event-stream"}


def events(response: httpx.Response) -> list[tuple[str, Any]]:
    """(name, data) of each event of a finished response."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in response.text.split("\n\n")[:-1]:
        name, data = block.split("\n")
        assert name.startswith("event: ") and data.startswith("data: ")
        found.append((name[7:], json.loads(data[6:])))
    return found


@pytest.mark.parametrize("question", [QUESTION, "mérou"])
def test_events_lead_to_the_same_answer(served: Served, question: str) -> None:
    asked = {"question": question}
    told = events(served.everyone.post("/v1/ask", json=asked, headers=EVENTS))
    answer = served.everyone.post("/v1/ask", json=asked).json()
    names = [name for name, _ in told]
    sentences = [data for name, data in told if name == "sentence"]
    assert names == ["hits", *["sentence"] * len(sentences), "answer"]
    last = told[-1][1]
    assert lasting(last) == lasting(answer)
    citations = [citation for sentence in sentences for citation in sentence.pop("citations")]
    if not answer["refused"]:
        assert citations == answer["citations"]
        assert sentences == [*answer["sentences"], *answer["left_out"]]


def test_events_keep_to_what_one_may_read(served: Served) -> None:
    response = served.everyone.post("/v1/ask", json={"question": "zibeline"}, headers=EVENTS)
    assert "taxée" not in response.text
    claimed = {"question": "zibeline", "services": ["rh"]}
    assert served.everyone.post("/v1/ask", json=claimed, headers=EVENTS).status_code == 403


def test_an_error_before_the_first_event_is_a_problem(served: Served) -> None:
    asked = {"question": QUESTION, "model": "gpt"}
    response = served.everyone.post("/v1/ask", json=asked, headers=EVENTS)
    assert (response.status_code, response.json()["type"]) == (422, "urn:referent:invalid")


def test_an_error_after_it_is_an_event(served: Served) -> None:
    def failing(*_: object) -> Iterator[Any]:
        yield Found(())
        raise ModelCut("la réponse du modèle a été interrompue", where="http://secret")

    with mock.patch.object(Service, "stream", failing):
        response = served.everyone.post("/v1/ask", json={"question": QUESTION}, headers=EVENTS)
    assert [name for name, _ in events(response)] == ["hits", "problem"]
    assert events(response)[-1][1]["type"] == "urn:referent:model"
    assert "secret" not in response.text


def test_a_client_that_goes_away_stops_the_writing(served: Served) -> None:
    stopped = threading.Event()

    def endless(*_: object) -> Iterator[Any]:
        try:
            while True:
                yield Found(())
                time.sleep(0.01)
        finally:
            stopped.set()

    asked = {"question": QUESTION}
    with mock.patch.object(Service, "stream", endless):
        for _ in range(3):  # more than are written at once: each gives its slot back
            stopped.clear()
            with served.everyone.stream("POST", "/v1/ask", json=asked, headers=EVENTS) as response:
                assert next(response.iter_lines()) == "event: hits"
            assert stopped.wait(5)
    assert served.everyone.post("/v1/ask", json=asked).status_code == 200


def test_an_error_is_told_by_the_command_as_alone(served: Served) -> None:
    with mock.patch.object(Service, "ask", side_effect=UsageError("là", where="x", remedy="y")):
        ran = referent("ask", QUESTION, "--data", served.data)
    assert (ran.status, ran.out) == (2, "")
    assert "x : là" in ran.err and "y" in ran.err


# A model


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeOllama]:
    with ollama.serving() as running:
        yield running


@pytest.fixture(scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory, fake: FakeOllama) -> Iterator[Served]:
    """A server with a model server behind it."""
    data = filled(tmp_path_factory.mktemp("modelled"))
    with serving(data, model_url=fake.url, model_silence_timeout=20.0, serve_cache=0) as running:
        yield running


def ask(served: Served, **headers: str) -> httpx.Response:
    asked = {"question": QUESTION, "model": "m"}
    return served.everyone.post("/v1/ask", json=asked, headers=headers)


def citing(sentence: str) -> Behaviour:
    """A model that writes `sentence`, {n} being the passage on the delay."""

    def behave(request: Any) -> Iterator[str]:
        yield sentence.format(n=ollama.number_of(request, "recours gracieux"))

    return behave


TRUE = "Le recours gracieux est formé dans un délai de trois mois [{n}]."
FALSE = "Le recours gracieux est formé dans un délai de deux mois [{n}]."


def test_a_model_writes_as_for_the_command(modelled: Served, fake: FakeOllama) -> None:
    fake.models["m"] = citing(TRUE)
    answer = ask(modelled).json()
    assert answer["model"] == "m" and answer["answer"].startswith("Le recours gracieux est formé")
    asked = ("ask", QUESTION, "--model", "m", "--data", modelled.data, "--json")
    printed = referent(*asked, "--service", "personne").json  # reads what everyone may read
    told = events(ask(modelled, **EVENTS))[-1][1]
    assert lasting(answer) == lasting(printed) == lasting(told)


def test_what_a_model_invents_is_not_in_the_answer(modelled: Served, fake: FakeOllama) -> None:
    fake.models["m"] = citing(FALSE)
    answer = ask(modelled).json()
    assert "deux mois" not in answer["answer"]
    told = events(ask(modelled, **EVENTS))
    (support,) = [data["support"] for name, data in told if name == "sentence"]
    assert support == "contradicted"


@pytest.mark.parametrize(
    ("behaviour", "status", "kind"),
    [
        (ollama.says("Le recours", ollama.CUT), 502, "model"),
        (ollama.says(ollama.Error("model requires more system memory")), 502, "model"),
        (ollama.says("Le recours", ollama.NO_END), 502, "model"),
        (ollama.says(ollama.Raw("{")), 502, "model"),
        (None, 422, "invalid"),
    ],
)
def test_a_model_that_fails_is_a_problem(
    modelled: Served, fake: FakeOllama, behaviour: Behaviour | None, status: int, kind: str
) -> None:
    fake.models.pop("m", None)
    if behaviour:
        fake.models["m"] = behaviour
    response = ask(modelled)
    assert (response.status_code, response.json()["type"]) == (status, f"urn:referent:{kind}")
    assert "127.0.0.1" not in response.text
    assert events(ask(modelled, **EVENTS))[-1] == ("problem", response.json())
    ran = referent("ask", QUESTION, "--model", "m", "--data", modelled.data)
    assert ran.status == 1 and "modèle" in ran.err


def test_models_are_what_the_server_has(modelled: Served, fake: FakeOllama) -> None:
    fake.models = {"m": citing(TRUE), "far": citing(TRUE)}
    fake.remote = {"far"}
    listed = modelled.everyone.get("/v1/models").json()
    assert [model["id"] for model in listed["data"]] == ["extractive", "m"]
    assert listed["data"][1]["window"] == ollama.WINDOW and listed["notice"] == ""


def test_searches_pass_while_a_model_is_slow(modelled: Served, fake: FakeOllama) -> None:
    go = threading.Event()

    def slow(request: Any) -> Iterator[str]:
        assert go.wait(20)
        yield "Rien."

    fake.models["m"] = slow
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(ask(modelled))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        found = modelled.everyone.post("/v1/search", json={"question": QUESTION})
        assert found.status_code == 200
    assert answers == []
    go.set()
    for thread in threads:
        thread.join()


@pytest.mark.slow
def test_without_its_server_the_texts_are_quoted(tmp_path: Path) -> None:
    with serving(filled(tmp_path), model_url="http://127.0.0.1:9", model="m") as running:
        answer = running.everyone.post("/v1/ask", json={"question": QUESTION}).json()
        listed = running.everyone.get("/v1/models").json()
    assert answer["model"] == "extractive" and answer["notice"]
    assert "trois mois" in answer["answer"]
    assert [model["id"] for model in listed["data"]] == ["extractive"] and listed["notice"]
