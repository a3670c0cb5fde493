"""Question sets in both known shapes, and article keys in any spelling."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.datasets import BadLine, EvalQuestion, article_key, read_questions, sort_out

CRPA = "code des relations entre le public et l'administration"


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("Code des relations entre le public et l'administration", "L311-5", f"{CRPA}#l311-5"),
        ("Code des relations entre le public et l’administration ", "L. 311-5", f"{CRPA}#l311-5"),
        ("CODE DES RELATIONS ENTRE LE PUBLIC ET L'ADMINISTRATION", "l 311 5", f"{CRPA}#l311-5"),
        ("Règlement", "R*4", "reglement#r4"),
        ("Règlement", "12 bis", "reglement#12-bis"),
    ],
)
def test_article_key(text: str, number: str, expected: str) -> None:
    assert article_key(text, number) == expected


def read(tmp_path: Path, *rows: object) -> list[EvalQuestion]:
    file = tmp_path / "questions.jsonl"
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    file.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return read_questions(file)


def test_articles(tmp_path: Path) -> None:
    row = {"id": "1", "question": "Quand ?", "code": "Code", "articles": ["L1", "L. 2"]}
    (question,) = read(tmp_path, row | {"quote": "mots"})
    right = {"code#l1": 1.0, "code#l2": 1.0}
    assert question == EvalQuestion("1", "Quand ?", right, answerable=True, quote="mots")


def test_unanswerable(tmp_path: Path) -> None:
    row = {"id": "1", "question": "Quoi ?", "code": "", "articles": [], "answerable": False}
    (question,) = read(tmp_path, row)
    assert (question.relevant, question.answerable) == ({}, False)


def test_graded_documents(tmp_path: Path) -> None:
    row = {"id": "1", "question": "q", "relevant": {"a": 5, "b": 4, "c": 3}}
    none = {"id": "2", "question": "q", "relevant": {"c": 1}}
    first, second = read(tmp_path, row, none)
    assert first.relevant == {"a": 1.0, "b": 1.0}
    assert not second.answerable
    assert first.by_document and second.by_document


GOOD = {"id": "1", "question": "Quand ?", "code": "Code", "articles": ["L1"]}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "JSON illisible"),
        ("[]", "ce n'est pas un objet JSON"),
        (json.dumps(GOOD | {"question": " "}), "« question »"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "id"}), "« id »"),
        (json.dumps(GOOD | {"articles": "L1"}), "« articles »"),
        (json.dumps(GOOD | {"articles": []}), "« articles » est vide"),
        (json.dumps(GOOD | {"code": ""}), "« code » manque"),
        (json.dumps({"id": "1", "question": "Quand ?"}), "rien ne dit ce qui répond"),
        (json.dumps(GOOD | {"id": "0"}), "l'identifiant 0 est déjà pris"),
    ],
)
def test_a_bad_line_is_named_and_the_others_go_on(line: str, why: str) -> None:
    first, last = json.dumps(GOOD | {"id": "0"}), json.dumps(GOOD | {"id": "2"})
    questions, bad = sort_out([first, "", line, last])
    assert [question.question_id for question in questions] == ["0", "2"]
    (found,) = bad
    assert (found.number, why in found.what) == (3, True), found


def test_without_bad_lines_there_is_nothing_to_say() -> None:
    questions, bad = sort_out([json.dumps(GOOD | {"id": 7})])
    assert ([question.question_id for question in questions], bad) == (["7"], list[BadLine]())


def test_what_nothing_answers_has_no_right_article(tmp_path: Path) -> None:
    (question,) = read(tmp_path, GOOD | {"answerable": False})
    assert (question.relevant, question.answerable) == ({}, False)


def test_the_sets_at_hand_are_read_whole(shared: Path) -> None:
    own = Path(__file__).parents[2] / "corpus" / "questions.jsonl"
    files = [own, *(shared / "eval").glob("**/questions.jsonl"), shared / "eval/crpa-faq.jsonl"]
    for file in files:
        questions = read_questions(file)
        assert len({question.question_id for question in questions}) == len(questions) > 0
        assert all(bool(q.relevant) or not q.answerable for q in questions)


def test_our_own_set_is_large_and_partly_unanswerable() -> None:
    own = read_questions(Path(__file__).parents[2] / "corpus" / "questions.jsonl")
    assert sum(question.answerable for question in own) >= 40
    assert sum(not question.answerable for question in own) >= 40
