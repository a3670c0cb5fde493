"""`referent eval` as a person runs it: over a data folder, over documents, with a model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fake_ollama as ollama
import pytest
from fake_ollama import Behaviour, says, serving
from folders import killed
from running import Ran, referent

from eval import record
from eval.runs import read_run
from ingest.pipeline import Ingest, IngestOptions
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings

TITLE = "Règlement général"
RULES = """---
title: Règlement général
effective: 2025-01-01
---
# Règlement général

## Article 1 – Objet

Le présent règlement fixe les règles du guichet.

## Article 2 – Recours

Le recours gracieux est formé dans un délai de deux mois à compter de la notification.

## Article 3 – Stationnement

Le stationnement devant la mairie est limité à une heure.
"""
ROWS: list[dict[str, Any]] = [
    {"id": "recours", "question": "Quel est le délai du recours gracieux ?", "code": TITLE,
     "articles": ["2"], "quote": "dans un délai de deux mois"},
    {"id": "mairie", "question": "Combien de temps stationner devant la mairie ?", "code": TITLE,
     "articles": ["Article 3"]},
    {"id": "rien", "question": "La piscine ouvre-t-elle dimanche ?", "code": "", "articles": [],
     "answerable": False},
]  # fmt: skip


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("eval") / "rgs.md"
    path.write_text(RULES, "utf-8")
    return path


@pytest.fixture(scope="module")
def data(rules: Path) -> Path:
    folder = rules.parent / "data"
    with open_parts(Settings(data=folder, embedding_model=NO_MODEL)) as parts:
        assert not Ingest(parts, IngestOptions()).run([rules]).failures
    return folder


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    return written(tmp_path, ROWS)


def written(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def evaluate(*arguments: object, **settings: str) -> Ran:
    ran = referent("eval", *arguments, **settings)
    assert "Traceback" not in ran.err
    return ran


def test_a_run_measures_and_keeps_its_lines(data: Path, asked: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.jsonl"
    ran = evaluate("run", asked, "--data", data, "--out", out, "--json")
    assert ran.status == 0, ran.err
    figures = ran.json["figures"]
    assert figures["mrr"] == {"value": 1.0, "low": 1.0, "high": 1.0, "count": 2}
    assert figures["gold_cited"]["value"] == figures["citations_verified"]["value"] == 1.0
    assert figures["refusal_recall"]["value"] == 1.0
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["recours", "mairie", "rien"]
    numbers = [found["article"] for found in lines[0]["ranking"]]
    assert len(numbers) == len(set(numbers)) and numbers[0] == "2"
    assert lines[0]["answer"]["citations"][0]["verdict"] == "verified"
    assert lines[2]["answer"]["refused"] and lines[0]["seconds"] > 0


def test_a_finished_run_is_not_asked_again_and_another_way_is_refused(
    data: Path, asked: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.jsonl"
    first = evaluate("run", asked, "--data", data, "--out", out, "--json")
    content = out.read_bytes()
    again = evaluate("run", asked, "--data", data, "--out", out, "--json")
    assert again.json == first.json and out.read_bytes() == content
    other = evaluate("run", asked, "--data", data, "--out", out, "--no-answers")
    assert (other.status, "fait autrement (model)" in other.err) == (2, True), other.err
    assert out.read_bytes() == content


def test_another_thesaurus_is_another_way(data: Path, asked: Path, tmp_path: Path) -> None:
    own, out = tmp_path / "own.jsonl", tmp_path / "run.jsonl"
    more = ["--data", data, "--no-answers", "--out", out]
    assert evaluate("run", asked, *more).status == 0
    own.write_text('{"lay": "piscine", "legal": ["stationnement"]}\n', "utf-8")
    ran = evaluate("run", asked, *more, REFERENT_THESAURUS=str(own))
    assert (ran.status, "(code)" in ran.err) == (2, True), ran.err
    aside = evaluate("run", asked, *more[:3], "--json", REFERENT_THESAURUS=str(own))
    assert aside.json["figures"]["mrr"]["value"] == 1.0


def test_rankings_only(data: Path, asked: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.jsonl"
    ran = evaluate("run", asked, "--data", data, "--no-answers", "--out", out, "--json")
    assert "gold_cited" not in ran.json["figures"] and "mrr" in ran.json["figures"]
    assert all("answer" not in json.loads(line) for line in out.read_text().splitlines())


def test_a_date_before_the_texts_finds_nothing(data: Path, asked: Path) -> None:
    ran = evaluate("run", asked, "--data", data, "--as-of", "2024-01-01", "--json")
    assert ran.json["figures"]["recall@100"]["value"] == 0.0


def test_a_bad_line_is_named_and_the_others_go_on(data: Path, asked: Path) -> None:
    asked.write_text("{\n" + asked.read_text("utf-8"), "utf-8")
    ran = evaluate("run", asked, "--data", data)
    assert (ran.status, "ligne 1 : JSON illisible" in ran.out) == (1, True)
    assert "MRR\t1.000" in ran.out
    assert evaluate("run", asked, "--data", data, "--json").json["bad_lines"][0]["line"] == 1


@pytest.mark.slow
def test_documents_are_ingested_aside(rules: Path, asked: Path, tmp_path: Path) -> None:
    ran = evaluate("run", asked, "--documents", rules, "--json")
    assert (ran.status, ran.json["figures"]["mrr"]["value"]) == (0, 1.0)
    missing = evaluate("run", asked, "--documents", tmp_path / "none.md")
    assert (missing.status, "none.md" in missing.err) == (1, True)


def test_documents_never_reach_a_shared_catalogue(rules: Path, asked: Path) -> None:
    ran = evaluate("run", asked, "--documents", rules, REFERENT_INDEX_URL="http://127.0.0.1:9")
    assert (ran.status, "index_url" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--no-answers", "--judge", "m"], "--judge"),
        (["--judge", "m"], "REFERENT_MODEL_URL"),
        (["--documents", "a"], "choisissez"),
        (["--out", "none/run.jsonl"], "impossible d'écrire"),
        (["--model", "m"], "modèle inconnu"),
    ],
)
def test_wrong_usage(data: Path, asked: Path, arguments: list[str], said: str) -> None:
    ran = evaluate("run", asked, "--data", data, *arguments)
    assert (ran.status, said in ran.err) == (2, True), ran.err


def test_questions_that_cannot_be_read(data: Path, tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text("\n")
    binary.write_bytes(b"\xff\xfe")
    for path, said in ((empty, "aucune question"), (binary, "UTF-8"), (tmp_path, "illisible")):
        ran = evaluate("run", path, "--data", data)
        assert (ran.status, said in ran.err) == (2, True), ran.err


@pytest.mark.slow
def test_a_killed_run_leaves_whole_lines_and_goes_on(data: Path, tmp_path: Path) -> None:
    rows = [ROWS[0] | {"id": f"q{at}"} for at in range(400)]
    asked, out = written(tmp_path, rows), tmp_path / "run.jsonl"
    command = ["eval", "run", asked, "--data", data, "--out", out]
    after = 1.0
    while not (killed(command, after) and out.exists() and read_run(out)):
        assert not out.exists() or len(read_run(out)) < len(rows), "never caught at work"
        after += 0.5
    left = out.read_bytes()
    assert left.endswith(b"\n")
    assert evaluate(*command[1:]).status == 0
    assert out.read_bytes().startswith(left)
    assert [line.question_id for line in read_run(out)] == [row["id"] for row in rows]


def model(write: Callable[[Any], str]) -> Behaviour:
    """A model that writes answers, and as a judge says YES where it was given the right article."""

    def behave(request: Any) -> Iterator[str]:
        said = json.dumps(request["messages"], ensure_ascii=False)
        yield ("YES" if "notification" in said else "NO") if "YES" in said else write(request)

    return behave


def with_server(fake: ollama.FakeOllama) -> dict[str, str]:
    return {"REFERENT_MODEL_URL": fake.url, "REFERENT_MODEL_SILENCE_TIMEOUT": "5"}


def quoting(request: Any) -> str:
    try:
        number = ollama.number_of(request, "recours gracieux est")
    except StopIteration:
        return "AUCUNE RÉPONSE"
    return f"Le recours gracieux est formé dans un délai de deux mois [{number}]."


@pytest.mark.slow
def test_a_model_writes_and_judges(data: Path, tmp_path: Path) -> None:
    asked, out = written(tmp_path, ROWS[:1]), tmp_path / "run.jsonl"
    with serving(m=model(quoting)) as fake:
        more = ["--model", "m", "--judge", "m", "--out", out, "--json"]
        ran = evaluate("run", asked, "--data", data, *more, **with_server(fake))
    assert ran.status == 0, ran.err + ran.out
    assert ran.json["figures"]["faithful"]["value"] == 1.0
    assert ran.json["figures"]["relevant"]["value"] == 1.0
    line = json.loads(out.read_text("utf-8"))
    assert line["judged"] == {"model": "m", "faithful": 1.0, "relevant": 1.0}
    judged = [e.body for e in fake.exchanges if "/api/chat" in e.path][-2:]
    for body in judged:
        assert "deux mois à compter de la notification" in json.dumps(body, ensure_ascii=False)
        assert body["options"]["num_ctx"] == 8192


@pytest.mark.slow
def test_a_judge_that_says_no_or_does_not_answer(data: Path, tmp_path: Path) -> None:
    asked = written(tmp_path, ROWS[:1])
    more = ["--data", data, "--json"]
    with serving(no=says("<think>yes, perhaps</think>", "NO"), cut=says("Y", ollama.CUT)) as fake:
        no = evaluate("run", asked, *more, "--judge", "no", **with_server(fake))
        cut = evaluate("run", asked, *more, "--judge", "cut", **with_server(fake))
    assert (no.status, no.json["figures"]["faithful"]["value"]) == (0, 0.0)
    assert (cut.status, "faithful" in cut.json["figures"]) == (1, False)
    assert list(cut.json["failures"]) == ["recours"]


def test_an_answer_written_without_the_model_is_a_failure(data: Path, asked: Path) -> None:
    with serving(m=says("Le", ollama.CUT)) as fake:
        settings = {**with_server(fake), "REFERENT_MIN_CONFIDENCE": "0"}
        ran = evaluate("run", asked, "--data", data, "--model", "m", "--json", **settings)
    # for the third nothing is found, so that no model is asked
    assert (ran.status, set(ran.json["failures"])) == (1, {"recours", "mairie"})
    assert "gold_cited" not in ran.json["figures"] and ran.json["figures"]["mrr"]["value"] == 1.0


@pytest.mark.slow
def test_compare_and_report(data: Path, asked: Path, tmp_path: Path) -> None:
    first, second, page = (tmp_path / name for name in ("a.jsonl", "b.jsonl", "page.html"))
    for path in (first, second):
        evaluate("run", asked, "--data", data, "--out", path)
    lines = [json.loads(line) for line in second.read_text("utf-8").splitlines()]
    lines[1]["ranking"].reverse()
    second.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    compared = evaluate("compare", first, second, "--questions", asked, "--json")
    assert [move["question_id"] for move in compared.json["losses"]] == ["mairie"]
    plain = evaluate("compare", first, second)
    assert "Perte\tmairie\t" in plain.out and "MRR\t1.000\t" in plain.out
    made = evaluate("report", first, second, "--questions", asked, "--out", page, "--json")
    assert made.json["page"] == str(page)
    assert "Combien de temps stationner devant la mairie\xa0?" in page.read_text("utf-8")
    nowhere = evaluate("report", first, "--out", tmp_path / "none" / "page.html")
    assert (nowhere.status, "impossible d'écrire" in nowhere.err) == (2, True)


def test_the_record_names_its_command_and_commit() -> None:
    found = {"questions": 3, "level": "article",
             "figures": {"mrr": {"value": 0.5, "low": 0.25, "high": 0.75, "count": 2}}}  # fmt: skip
    chosen = record.SETS["cdtn"]
    section = record.section("cdtn", chosen, found)
    assert "| `mrr` | 0.500 | 0.250 – 0.750 | 2 |" in section
    command = "referent eval run SHARED/eval/cdtn/questions.jsonl --documents SHARED/eval/cdtn/"
    assert command in section
    both = record.section("questions", record.SETS["questions"], found)
    assert "cat SHARED/eval/questions.jsonl eval/unanswerable.jsonl > POOLED" in both
    assert "referent eval run POOLED --documents SHARED/corpora/legi/codes" in both
