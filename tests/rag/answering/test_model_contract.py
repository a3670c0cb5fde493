"""Every protocol gives the same answers and the same errors, over a real socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fake_model import (
    CUT,
    NO_END,
    Error,
    FakeHandler,
    FakeServer,
    Length,
    Raw,
    Truncated,
    Wait,
    endless,
    listening,
    says,
)
from model_servers import APIS, HITS, generator, serving, settings, written

from rag.answering.budget import Budget
from rag.answering.model_api import Asked
from rag.answering.server import ModelServer
from rag.errors import (
    AnswerTooLong,
    ModelCut,
    ModelFailure,
    ModelMemory,
    ModelMissing,
    ModelSilent,
    ModelUnreachable,
    ModelUnreadable,
    PromptTruncated,
    UsageError,
)
from rag.ports import DraftSentence

pytestmark = pytest.mark.parametrize("api", APIS)
GOOD = "Le délai court [1]. "
ASKED = Asked("m", "Des règles.", "Une question ?", Budget(window=4096, answer=100))


def test_a_good_answer(api: str) -> None:
    drafts = written(api, "Oui : le délai ", "court [1][2]. ", "Le silence [9].")
    assert drafts == [
        DraftSentence("Le délai court.", cites=(0, 1)),
        DraftSentence("Le silence.", cites=(-1,)),
    ]


@pytest.mark.parametrize(
    ("steps", "error"),
    [
        pytest.param([GOOD, CUT], ModelCut, id="cut"),
        pytest.param([GOOD, NO_END], ModelCut, id="no end"),
        pytest.param([GOOD, Raw("{malformed")], ModelUnreadable, id="malformed"),
        pytest.param([GOOD, Raw("[1, 2]")], ModelUnreadable, id="another shape"),
        pytest.param([GOOD, Wait(3), "."], ModelSilent, id="silence"),
        pytest.param([Wait(3), GOOD], ModelSilent, id="never begins"),
        pytest.param([Error("CUDA out of memory")], ModelMemory, id="no memory"),
        pytest.param([GOOD, Error("out of memory")], ModelMemory, id="no memory any more"),
        pytest.param([Error("boom")], ModelFailure, id="500"),
        pytest.param([Error("busy", 503)], ModelFailure, id="503"),
        pytest.param([Error("model 'm' not found", 404)], ModelMissing, id="unloaded since"),
        pytest.param([GOOD, Truncated(3)], PromptTruncated, id="truncated"),
        pytest.param([Error("the maximum context length is 9", 400)], PromptTruncated, id="large"),
        pytest.param([GOOD, "Le délai", Length()], AnswerTooLong, id="length"),
    ],
)
def test_what_is_no_answer(api: str, steps: list[Any], error: type[ModelFailure]) -> None:
    with pytest.raises(error) as raised:
        written(api, *steps, model_silence_timeout=0.3)
    assert raised.type is error
    assert raised.value.remedy
    assert "CUDA" not in str(raised.value) and "boom" not in str(raised.value)


def test_an_error_is_not_tried_again(api: str) -> None:
    with serving(api, m=says(Error("boom"))) as fake:
        with pytest.raises(ModelFailure):
            list(generator(fake).generate("?", HITS))
        asked = [each for each in fake.exchanges if each.path.endswith(("/chat", "/completions"))]
    assert len(asked) == 1


def test_an_endless_answer_is_given_up(api: str) -> None:
    with serving(api, m=endless) as fake, pytest.raises(AnswerTooLong):
        list(generator(fake, model_answer_tokens=64).generate("?", HITS))


@pytest.mark.parametrize("steps", [[Wait(5)], [GOOD, Wait(5)]])
def test_a_slow_answer_is_given_up(api: str, steps: list[Any]) -> None:
    with pytest.raises(ModelSilent, match="pas fini"):
        written(api, *steps, model_timeout=0.4)


def test_a_model_that_the_server_has_not(api: str) -> None:
    with serving(api, other=says("")) as fake, pytest.raises(ModelMissing, match="m"):
        list(generator(fake).generate("?", HITS))


def test_a_model_that_the_settings_do_not_allow(api: str) -> None:
    with serving(api, m=says(GOOD), other=says("")) as fake:
        chosen = settings(fake, models_allowed="other")
        listed = ModelServer(chosen).models()
        assert [(model.name, model.allowed) for model in listed] == [("m", False), ("other", True)]
        with pytest.raises(UsageError):
            list(generator(fake, models_allowed="other").generate("?", HITS))
        assert not any(each.path.endswith(("/chat", "/completions")) for each in fake.exchanges)


def test_a_server_that_is_down(api: str) -> None:
    with serving(api, m=says("")) as fake:
        pass
    for ask in (
        ModelServer(settings(fake)).models,
        lambda: list(generator(fake).generate("?", HITS)),
    ):
        with pytest.raises(ModelUnreachable):
            ask()


def test_no_proxy_nor_key_of_the_environment(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("OPENAI_API_KEY", "OLLAMA_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "hidden")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Secret: hidden")
    with serving(api, m=says(GOOD)) as fake:
        assert list(generator(fake).generate("?", HITS))
    assert fake.headers and "hidden" not in str(fake.headers)
    assert not any("stainless" in name.lower() for sent in fake.headers for name in sent)


def test_a_server_that_leads_elsewhere_is_not_followed(api: str) -> None:
    with serving(api, m=says(GOOD)) as elsewhere:
        door = FakeServer()
        with listening(door, type("Door", (Redirect,), {"fake": door, "to": elsewhere.url})):
            chosen = settings(elsewhere, model_url=door.url)
            asks: list[Callable[[], object]] = [
                ModelServer(chosen).models,
                lambda: list(ModelServer(chosen).stream(ASKED)),
            ]
            for ask in asks:
                with pytest.raises(ModelFailure):
                    ask()
    assert len(door.headers) == 2 and not elsewhere.headers


class Redirect(FakeHandler):
    """Sends every request to another server."""

    to: str

    def do_GET(self) -> None:  # noqa: N802
        self.send_response(307)
        self.send_header("Location", self.to + self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:  # noqa: N802
        self.sent()
        self.do_GET()


def test_the_other_protocol_is_said(api: str) -> None:
    """The settings name the wrong one."""
    with serving(api, m=says(GOOD)) as fake:
        other = next(each for each in APIS if each != api)
        with pytest.raises(ModelUnreadable, match="REFERENT_MODEL_API"):
            ModelServer(settings(fake, model_api=other)).models()


def test_the_request_is_the_same_every_time(api: str) -> None:
    with serving(api, m=says(GOOD)) as fake:
        list(generator(fake, model_window=4096, model_answer_tokens=500).generate("?", HITS))
        sent = fake.exchanges[-1].body
    assert [each["role"] for each in sent["messages"]] == ["system", "user"]
    given = sent.get("options", sent)
    assert given["temperature"] == 0 and given["seed"] == 0
    assert given.get("num_predict", given.get("max_tokens")) == 500
    assert given.get("num_ctx", 4096) == 4096


def test_what_it_took_is_known_of_a_whole_answer_only(api: str) -> None:
    with serving(api, m=says(Wait(0.05), GOOD, Wait(0.05), GOOD), cut=says(GOOD, CUT)) as fake:
        made = generator(fake)
        assert made.spent is None
        list(made.generate("?", HITS))
        spent = made.spent
        made.name = "cut"
        with pytest.raises(ModelCut):
            list(made.generate("?", HITS))
        assert made.spent is None
    assert spent is not None
    assert spent.prompt_tokens > 100 and spent.written_tokens == 10
    assert 40 <= spent.first_ms < 20000
    if api == "ollama":  # as it reports
        assert (spent.prompt_ms, spent.written_ms) == (2.0, 5.0)
    else:  # as it was measured
        assert spent.prompt_ms >= 40 and spent.written_ms >= 40
