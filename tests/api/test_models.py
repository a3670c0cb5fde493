"""`referent models`: what the server has, as it says it."""

from __future__ import annotations

import fake_ollama as ollama
import fake_openai
import pytest
from fake_model import FakeServer
from fake_ollama import says, serving
from running import Ran, referent

from api.model_commands import GIB, speed_words
from api.model_view import ROOM, models_shape
from rag.answering.model_api import ModelInfo
from rag.answering.speed import Speed

QUIET = says("")


def models(fake: FakeServer | None, *arguments: object, **settings: str) -> Ran:
    given = {"REFERENT_MODEL_URL": fake.url if fake else ""}
    return referent("models", *arguments, **given, **settings)


def test_what_the_server_has_is_listed() -> None:
    with serving(big=QUIET, cloud=QUIET, other=QUIET) as fake:
        fake.remote.add("cloud")
        fake.windows["other"] = None
        ran = models(fake, "--json", REFERENT_MODELS_ALLOWED="big, cloud")
        page = models(fake, REFERENT_MODELS_ALLOWED="big, cloud").out
    shape = ran.json
    assert shape["server"] == fake.url and shape["default"] == "extractive"
    assert shape["memory"] > 1 << 20
    big, cloud, other = shape["models"]
    assert big == {
        "name": "big",
        "size": 4_700_000_000,
        "parameters": "8.0B",
        "quantization": "Q4_K_M",
        "window": ollama.WINDOW,
        "loaded": True,
        "allowed": True,
        "remote": False,
        "fits": shape["memory"] >= 4_700_000_000 * ROOM,
        "speed": None,
    }
    assert cloud["remote"] and not cloud["allowed"] and cloud["fits"] is None
    assert other["window"] is None and not other["allowed"]
    assert "tient" in page
    assert "4.4 Gio" in page and "refusé" in page and "non permis" in page and "chargé" in page


def test_an_openai_compatible_server_is_listed_too() -> None:
    with fake_openai.serving(m=QUIET) as fake:
        fake.key = "sesame"
        given = {"REFERENT_MODEL_API": "openai", "REFERENT_MODEL_API_KEY": "sesame"}
        ran = models(fake, "--json", **given)
        wrong = models(fake, **{**given, "REFERENT_MODEL_API_KEY": "hidden"})
        page = models(fake, **given).out
    (model,) = ran.json["models"]
    assert model["window"] == fake_openai.WINDOW and model["size"] is None
    assert model["fits"] is None and "sesame" not in ran.out
    assert wrong.status == 1 and "REFERENT_MODEL_API_KEY" in wrong.err
    assert "hidden" not in wrong.err and "chargé" in page


@pytest.mark.parametrize(
    ("size", "memory", "server", "expected"),
    [
        pytest.param(10 * GIB, 12 * GIB, "http://127.0.0.1:11434", True, id="just fits"),
        pytest.param(10 * GIB, 11 * GIB, "http://localhost:11434", False, id="too large"),
        pytest.param(None, 11 * GIB, "http://localhost:11434", None, id="size unknown"),
        pytest.param(10 * GIB, 12 * GIB, "http://10.0.0.7:8000", None, id="another machine"),
        pytest.param(10 * GIB, 12 * GIB, "http://[::1]:8000", True, id="IPv6"),
    ],
)
def test_what_fits_in_memory(
    size: int | None, memory: int, server: str, expected: bool | None
) -> None:
    model = ModelInfo("m", size, "", "", 4096, loaded=False, allowed=True)
    (shape,) = models_shape([model], server, "", memory, {})["models"]
    assert shape["fits"] is expected


def test_the_speed_of_past_answers_is_beside_each_model() -> None:
    found = [ModelInfo(name, 1, "", "", 4096, loaded=False, allowed=True) for name in "ab"]
    first, second = models_shape(found, "", "", GIB, {"b": Speed(7, 12.5, 800.0)})["models"]
    assert first["speed"] is None
    assert second["speed"] == {"answers": 7, "written_per_second": 12.5, "first_ms": 800.0}
    assert speed_words(second["speed"]) == "12,5 jetons/s, début en 0,8 s (7 réponses)"
    assert speed_words(None) == "?"


def test_without_a_server_only_the_texts_answer() -> None:
    assert models(None, "--json").json["models"] == []
    assert "extractive" in models(None).out


def test_a_server_that_is_down_is_said() -> None:
    with serving(m=QUIET) as fake:
        pass
    ran = models(fake)
    assert ran.status == 1 and "ne répond pas" in ran.err and "À faire" in ran.err
