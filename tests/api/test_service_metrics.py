"""What is counted, and what is never in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import fake_ollama as ollama
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from serving import Served, serving
from small_folder import filled

from api.metrics import Gauge, Metrics, metrics_for
from rag.answering.answer import Events, Found
from rag.answering.speed import Spent
from rag.errors import AnswerStopped, ModelCut, UsageError
from rag.settings import Settings
from rag.types import Answer, Sentence

Samples = dict[tuple[str, ...], float]
ANSWER = Answer("q", None, "a", False, "qwen3", (), (), {})
GOOD, BAD = Sentence("a", (1,), "verified"), Sentence("b", (), "unsupported")


def samples(text: bytes | str) -> Samples:
    """Name and label values, by label name → value, as Prometheus's own parser reads them."""
    told = text if isinstance(text, str) else text.decode()
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }


def scraped(client: httpx.Client) -> Samples:
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return samples(answer.text)


# Requests


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with serving(filled(tmp_path)) as running:
        yield running


def test_requests_are_counted_by_the_template_of_their_route(server: Served) -> None:
    client = server.everyone
    for _ in range(2):
        client.get("/v1/articles/article 2 règlement général")
    client.get("/v1/articles/mystère")
    client.get("/mystère")
    client.post("/v1/search", json={"question": "mystère"})
    client.post("/v1/search", content=b"a" * 3_000_000)
    client.request("MYSTERE", "/v1/texts")
    found = scraped(client)
    article = "/v1/articles/{reference:path}"
    assert found["referent_requests_total", "GET", article, "200"] == 2
    assert found["referent_requests_total", "GET", article, "404"] == 1
    assert found["referent_requests_total", "GET", "none", "404"] == 1
    assert found["referent_requests_total", "POST", "/v1/search", "200"] == 1
    assert found["referent_requests_total", "POST", "none", "413"] == 1
    assert found["referent_requests_total", "other", "/v1/texts", "405"] == 1
    assert found["referent_request_seconds_count", "GET", article] == 3
    assert 0 < found["referent_request_seconds_sum", "GET", article] < 60


def test_nothing_that_people_write_is_in_it(server: Served) -> None:
    client = server.everyone
    for question in ("confidentiel", "recours gracieux"):
        client.post("/v1/ask", json={"question": question})
        client.post("/v1/ask", json={"question": question, "model": "confidentiel"})
    client.get("/confidentiel")
    client.get("/v1/articles/confidentiel", headers={"X-Confidentiel": "confidentiel"})
    text = client.get("/metrics").text.lower()
    for word in (
        "confidentiel",
        "recours",
        "gracieux",
        "règlement",
        "note interne",
        str(server.data),
    ):
        assert word not in text
    assert "process_" not in text and "python_" not in text


def test_states_of_the_moment(server: Served) -> None:
    found = scraped(server.everyone)
    assert found["referent_ready",] == 1
    assert found["referent_index", "pending"] == 0
    assert found["referent_catalogue", "texts"] == 1
    assert ("referent_index", "points") not in found
    whole = scraped(server.operator)
    assert whole["referent_index", "points"] > 0
    assert whole["referent_catalogue", "texts"] == 2
    assert whole["referent_catalogue", "passages"] == whole["referent_index", "points"]
    assert not any(name == "referent_model_up" for name, *_ in found)


@pytest.mark.slow
def test_the_model_server(tmp_path: Path) -> None:
    data = filled(tmp_path)
    with ollama.serving() as fake, serving(data, model_url=fake.url) as running:
        assert scraped(running.everyone)["referent_model_up",] == 1
    with serving(data, model_url="http://127.0.0.1:9") as running:
        assert scraped(running.everyone)["referent_model_up",] == 0


def test_both_doors_count_together(server: Served) -> None:
    for client in (server.everyone, server.operator):
        client.get("/v1/texts")
    found = scraped(server.operator)
    assert found["referent_requests_total", "GET", "/v1/texts", "200"] == 2


def test_lines_are_told(server: Served) -> None:
    """The scrape itself takes the one slot of the probes."""
    found = scraped(server.everyone)
    assert found["referent_workers_busy", "probes"] == 1
    assert found["referent_workers_busy", "searches"] == 0
    assert found["referent_workers_waiting", "answers"] == 0


# Answers


def test_answers_are_counted_at_every_door(server: Served) -> None:
    asked = {"question": "Quel est le délai du recours gracieux ?"}
    chat = {"messages": [{"role": "user", "content": "zzz"}]}
    server.everyone.post("/v1/ask", json=asked)
    server.everyone.post("/v1/ask", json=asked, headers={"Accept": "text/event-stream"})
    server.everyone.post("/v1/chat/completions", json=chat)
    found = scraped(server.everyone)
    assert found["referent_answers_total", "extractive", "answered"] == 2
    assert found["referent_answers_total", "extractive", "refused"] == 1
    assert found["referent_answers_cached_total",] == 1
    assert found["referent_sentences_total", "verified"] >= 2


def events(*given: Answer | Exception) -> Events:
    yield Found(())
    for each in given:
        if isinstance(each, Exception):
            raise each
        yield each


def counted(metrics: Metrics, asked_for: str, *given: Answer | Exception) -> Samples:
    with suppress(AnswerStopped, ModelCut, UsageError):
        list(metrics.watched(asked_for, events(*given)))
    return samples(metrics.exposed())


@pytest.mark.parametrize(
    ("asked_for", "given", "model", "outcome"),
    [
        ("qwen3", ANSWER, "qwen3", "answered"),
        ("qwen3", replace(ANSWER, refused=True), "qwen3", "refused"),
        ("qwen3", replace(ANSWER, model="extractive", notice="n"), "extractive", "fallback"),
        ("extractive", replace(ANSWER, model="extractive"), "extractive", "answered"),
        ("qwen3", ModelCut("x"), "qwen3", "failed"),
        ("qwen3", AnswerStopped("x"), "qwen3", "stopped"),
        ("mystère", ModelCut("x"), "unknown", "failed"),  # whoever asks can write any name
    ],
)
def test_how_an_answer_ends(
    asked_for: str, given: Answer | Exception, model: str, outcome: str
) -> None:
    found = counted(Metrics(["qwen3"]), asked_for, given)
    totals = {key: n for key, n in found.items() if key[0] == "referent_answers_total"}
    assert totals == {("referent_answers_total", model, outcome): 1}


def test_a_wrong_request_is_no_answer() -> None:
    found = counted(Metrics(), "mystère", UsageError("x"))
    assert not any(name == "referent_answers_total" for name, *_ in found)


def test_who_goes_away_before_the_answer_is_counted_once() -> None:
    metrics = Metrics(["qwen3"])
    for looks in (1, 2):
        watching = metrics.watched("qwen3", events(ANSWER))
        for _ in range(looks):
            next(watching)
        watching.close()
    found = samples(metrics.exposed())
    assert found["referent_answers_total", "qwen3", "stopped"] == 1
    assert found["referent_answers_total", "qwen3", "answered"] == 1


def test_a_model_that_answered_is_known() -> None:
    metrics = Metrics()
    counted(metrics, "qwen3", ANSWER)
    assert counted(metrics, "qwen3", ModelCut("x"))["referent_answers_total", "qwen3", "failed"]


def test_sentences_tokens_and_what_is_given_again() -> None:
    metrics = Metrics()
    spent = Spent(700, 1.0, 50, 1.0, 1.0)
    counted(metrics, "qwen3", replace(ANSWER, sentences=(GOOD, GOOD, BAD), spent=spent))
    counted(metrics, "qwen3", replace(ANSWER, refused=True, left_out=(BAD,)))
    found = counted(metrics, "qwen3", replace(ANSWER, sentences=(GOOD,), cached=True))
    assert found["referent_sentences_total", "verified"] == 3
    assert found["referent_sentences_total", "unsupported"] == 2
    assert found["referent_answers_cached_total",] == 1
    assert found["referent_tokens_total", "prompt", "qwen3"] == 700
    assert found["referent_tokens_total", "written", "qwen3"] == 50


def test_the_models_of_the_settings_are_known() -> None:
    metrics = metrics_for(Settings(model="qwen3", models_allowed=" mistral , gemma"))
    for name in ("qwen3", "mistral", "gemma", "autre"):
        found = counted(metrics, name, ModelCut("x"))
    failed = {key[1] for key in found if key[0] == "referent_answers_total"}
    assert failed == {"qwen3", "mistral", "gemma", "unknown"}


def test_gauges_with_and_without_a_label() -> None:
    found = samples(Metrics().exposed([Gauge("a", "A.", {"": 1}), Gauge("b", "B.", {"x": 2}, "k")]))
    assert found["a",] == 1 and found["b", "x"] == 2
