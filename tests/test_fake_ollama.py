"""The fake Ollama server speaks as Ollama's own description says; so do our requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fake_ollama as ollama
import httpx
import pytest
import yaml
from fake_ollama import Exchange, FakeOllama, says, serving
from jsonschema import Draft202012Validator

from rag.answering.model import ModelGenerator
from rag.answering.server import ModelServer
from rag.errors import ModelFailure
from rag.settings import NO_MODEL, Settings

DESCRIPTION = "specs/ollama-openapi.yaml"
STREAM_END = {  # of the last message of a stream, which the description leaves out
    "done_reason", "total_duration", "load_duration", "prompt_eval_count",
    "prompt_eval_duration", "eval_count", "eval_duration",
}  # fmt: skip


@pytest.fixture
def description(shared: Path) -> Any:
    path = shared / DESCRIPTION
    if not path.exists():
        pytest.skip(f"no {path}")
    return _closed(yaml.safe_load(path.read_text("utf-8")))


def _closed(node: Any) -> Any:
    """Objects take no property that is not described: those are typos."""
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(each) for key, each in node.items()}
    if isinstance(closed.get("properties"), dict) and "additionalProperties" not in closed:
        closed["additionalProperties"] = False
    return closed


def check(description: Any, schema: Any, body: Any) -> None:
    whole = {"allOf": [schema], "components": description["components"]}
    errors = [e.message for e in Draft202012Validator(whole).iter_errors(body)]
    assert not errors, (schema, body, errors)


def check_exchange(description: Any, exchange: Exchange) -> None:
    operation = description["paths"][exchange.path][exchange.method.lower()]
    if exchange.body is not None:
        check(
            description, operation["requestBody"]["content"]["application/json"]["schema"],
            exchange.body,
        )  # fmt: skip
    contents = operation["responses"]["200"]["content"]
    streamed = "stream" in (exchange.body or {}) and exchange.body["stream"]
    kind = "application/x-ndjson" if streamed else "application/json"
    for answer in exchange.answers:
        if "error" in answer:
            check(description, {"$ref": "#/components/schemas/ErrorResponse"}, answer)
            continue
        dropped = STREAM_END if kind.endswith("ndjson") else {"remote_host"}
        kept = {key: value for key, value in answer.items() if key not in dropped}
        check(description, contents[kind]["schema"], kept)


def exchanges() -> list[Exchange]:
    """Every operation, by the product's own clients where it uses it."""
    with serving(m=says("Bon", "jour."), broken=says("B", ollama.Error("boom"))) as fake:
        server = ModelServer(settings(fake))
        assert [model.name for model in server.models()] == ["broken", "m"]
        for name in ("m", "broken"):
            generator = ModelGenerator(name, settings(fake))
            try:
                list(generator.generate("?", [hit()]))
            except ModelFailure:
                assert name == "broken"
        with httpx.Client(base_url=fake.url, trust_env=False) as client:
            client.get("/api/version")
            for stream in (True, False):
                body = {"model": "m", "prompt": "Salut", "stream": stream}
                client.post("/api/generate", json=body)
                body = {"model": "m", "messages": [{"role": "user", "content": "Salut"}]}
                client.post("/api/chat", json={**body, "stream": stream})
            client.post("/api/show", json={"model": "none"})
        return fake.exchanges


def settings(fake: FakeOllama) -> Settings:
    return Settings(embedding_model=NO_MODEL, model_url=fake.url)


def hit() -> Any:
    from rag.types import Hit

    words = "Le délai est d'un mois."
    return Hit(1, 1.0, "t", "Texte", "1", "a", "v", 0, 23, None, None, (), words, "", None)


def test_it_speaks_as_described(description: Any) -> None:
    made = exchanges()
    assert {exchange.path for exchange in made} == {
        f"/api/{name}" for name in ("tags", "ps", "show", "chat", "generate", "version")
    }
    for exchange in made:
        check_exchange(description, exchange)


def test_the_check_itself_finds_a_wrong_field(description: Any) -> None:
    wrong = Exchange("GET", "/api/version", None, 200, [{"versio": "1"}])
    with pytest.raises(AssertionError):
        check_exchange(description, wrong)
