"""The JSON shapes that DESIGN.md promises, and what a person sees."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from running import Ran, referent

INGESTED = {"texts", "failures", "seconds"}
TEXT = {
    "text_id", "text", "added", "changed", "removed", "metadata_only", "unchanged", "embedded",
}  # fmt: skip
SEARCHED = {"question", "as_of", "hits", "understood"}
HIT = {
    "rank", "score", "text_id", "text", "article", "article_id", "version_id", "start", "end",
    "valid_from", "valid_to", "path", "passage", "source", "page",
}  # fmt: skip
ASKED = {
    "question", "as_of", "answer", "refused", "model", "sentences", "citations", "timings",
}  # fmt: skip
MORE = {
    "nearest",
    "left_out",
    "notice",
    "answer_id",
    "searched",
    "premises",
    "confidence",
    "cached",
    "understood",
}
SENTENCE = {"text", "markers", "support"}
CITATION = {
    "marker", "text_id", "text", "article", "version_id", "quote", "start", "end", "verdict",
}  # fmt: skip
SHOWN = {
    "text_id", "text", "article", "article_id", "path", "versions", "cites", "cited_by",
}  # fmt: skip
VERSION = {"version_id", "valid_from", "valid_to", "state", "words"}
STATUS = {
    "texts", "articles", "versions", "passages", "index", "embedding_model", "schema", "data",
}  # fmt: skip
INDEX = {"points", "applied", "pending"}

PROCEDURE = """---
id: conges
title: Congés annuels
effective: {day}
{more}---
# Congés annuels

## 1. Durée

Un agent à temps complet a droit à {days} jours ouvrés de congés par an.

## 2. Report

Les congés non pris sont reportés jusqu'au 31 mars de l'année suivante.
"""
SECRET = PROCEDURE.replace("conges", "secret").replace("Congés annuels", "Enquêtes internes")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two states of one procedure, and one that only a service may read."""
    sources = tmp_path_factory.mktemp("sources")
    for year, days in ((2024, "vingt-cinq"), (2025, "trente")):
        text = PROCEDURE.format(day=f"{year}-01-01", days=days, more="")
        (sources / f"conges-{year}.md").write_text(text, "utf-8")
    text = SECRET.format(day="2025-01-01", days="mille", more="services: [enquêtes]\n")
    (sources / "secret.md").write_text(text, "utf-8")
    return sources


@pytest.fixture(scope="module")
def ingested(folder: Path) -> Ran:
    return referent("ingest", folder, "--data", folder / "data", "--json")


@pytest.fixture(scope="module")
def data(folder: Path, ingested: Ran) -> Path:
    assert ingested.status == 0, ingested
    return folder / "data"


def run(data: Path, *arguments: str) -> Any:
    ran = referent(*arguments, "--data", data, "--json")
    assert ran.status == 0, ran
    return ran.json


def is_day(value: object) -> bool:
    return value is None or date.fromisoformat(str(value)).isoformat() == value


def test_ingest(ingested: Ran) -> None:
    shape = ingested.json
    assert set(shape) == INGESTED
    assert isinstance(shape["seconds"], float)
    assert [set(text) for text in shape["texts"]] == [TEXT] * 3
    assert shape["texts"][0]["added"] == ["1", "2"]
    assert (shape["texts"][1]["changed"], shape["texts"][1]["unchanged"]) == (["1"], 1)
    assert shape["failures"] == []


def test_ingest_with_failures(tmp_path: Path) -> None:
    (tmp_path / "vide.md").touch()
    ran = referent("ingest", tmp_path, "--data", tmp_path / "data", "--json")
    assert (ran.status, set(ran.json)) == (1, INGESTED)
    assert len(ran.failures) == 1


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, folder: Path) -> None:
    options = ("--data", tmp_path / "data", "--json")
    tried = referent("ingest", folder, "--dry-run", *options)
    assert not (tmp_path / "data").exists()
    done = referent("ingest", folder, *options)
    assert tried.json["texts"] == done.json["texts"]


def test_search(data: Path) -> None:
    shape = run(data, "search", "congés par an")
    assert set(shape) == SEARCHED
    assert (shape["question"], shape["as_of"]) == ("congés par an", None)
    assert shape["hits"]
    for rank, hit in enumerate(shape["hits"], start=1):
        assert set(hit) == HIT
        assert hit["rank"] == rank
        assert isinstance(hit["path"], list)
        assert is_day(hit["valid_from"])
        assert is_day(hit["valid_to"])
        shown = run(data, "show", hit["article"], hit["text"], "--history")
        (words,) = [v["words"] for v in shown["versions"] if v["version_id"] == hit["version_id"]]
        assert words[hit["start"] : hit["end"]] == hit["passage"]


def test_search_at_a_date(data: Path) -> None:
    for day, days in (("2024-12-31", "vingt-cinq"), ("2025-01-01", "trente")):
        shape = run(data, "search", "congés par an", "--as-of", day, "--service", "autre")
        assert shape["as_of"] == day
        assert days in shape["hits"][0]["passage"]
    assert run(data, "search", "congés", "--as-of", "2023-12-31")["hits"] == []


def test_search_for_a_service(data: Path) -> None:
    def texts(*options: str) -> set[str]:
        return {hit["text_id"] for hit in run(data, "search", "congés", *options)["hits"]}

    assert texts("--service", "accueil") == {"conges"}
    assert texts("--service", "accueil", "--service", "enquêtes") == {"conges", "secret"}
    assert texts() == {"conges", "secret"}


def test_search_within_a_limit(data: Path) -> None:
    assert len(run(data, "search", "congés", "--limit", "1")["hits"]) == 1


def test_ask(data: Path) -> None:
    question = "À combien de jours ouvrés de congés un agent à temps complet a-t-il droit par an ?"
    shape = run(data, "ask", question, "--service", "accueil")
    assert set(shape) - MORE == ASKED
    assert not shape["refused"]
    assert "trente" in shape["answer"]
    assert [set(sentence) for sentence in shape["sentences"]]
    for sentence in shape["sentences"]:
        assert set(sentence) - {"reason", "struck"} == SENTENCE
    markers = [citation["marker"] for citation in shape["citations"]]
    assert markers == list(range(1, len(markers) + 1)) != []
    for citation in shape["citations"]:
        assert set(citation) - {"page", "valid_from", "valid_to", "link"} == CITATION
        assert citation["verdict"] == "verified"
        shown = run(data, "show", citation["article"], citation["text"])
        (version,) = shown["versions"]
        assert version["version_id"] == citation["version_id"]
        assert version["words"][citation["start"] : citation["end"]] == citation["quote"]
    assert all(isinstance(ms, float) for ms in shape["timings"].values())


def test_ask_at_a_date(data: Path) -> None:
    question = "À combien de jours ouvrés de congés un agent à temps complet a-t-il droit par an ?"
    shape = run(data, "ask", question, "--as-of", "2024-06-01", "--service", "accueil")
    assert shape["as_of"] == "2024-06-01"
    assert "vingt-cinq" in shape["answer"]


def test_ask_in_vain(data: Path) -> None:
    shape = run(data, "ask", "Quelle est la hauteur du mont Blanc ?")
    assert set(shape) - MORE == ASKED
    assert shape["refused"]
    assert (shape["citations"], shape["sentences"]) == ([], [])
    assert "Je n'ai pas trouvé" in shape["answer"]


def test_show(data: Path) -> None:
    shape = run(data, "show", "1", "Congés annuels")
    assert set(shape) == SHOWN
    (version,) = shape["versions"]
    assert set(version) == VERSION
    assert (version["valid_from"], version["valid_to"]) == ("2025-01-01", None)
    assert "trente" in version["words"]


def test_show_at_a_date_and_history(data: Path) -> None:
    (old,) = run(data, "show", "1", "Congés annuels", "--as-of", "2024-02-29")["versions"]
    assert "vingt-cinq" in old["words"]
    assert (old["valid_from"], old["valid_to"]) == ("2024-01-01", "2025-01-01")
    both = run(data, "show", "1", "Congés annuels", "--history")["versions"]
    assert [version["valid_from"] for version in both] == ["2024-01-01", "2025-01-01"]
    (kept,) = run(data, "show", "2", "Congés annuels", "--history")["versions"]
    assert kept["valid_from"] == "2024-01-01"


def test_show_what_is_not_there(data: Path) -> None:
    for reference in ("999", "12 du code inconnu"):
        ran = referent("show", reference, "--data", data)
        assert (ran.status, ran.out) == (1, "")
        assert "À faire" in ran.err


def test_status(data: Path) -> None:
    shape = run(data, "status")
    assert set(shape) == STATUS
    assert set(shape["index"]) == INDEX
    assert (shape["texts"], shape["articles"], shape["versions"]) == (2, 4, 5)
    assert shape["index"]["points"] == shape["passages"] == 5
    assert shape["index"]["pending"] == 0
    assert (shape["embedding_model"], shape["data"]) == ("none", str(data))


def test_check_and_rebuild(data: Path) -> None:
    assert run(data, "check") == {"problems": []}
    shape = run(data, "rebuild")
    assert (shape["points"], shape["embedded"]) == (5, 0)


def test_check_says_what_does_not_agree(tmp_path: Path, folder: Path) -> None:
    import sqlite3

    data = tmp_path / "data"
    source = tmp_path / "a.md"
    source.write_text("# A\n\nDes mots.\n")
    referent("ingest", source, "--data", data)
    with sqlite3.connect(data / "catalogue.sqlite3") as connection:
        connection.execute("UPDATE articles SET number = '99'")
    connection.close()
    source.unlink()
    ran = referent("check", "--data", data, "--json")
    assert ran.status == 1
    problems = ran.json["problems"]
    assert all(set(problem) == {"what", "remedy"} for problem in problems)
    assert any("a.md n'est plus là" in problem["what"] for problem in problems)
    assert any("périmés" in problem["what"] for problem in problems)
    assert referent("rebuild", "--data", data).status == 0
    assert len(referent("check", "--data", data, "--json").json["problems"]) == 1


def test_another_model_is_refused_then_taken(tmp_path: Path, folder: Path) -> None:
    data = tmp_path / "data"
    referent("ingest", folder, "--data", data)
    static = {"REFERENT_EMBEDDING_MODEL": "static"}
    ran = referent("search", "congés", "--data", data, **static)
    assert ran.status == 1
    assert "referent rebuild" in ran.err
    rebuilt = referent("rebuild", "--data", data, "--json", **static)
    assert rebuilt.json["embedded"] > 0
    assert referent("search", "congés", "--data", data, **static).status == 0
    assert referent("check", "--data", data, **static).status == 0


def test_remove(tmp_path: Path, folder: Path) -> None:
    data = tmp_path / "data"
    referent("ingest", folder, "--data", data)
    ran = referent("remove", "conges", "--data", data, "--json")
    assert (ran.status, ran.json["text_id"]) == (0, "conges")
    hits = referent("search", "congés", "--data", data, "--json").json["hits"]
    assert {hit["text_id"] for hit in hits} == {"secret"}
    assert referent("show", "1", "Congés annuels", "--data", data).status == 1
    assert referent("check", "--data", data).status == 0
    again = referent("ingest", folder, "--data", data, "--json")
    assert [text["text_id"] for text in again.json["texts"] if text["added"]] == ["conges"]


def test_plain_lines_in_a_pipe(data: Path) -> None:
    ran = referent("search", "congés par an", "--data", data)
    first = ran.out.splitlines()[0].split("\t")
    assert first[0] == "1"
    assert "\x1b" not in ran.out
    asked = referent(
        "ask", "Jusqu'à quelle date les congés non pris sont-ils reportés ?", "--data", data
    )
    assert "[1]" in asked.out
    assert re.search(r"« .*31 mars.* »", asked.out)


@pytest.mark.parametrize(
    "command", ["ingest", "search", "ask", "show", "status", "rebuild", "check", "remove"]
)
def test_every_command_says_how_it_is_used(command: str) -> None:
    ran = referent(command, "--help")
    assert ran.status == 0
    assert "--data" in ran.out
    assert "--json" in ran.out


def test_services_and_dates_of_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Notice\n\nLe guichet ouvre à neuf heures.\n")
    data = tmp_path / "data"
    options = ("--service", "accueil", "--effective", "2025-02-01")
    assert referent("ingest", tmp_path / "a.md", *options, "--data", data).status == 0
    asked = ("search", "guichet", "--data", data, "--json")
    assert referent(*asked, "--service", "voirie").json["hits"] == []
    (hit,) = referent(*asked, "--service", "accueil").json["hits"]
    assert hit["valid_from"] == "2025-02-01"
    assert json.loads(json.dumps(hit)) == hit
