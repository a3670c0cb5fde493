"""`referent models`: what the server has, as it says it."""

from __future__ import annotations

import fake_ollama as ollama
from fake_ollama import FakeOllama, says, serving
from running import Ran, referent

QUIET = says("")


def models(fake: FakeOllama | None, *arguments: object, **settings: str) -> Ran:
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
    }
    assert cloud["remote"] and not cloud["allowed"]
    assert other["window"] is None and not other["allowed"]
    assert "4.4 Gio" in page and "refusé" in page and "non permis" in page and "chargé" in page


def test_without_a_server_only_the_texts_answer() -> None:
    assert models(None, "--json").json["models"] == []
    assert "extractive" in models(None).out


def test_a_server_that_is_down_is_said() -> None:
    with serving(m=QUIET) as fake:
        pass
    ran = models(fake)
    assert ran.status == 1 and "ne répond pas" in ran.err and "À faire" in ran.err
