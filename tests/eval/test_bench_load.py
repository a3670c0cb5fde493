"""Fifty clients ask while a text changes: the measure of `eval.bench.load`, short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eval.bench.clients import NO_STATE, Clients, Plan, asks
from eval.bench.load import MARK, PLACES, run_load, write
from rag.settings import NO_MODEL

SECONDS = 10.0


def test_every_sentence_tells_its_state(tmp_path: Path) -> None:
    source = tmp_path / "text.md"
    for state in (3, 4):
        write(source, state)
        sentences = re.findall(r"[^.]{20,}\.", source.read_text("utf-8"))
        told = [re.findall(MARK, sentence) for sentence in sentences]
        assert told == [[f"{state:04}"]] * (2 * len(PLACES))


@pytest.mark.parametrize(
    ("status", "body", "errors", "mixed", "marks"),
    [
        (200, "état n° 0001 … état n° 0001", 0, 0, {"0001": 1}),
        (200, "état n° 0001 … état n° 0002", 0, 1, {"0001": 1, "0002": 1}),
        (200, "rien", 0, 0, {NO_STATE: 1}),
        (200, "event: problem", 1, 0, {NO_STATE: 1}),
        (503, "", 1, 0, {NO_STATE: 1}),
    ],
)
def test_answers_are_judged(
    status: int, body: str, errors: int, mixed: int, marks: dict[str, int]
) -> None:
    clients = Clients(Plan("http://127.0.0.1:1", asks("/v1/ask", ["?"]), 1, 1.0, mark=MARK))
    clients.judge("/v1/ask", status, body)
    outcome = clients.outcome
    assert (len(outcome.errors), len(outcome.mixed), outcome.marks) == (errors, mixed, marks)


@pytest.mark.slow
def test_no_error_and_no_mixed_answer_while_a_text_changes(tmp_path: Path) -> None:
    load = run_load(tmp_path / "data", tmp_path, NO_MODEL, SECONDS)
    outcome = load.outcome
    assert outcome.errors == []
    assert outcome.mixed == []
    assert {"/v1/search", "/v1/ask", "/v1/ask events"} == outcome.latencies.keys()
    assert len(load.ingests.values) >= 2
    assert len(outcome.marks.keys() - {NO_STATE}) >= 2, "the clients saw no change"
