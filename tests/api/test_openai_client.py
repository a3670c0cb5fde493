"""OpenAI's own client library, unmodified, over a socket: against the texts alone, and a model."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_ollama as ollama
import openai
import pytest
from fake_ollama import Behaviour, FakeOllama
from openai import OpenAI
from running import referent
from serving import Served, serving
from small_folder import filled

QUESTION = "Quel est le délai du recours gracieux ?"
ASKED: Any = [{"role": "user", "content": QUESTION}]
TRUE = "Le recours gracieux est formé dans un délai de trois mois [{n}]."
FALSE = "Le recours gracieux est formé dans un délai de deux mois [{n}]."


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeOllama]:
    with ollama.serving() as running:
        yield running


@pytest.fixture(scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory, fake: FakeOllama) -> Iterator[Served]:
    """A server with a model server behind it."""
    data = filled(tmp_path_factory.mktemp("modelled"))
    with serving(data, model_url=fake.url, model_silence_timeout=20.0) as running:
        yield running


@pytest.fixture
def client(modelled: Served) -> Iterator[OpenAI]:
    base = f"{modelled.everyone.base_url}/v1"
    with OpenAI(base_url=base, api_key="sans-objet", max_retries=0) as made:
        yield made


def saying(*pieces: Any) -> Behaviour:
    """A model that writes these, {n} being the passage on the delay; functions are called."""

    def behave(request: Any) -> Iterator[Any]:
        number = ollama.number_of(request, "recours gracieux")
        for piece in pieces:
            if callable(piece):
                piece()
            else:
                yield piece.format(n=number) if isinstance(piece, str) else piece

    return behave


def test_models_are_listed(client: OpenAI, fake: FakeOllama) -> None:
    fake.models = {"m": saying(TRUE)}
    assert [model.id for model in client.models.list()] == ["extractive", "m"]


@pytest.mark.parametrize("model", ["extractive", "m"])
def test_an_answer_whole_and_streamed(client: OpenAI, fake: FakeOllama, model: str) -> None:
    fake.models["m"] = saying(TRUE, " Le guichet est ouvert.")
    made = client.chat.completions.create(model=model, messages=ASKED)
    assert made.model == model and made.choices[0].finish_reason == "stop"
    content = made.choices[0].message.content
    assert content and "trois mois" in content and "guichet est ouvert" not in content
    assert made.model_extra and made.model_extra["citations"][0]["article"] == "2"
    chunks = list(
        client.chat.completions.create(
            model=model, messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
    )
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == content
    *_, end, usage = chunks
    assert end.choices[0].finish_reason == "stop"
    assert (end.model_extra or {})["citations"] == made.model_extra["citations"]
    assert usage.usage is not None and made.usage is not None
    assert bool(made.usage.total_tokens) == (model == "m")


def test_sentences_are_shown_while_the_model_writes(client: OpenAI, fake: FakeOllama) -> None:
    go = threading.Event()
    fake.models["lent"] = saying(TRUE, " Le recours", lambda: go.wait(20), " est gratuit. ", FALSE)
    chunks = client.chat.completions.create(model="lent", messages=ASKED, stream=True)
    shown = next(filter(None, (chunk.choices[0].delta.content for chunk in chunks)))
    assert not go.is_set() and "trois mois" in shown
    go.set()
    rest = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert rest.startswith("\n\n---\n\n[1] Article 2 — Règlement général")
    assert "deux mois" not in rest and "gratuit" not in rest


def test_a_follow_up_is_understood(client: OpenAI) -> None:
    first = client.chat.completions.create(model="extractive", messages=ASKED)
    shown = {"role": "assistant", "content": first.choices[0].message.content}
    follow = {"role": "user", "content": "et pour ce délai ?"}
    told = client.chat.completions.create(model="extractive", messages=[*ASKED, shown, follow])
    assert "trois mois" in (told.choices[0].message.content or "")


@pytest.mark.parametrize("stream", [False, True])
def test_an_error_is_shown(client: OpenAI, fake: FakeOllama, stream: bool) -> None:
    fake.models.pop("absent", None)
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        client.chat.completions.create(model="absent", messages=ASKED, stream=stream)
    assert caught.value.code == "invalid" and "absent" in caught.value.body["message"]  # type: ignore[index]
    fake.models["gros"] = saying(ollama.Error("model requires more system memory"))
    with pytest.raises(openai.InternalServerError) as failed:
        client.chat.completions.create(model="gros", messages=ASKED, stream=stream)
    assert failed.value.status_code == 502 and failed.value.code == "model"
    assert "127.0.0.1" not in str(failed.value)


def test_a_failed_model_is_not_asked_again(client: OpenAI, fake: FakeOllama) -> None:
    asked: list[int] = []
    fake.models["coupé"] = saying(lambda: asked.append(1), "Le recours", ollama.CUT)
    with pytest.raises(openai.InternalServerError):
        client.with_options(max_retries=2).chat.completions.create(model="coupé", messages=ASKED)
    assert len(asked) == 1


def test_a_cut_after_a_sentence_ends_in_order(client: OpenAI, fake: FakeOllama) -> None:
    fake.models["bref"] = saying(f"{TRUE} Le recours", ollama.CUT)
    chunks = list(client.chat.completions.create(model="bref", messages=ASKED, stream=True))
    content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    answer, _, below = content.partition("\n\n---\n\n")
    assert answer == "Le recours gracieux est formé dans un délai de trois mois. [1]"
    assert below.startswith("Réponse interrompue :") and "[1] Article 2 —" in below
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert (chunks[-1].model_extra or {})["problem"]["type"] == "urn:referent:model"


def test_the_client_s_key_is_an_account_s(tmp_path: Path) -> None:
    data = filled(tmp_path)
    referent("people", "add", "jeanne", "--service", "rh", "--data", data)
    said = referent("keys", "create", "jeanne", "chat", "--scope", "ask", "--data", data, "--json")
    asked: Any = [{"role": "user", "content": "La zibeline est-elle taxée ?"}]
    with serving(data) as served:
        base = f"{served.everyone.base_url}/v1"
        with OpenAI(base_url=base, api_key=said.json["key"]) as client:
            told = client.chat.completions.create(model="extractive", messages=asked)
        assert "Note interne" in (told.choices[0].message.content or "")
        with (
            OpenAI(base_url=base, api_key="autre") as stranger,
            pytest.raises(openai.AuthenticationError) as refused,
        ):
            stranger.chat.completions.create(model="extractive", messages=asked)
    assert refused.value.code == "unknown-caller"


@pytest.mark.slow
def test_the_texts_are_quoted_while_no_model_server_answers(tmp_path: Path) -> None:
    with (
        serving(filled(tmp_path), model_url="http://127.0.0.1:9", model="m") as running,
        OpenAI(base_url=f"{running.everyone.base_url}/v1", api_key="x") as client,
    ):
        whole = client.chat.completions.create(model="m", messages=ASKED)
        stream = client.chat.completions.create(model="m", messages=ASKED, stream=True)
        content = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    assert content == whole.choices[0].message.content
    assert content.startswith("Article 2 — Règlement général :\n« Le recours gracieux")
    assert content.endswith("la réponse cite les textes, sans rédaction.")
