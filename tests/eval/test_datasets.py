"""Question sets in both known shapes, and article keys in any spelling."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.datasets import EvalQuestion, article_key, read_questions

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


def test_the_sets_at_hand_are_read_whole(shared: Path) -> None:
    own = Path(__file__).parents[2] / "corpus" / "questions.jsonl"
    files = [own, *(shared / "eval").glob("**/questions.jsonl"), shared / "eval/crpa-faq.jsonl"]
    for file in files:
        questions = read_questions(file)
        assert len({question.question_id for question in questions}) == len(questions) > 0
        assert all(bool(q.relevant) or not q.answerable for q in questions)


def test_our_own_set_is_large_and_partly_unanswerable() -> None:
    own = read_questions(Path(__file__).parents[2] / "corpus" / "questions.jsonl")
    assert len(own) >= 40
    assert 0 < sum(not question.answerable for question in own) < len(own) / 2
