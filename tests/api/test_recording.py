"""Every request is in the journal: who, through which door, what was cited, how it went."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fake_ollama as ollama
import pytest
from fake_ollama import FakeOllama
from running import referent
from serving import Served, serving
from small_folder import filled
from sqlalchemy import text

from rag.bootstrap import open_parts
from rag.database import reading
from rag.journal.checking import check
from rag.journal.entry import Entry, Spent, Verdicts
from rag.journal.filters import Filter
from rag.journal.journal import Journal
from rag.journal.reading import entries
from rag.settings import NO_MODEL, Settings

QUESTION = "Quel est le délai du recours gracieux ?"
TRUE = "Le recours gracieux est formé dans un délai de trois mois"


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeOllama]:
    with ollama.serving(m=ollama.says(f"{TRUE} [1]. Il est payant [1].")) as running:
        running.models["broken"] = ollama.says(TRUE, ollama.CUT)
        yield running


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, fake: FakeOllama) -> Iterator[Served]:
    data = filled(tmp_path_factory.mktemp("recorded"))
    with serving(data, model_url=fake.url) as running:
        yield running


def kept(data: Path) -> list[Entry]:
    """The journal, oldest first; it is whole."""
    chosen = Settings(data=data, embedding_model=NO_MODEL)
    with open_parts(chosen) as parts:
        journal = Journal(parts.registry, chosen, parts.data)
        assert check(parts.registry, journal.key).problem is None
        with reading(parts.registry) as connection:
            return [recorded.entry for recorded in entries(connection, Filter())]


def test_an_answer(served: Served) -> None:
    answer = served.everyone.post("/v1/ask", json={"question": QUESTION}).json()
    entry = kept(served.data)[-1]
    assert entry.request_id == answer["answer_id"]
    assert (entry.kind, entry.door, entry.status) == ("ask", "api", "answered")
    assert (entry.question, entry.model) == (QUESTION, "extractive")
    assert entry.versions == (answer["citations"][0]["version_id"],)
    assert {"index", "generate", "total"} <= set(entry.latency)
    again = served.everyone.post("/v1/ask", json={"question": QUESTION}).json()
    assert again["cached"] and kept(served.data)[-1].request_id == again["answer_id"]


def test_an_answer_of_a_model(served: Served) -> None:
    asked = {"question": QUESTION, "model": "m"}
    assert served.everyone.post("/v1/ask", json=asked).status_code == 200
    entry = kept(served.data)[-1]
    assert entry.model == "m"
    assert entry.verdicts == Verdicts(verified=1, unsupported=1)
    assert entry.spent.written_tokens == 10


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param({"question": "mérou"}, "refused", id="refused"),
        pytest.param({"question": QUESTION, "model": "broken"}, "failed", id="failed"),
    ],
)
def test_an_answer_that_is_none(served: Served, asked: dict[str, str], status: str) -> None:
    served.everyone.post("/v1/ask", json=asked)
    entry = kept(served.data)[-1]
    assert (entry.kind, entry.status, entry.versions) == ("ask", status, ())
    assert entry.refused == (status == "refused") and entry.spent == Spent()


def test_every_other_request(served: Served) -> None:
    before = len(kept(served.data))
    served.everyone.post("/v1/search", json={"question": QUESTION})
    served.everyone.get("/v1/texts")
    served.everyone.get("/v1/articles/article 2 règlement général")
    served.everyone.get("/v1/articles/article 99 règlement général")
    served.everyone.get("/v1/changes")
    served.everyone.post("/v1/verify", json={"text": "Vu l'article 2 du Règlement général."})
    served.operator.post("/v1/search", json={"question": QUESTION})
    told = [(e.kind, e.door, e.who, e.question, e.status) for e in kept(served.data)[before:]]
    assert told == [
        ("search", "api", "anonymous", QUESTION, "answered"),
        ("texts", "api", "anonymous", "", "answered"),
        ("article", "api", "anonymous", "article 2 règlement général", "answered"),
        ("article", "api", "anonymous", "article 99 règlement général", "failed"),
        ("changes", "api", "anonymous", "", "answered"),
        ("verify", "api", "anonymous", "", "answered"),
        ("search", "api", "operator", QUESTION, "answered"),
    ]


@pytest.mark.parametrize("required", [True, False])
def test_an_answer_that_cannot_be_journalled(tmp_path: Path, required: bool) -> None:
    with serving(filled(tmp_path), journal_required=required) as served:
        chosen = Settings(data=served.data, embedding_model=NO_MODEL)
        with open_parts(chosen) as parts, parts.registry.begin() as connection:
            connection.execute(text("DROP TABLE journal"))
        asked = {"question": QUESTION}
        whole = served.everyone.post("/v1/ask", json=asked)
        events = served.everyone.post(
            "/v1/ask", json=asked, headers={"Accept": "text/event-stream"}
        )
        searched = served.everyone.post("/v1/search", json=asked)
    if required:
        assert (whole.status_code, searched.status_code) == (503, 503)
        assert "mois" not in whole.text
        assert "event: problem" in events.text and "event: answer" not in events.text
    else:
        assert (whole.status_code, searched.status_code) == (200, 200)
        assert "event: answer" in events.text


def test_past_answers_tell_how_fast_a_model_is(served: Served, fake: FakeOllama) -> None:
    for word in ("délai", "recours"):
        served.everyone.post("/v1/ask", json={"question": f"{word} gracieux", "model": "m"})
    listed = served.everyone.get("/v1/models").json()
    (speed,) = [model["speed"] for model in listed["data"] if model["id"] == "m"]
    assert speed["answers"] >= 2 and speed["written_per_second"] == 2000.0  # 10 tokens in 5 ms
    ran = referent("models", "--data", served.data, "--json", REFERENT_MODEL_URL=fake.url)
    (told,) = [model["speed"] for model in ran.json["models"] if model["name"] == "m"]
    assert told == speed
