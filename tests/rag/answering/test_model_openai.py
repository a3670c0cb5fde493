"""What is particular to OpenAI-compatible servers: vLLM and llama.cpp's."""

from __future__ import annotations

from typing import Any

import fake_openai
import pytest
from fake_model import CUT, Raw, Wait, says
from fake_openai import NO_DONE, NO_USAGE, FakeOpenAi, serving
from model_servers import HITS, generator, settings, written

from rag.answering.server import ModelServer
from rag.errors import ModelCut, ModelFailure, ModelUnreadable
from rag.settings import OPENAI_API

GOOD = "Le délai court [1]."


def server(fake: FakeOpenAi, **more: Any) -> ModelServer:
    return ModelServer(settings(fake, **more))


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
def test_the_address_with_and_without_its_version(end: str) -> None:
    with serving(m=says(GOOD)) as fake:
        fake.url += end
        assert [model.name for model in server(fake).models()] == ["m"]
        assert list(generator(fake).generate("?", HITS))


def test_vllm_says_its_windows() -> None:
    with serving(m=says(""), tuned=says(""), silent=says("")) as fake:
        fake.windows.update(m=4096, silent=None)
        fake.adapters["tuned"] = "m"
        found = {model.name: model for model in server(fake).models()}
        assert (found["m"].window, found["tuned"].window) == (4096, 4096)
        assert found["silent"].window is None
        assert found["m"].loaded and found["m"].size is None
        assert server(fake).window("tuned") == 4096
        with pytest.raises(ModelUnreadable, match="fenêtre"):
            server(fake).window("silent")


@pytest.mark.parametrize("in_list", [True, False])
def test_llama_cpp_says_what_it_holds_not_what_was_trained(in_list: bool) -> None:
    with serving(m=says(GOOD)) as fake:
        fake.llama, fake.in_list = True, in_list
        fake.windows["m"] = 2048
        (model,) = server(fake).models()
        assert server(fake).window("m") == 2048
    assert (model.window, model.size, model.parameters) == (2048, 4_912_898_304, "8.0B")
    assert model.loaded


def test_listing_loads_no_model_of_a_router() -> None:
    with serving(m=says(GOOD), idle=says(GOOD)) as fake:
        fake.llama = True
        fake.unloaded.add("idle")
        idle, model = server(fake).models()
        assert not idle.loaded and idle.window is None
        assert model.loaded and model.window == fake_openai.WINDOW
        assert server(fake, model_window=9000).window("idle") == 9000  # asked for: loaded


def test_a_window_of_zero_is_none() -> None:
    """A router's /props without a model, and old builds before they have loaded it."""
    with serving(m=says(GOOD)) as fake:
        fake.llama = True
        fake.windows["m"] = None
        assert server(fake).models()[0].window is None


@pytest.mark.parametrize("llama", [True, False])
def test_the_key(llama: bool) -> None:
    with serving(m=says(GOOD)) as fake:
        fake.key, fake.llama = "sesame", llama
        assert server(fake, model_api_key="sesame").models()
        assert list(generator(fake, model_api_key="sesame").generate("?", HITS))
        for wrong in ("wrong", ""):
            for ask in (
                server(fake, model_api_key=wrong).models,
                lambda key=wrong: list(generator(fake, model_api_key=key).generate("?", HITS)),
            ):
                with pytest.raises(ModelFailure, match="REFERENT_MODEL_API_KEY") as raised:
                    ask()
                assert "sesame" not in str(raised.value) and "wrong" not in str(raised.value)
    assert "sesame" not in repr(settings(fake, model_api_key="sesame"))


def test_without_a_key_none_is_sent() -> None:
    with serving(m=says(GOOD)) as fake:
        list(generator(fake).generate("?", HITS))
    assert all("Authorization" not in sent for sent in fake.headers)


def test_usage_is_asked_for_and_needed() -> None:
    with serving(m=says(GOOD)) as fake:
        list(generator(fake).generate("?", HITS))
        assert fake_openai.answers(fake)[0]["stream_options"] == {"include_usage": True}
    with pytest.raises(ModelUnreadable, match="ce qu'il a lu"):
        written(OPENAI_API, GOOD, NO_USAGE)


def test_a_whole_answer_without_the_last_line_is_whole() -> None:
    assert written(OPENAI_API, GOOD, NO_DONE)


@pytest.mark.parametrize("reason", ["abort", "error", "content_filter"])
def test_another_reason_to_end_is_a_cut(reason: str) -> None:
    chunk = f'{{"choices": [{{"index": 0, "delta": {{}}, "finish_reason": "{reason}"}}]}}'
    with pytest.raises(ModelCut):
        written(OPENAI_API, GOOD, Raw(chunk), fake_openai.NO_END)


@pytest.mark.parametrize("line", ["3", "null", '"x"', '{"choices": 5}', '{"choices": [3]}', "{}"])
def test_a_chunk_of_another_shape(line: str) -> None:
    with pytest.raises(ModelUnreadable):
        written(OPENAI_API, GOOD, Raw(line))


def test_thoughts_are_no_answer_but_time_spent() -> None:
    thought = '{"choices": [{"index": 0, "delta": {"reasoning_content": "Un mois ?"}}]}'
    with serving(m=says(Raw(thought), Wait(0.1), GOOD)) as fake:
        made = generator(fake)
        (draft,) = made.generate("?", HITS)
    assert draft.text == "Le délai court." and made.spent is not None
    # The thought is on its way before it is counted from: a millisecond less than the wait.
    assert made.spent.written_ms >= 90 and made.spent.first_ms >= 90
    assert made.spent.prompt_ms < made.spent.first_ms - 90


def test_a_cut_before_any_word() -> None:
    with pytest.raises(ModelCut):
        written(OPENAI_API, CUT)
