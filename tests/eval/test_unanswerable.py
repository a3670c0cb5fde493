"""The questions written for the project: counted, met once, and not told apart by their length."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from eval.datasets import EvalQuestion, read_questions
from rag.retrieval.numbers import fold

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpus" / "questions.jsonl"
CODES = ROOT / "eval" / "unanswerable.jsonl"
TRAINING = ROOT / "eval" / "training" / "questions.jsonl"

STYLES = {"citizen", "agent", "legal", "keywords"}
KINDS = {
    "amount",
    "competence",
    "condition",
    "deadline",
    "definition",
    "number",
    "paraphrase",
    "procedure",
    "right",
    "sanction",
    "situation",
}
MEDIANS_APART = 3  # words
EVEN = 0.1  # how far from 1/2 the area may be when length alone is to tell two sets apart


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def written(path: Path) -> list[dict[str, Any]]:
    """The unanswerable questions that say why nothing answers them."""
    return [row for row in rows(path) if "why" in row]


def lengths(questions: Iterable[str]) -> list[int]:
    return [len(question.split()) for question in questions]


def area(some: list[int], others: list[int]) -> float:
    """How often one of `some` is longer than one of `others`; a tie is half."""
    wins = sum((a > b) + (a == b) / 2 for a in some for b in others)
    return wins / (len(some) * len(others))


def answered(questions: list[EvalQuestion]) -> list[str]:
    return [question.question for question in questions if question.answerable]


@pytest.mark.parametrize(("path", "count"), [(CORPUS, 106), (CODES, 50)])
def test_the_sets_are_read_whole(path: Path, count: int) -> None:
    questions = read_questions(path)
    assert len(questions) == len({question.question_id for question in questions}) == count


@pytest.mark.parametrize("path", [CORPUS, CODES])
def test_half_of_the_fifty_are_near_misses_and_each_says_why(path: Path) -> None:
    found = written(path)
    assert (len(found), sum(row["near"] for row in found)) == (50, 25)
    assert all(row["why"] and not row["answerable"] for row in found)
    assert {row["as"] for row in found} == {"citizen", "agent", "legal"}


def test_no_question_is_asked_twice() -> None:
    asked = [row["question"] for path in (CORPUS, CODES, TRAINING) for row in rows(path)]
    words = [" ".join(re.findall(r"\w+", fold(question))) for question in asked]
    assert len(set(words)) == len(words) == 4346


@pytest.mark.parametrize(("path", "answerable"), [(CORPUS, CORPUS), (CODES, TRAINING)])
def test_length_tells_nothing(path: Path, answerable: Path) -> None:
    without = lengths(q.question for q in read_questions(path) if not q.answerable)
    if answerable == TRAINING:
        having = lengths(row["question"] for row in rows(TRAINING))
    else:
        having = lengths(answered(read_questions(answerable)))
    assert abs(median(without) - median(having)) <= MEDIANS_APART
    assert abs(area(without, having) - 0.5) <= EVEN


@pytest.mark.parametrize("path", [CORPUS, CODES])
def test_near_misses_are_as_long_as_the_others(path: Path) -> None:
    near = lengths(row["question"] for row in written(path) if row["near"])
    far = lengths(row["question"] for row in written(path) if not row["near"])
    assert abs(median(near) - median(far)) <= MEDIANS_APART


def test_training_questions_have_the_known_shape() -> None:
    found = rows(TRAINING)
    assert len(found) == 4190
    for row in found:
        assert set(row) == {"question", "style", "kind", "code", "num", "also"}
        assert row["style"] in STYLES and row["kind"] in KINDS
        assert row["question"].strip() and row["num"] not in row["also"]


def test_training_questions_are_new_and_name_articles_that_exist(shared: Path) -> None:
    articles = {(row["code"], row["num"]) for row in rows(shared / "training" / "articles.jsonl")}
    before = {row["question"] for row in rows(shared / "training" / "questions.jsonl")}
    for row in rows(TRAINING):
        assert {(row["code"], number) for number in (row["num"], *row["also"])} <= articles
        assert row["question"] not in before
