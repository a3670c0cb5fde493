"""`search`, `ask`, `show` and `changes` as a person types them, on a small real data folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import Ran, referent

from ingest.pipeline import Ingest, IngestOptions
from ingest.sources.base import ReadOptions
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings

RULES = """---
title: Règlement général
effective: {day}
---
# Règlement général

## Article 1 – Objet

Le présent règlement fixe les règles du guichet, « [bold]en gras[/] » et :a: compris.

## Article 2 – Recours

Le recours gracieux est formé dans un délai de {delay} mois.
"""
PROCEDURE = """---
title: Traitement des recours
effective: 2025-01-01
---
# Traitement des recours

## 3. Instruction

### 3.1 Accusé de réception

Un accusé de réception est envoyé sous dix jours.

### 3.2 Réponse

La réponse est motivée.
"""
SECRET = "# Note interne\n\n## Article 2\n\nLa zibeline des agents est taxée.\n"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two states of a text, a procedure, and a text of one service."""
    folder = tmp_path_factory.mktemp("asking")
    sources = folder / "sources"
    sources.mkdir()
    (sources / "proc.md").write_text(PROCEDURE, encoding="utf-8")
    (sources / "secret.md").write_text(SECRET, encoding="utf-8")
    rules = sources / "rgs.md"
    with open_parts(Settings(data=folder / "data", embedding_model=NO_MODEL)) as parts:
        for day, delay in (("2025-01-01", "deux"), ("2026-01-01", "trois")):
            rules.write_text(RULES.format(day=day, delay=delay), encoding="utf-8")
            assert not Ingest(parts, IngestOptions()).run([rules]).failures
        assert not Ingest(parts, IngestOptions()).run([sources / "proc.md"]).failures
        closed = IngestOptions(read=ReadOptions(services=frozenset({"rh"})))
        assert not Ingest(parts, closed).run([sources / "secret.md"]).failures
    yield folder / "data"


def run(data: Path, *arguments: object) -> Ran:
    return referent(*arguments, "--data", data)


def as_json(data: Path, *arguments: object) -> Any:
    ran = run(data, *arguments, "--json")
    assert ran.status == 0, ran.err
    return ran.json


def test_search_in_a_pipe_is_a_line_a_hit(data: Path) -> None:
    ran = run(data, "search", "recours gracieux")
    fields = [line.split("\t") for line in ran.out.splitlines()]
    assert fields[0][0] == "1"
    assert fields[0][2:4] == ["Article 2", "Règlement général"]
    assert {len(each) for each in fields} == {5}


@pytest.mark.parametrize(
    ("as_of", "words"),
    [("2024-12-31", None), ("2025-01-01", "deux"), ("2025-12-31", "deux"), ("2026-01-01", "trois")],
)
def test_every_door_knows_the_date(data: Path, as_of: str, words: str | None) -> None:
    question = "Quel est le délai du recours gracieux ?"
    found = as_json(data, "search", question, "--as-of", as_of)
    rules = [hit["passage"] for hit in found["hits"] if hit["article"] == "2"]
    answer = as_json(data, "ask", question, "--as-of", as_of)
    shown = as_json(data, "show", "article 2 règlement général", "--as-of", as_of)
    assert found["as_of"] == answer["as_of"] == as_of
    if words is None:
        assert not rules and not shown["versions"] and answer["refused"]
    else:
        assert len(rules) == 1 and words in rules[0]
        assert words in answer["citations"][0]["quote"]
        assert [words in version["words"] for version in shown["versions"]] == [True]


def test_today_is_null(data: Path) -> None:
    assert as_json(data, "search", "recours")["as_of"] is None
    assert as_json(data, "ask", "recours")["as_of"] is None


@pytest.mark.parametrize("question", ["zibeline", "article 2 de la note interne", "taxée agents"])
@pytest.mark.parametrize("services", [["x"], ["état civil", "marchés"]])
def test_a_service_does_not_read_the_texts_of_another(
    data: Path, question: str, services: list[str]
) -> None:
    given = [part for service in services for part in ("--service", service)]
    for command in ("search", "ask"):
        shape = as_json(data, command, question, *given)
        shape.pop("question")
        shape.pop("understood")
        told = json.dumps(shape, ensure_ascii=False)
        assert "zibeline" not in told and "Note interne" not in told
    assert "zibeline" in run(data, "search", "zibeline", "--service", "rh").out


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("[bold]recours[/] [/] [link=x]", id="markup"),
        pytest.param("\x1b[2J\x07recours\x9b", id="control characters"),
        pytest.param("recours \udcff\udc80", id="bytes that are no UTF-8"),
        pytest.param("mérou :a: \\", id="refused"),
        pytest.param("le la les", id="stop words only"),
        pytest.param("é" * 4000, id="4,000 characters"),
        pytest.param("recours gracieux L. 311-5 " * 153, id="the same 4,000 characters"),
    ],
)
@pytest.mark.parametrize("command", ["ask", "search"])
def test_any_question_is_taken(data: Path, command: str, question: str) -> None:
    ran = run(data, command, question)
    assert (ran.status, ran.err) == (0, "")
    assert {c for c in ran.out if ord(c) < 32 or 127 <= ord(c) < 160} <= set("\n\t")
    assert as_json(data, command, question)["question"]


@pytest.mark.parametrize("question", ["", "   ", "\n", "e" * 4001])
@pytest.mark.parametrize("command", ["ask", "search"])
def test_what_is_no_question_is_wrong_usage(data: Path, command: str, question: str) -> None:
    ran = run(data, command, question)
    assert ran.status == 2
    assert "QUESTION" in ran.err


def test_the_words_of_a_text_are_shown_as_they_are(data: Path) -> None:
    for command in (("show", "article 1 règlement général"), ("ask", "article 1, guichet")):
        assert "« [bold]en gras[/] » et :a: compris." in run(data, *command).out


def test_a_number_that_only_has_parts_names_them(data: Path) -> None:
    ran = run(data, "show", "article", "3", "traitement des recours")
    assert ran.status == 1
    assert "3.1, 3.2 (Traitement des recours)" in ran.err


def test_history_is_every_version_with_its_period(data: Path) -> None:
    lines = run(data, "show", "article 2 règlement général", "--history").out.splitlines()
    assert [line for line in lines if line.startswith("En vigueur")] == [
        "En vigueur du 2025-01-01 au 2026-01-01 exclu",
        "En vigueur depuis le 2026-01-01",
    ]


def test_two_dates_are_compared(data: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    arguments = ["show", "article 2 règlement général", "--as-of", "2026-01-01"]
    arguments += ["--as-of", "2025-01-01"]
    out = run(data, *arguments).out
    assert "Du 2025-01-01 au 2026-01-01 :" in out
    assert "un délai de[- deux-]{+ trois+} mois." in out
    assert [part["kind"] for part in as_json(data, *arguments)["comparison"]] == [
        "same",
        "removed",
        "added",
        "same",
    ]
    ran = run(data, *arguments, "--html", page)
    assert (ran.status, ran.out) == (0, "")
    assert "<del> deux</del><ins> trois</ins>" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        pytest.param(["show", "article 99"], 1, "aucun article", id="no such article"),
        pytest.param(["show", "[/]"], 1, "[/]", id="markup"),
        pytest.param(["show", "\udcff"], 1, "aucun article", id="bytes that are no UTF-8"),
        pytest.param(["show", "article 2"], 1, "plusieurs articles", id="in several texts"),
        pytest.param(["changes", "\udcff"], 1, "aucun texte", id="changes of no text"),
        pytest.param(["show", "1", "--as-of", "hier"], 2, "--as-of", id="no date"),
        pytest.param(["show", "1", "--as-of", "2025-02-30"], 2, "--as-of", id="no such day"),
        pytest.param(["show", "1"] + ["--as-of", "2025-01-01"] * 3, 2, "--as-of", id="3 dates"),
        pytest.param(["ask", "q", "--model", "gpt"], 2, "--model", id="no such model"),
        pytest.param(["search", "q", "--limit", "0"], 2, "--limit", id="no hits wanted"),
        pytest.param(["show"], 2, "REFERENCE", id="nothing to show"),
        pytest.param(
            ["show", "article 1", "--html", "/nowhere/x.html"], 2, "/nowhere/x.html", id="no folder"
        ),
    ],
)
def test_mistakes_are_said(data: Path, arguments: list[str], status: int, said: str) -> None:
    ran = run(data, *arguments)
    assert ran.status == status
    assert said in ran.err
    assert ran.out == ""


def test_changes(data: Path, tmp_path: Path) -> None:
    since = ("--since", "2025-06-01")
    shape = as_json(data, "changes", *since)
    assert (shape["since"], shape["until"]) == ("2025-06-01", None)
    (changed,) = [change for change in shape["changes"] if change["day"] == "2026-01-01"]
    assert (changed["text"], changed["article"]) == ("Règlement général", "2")
    assert changed["kind"] == "changed"
    out = run(data, "changes", "règlement général", *since).out
    assert out == "2026-01-01\tmodifié\t2\tRèglement général\n"
    assert run(data, "changes", "traitement recours", "--since", "2030-01-01").out == ""
    page = tmp_path / "page.html"
    run(data, "changes", *since, "--html", page)
    assert "<ins> trois</ins>" in page.read_text("utf-8")


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    for command in (("ask", "q"), ("search", "q"), ("show", "1"), ("changes",)):
        ran = run(tmp_path / "none", *command)
        assert ran.status == 1
        assert "referent ingest" in ran.err
    assert not (tmp_path / "none").exists()
