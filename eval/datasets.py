"""Reads question sets: articles of codes, and documents graded by editors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.retrieval.numbers import fold, number_key

RIGHT_GRADE = 4  # of 5, in `eval/cdtn`: editors' 4 and 5 are right answers


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """A question and what answers it.

    `relevant`: keys of right answers (`article_key` or a document id) with their gain.
    """

    question_id: str
    question: str
    relevant: Mapping[str, float]
    answerable: bool = True
    quote: str = ""


def article_key(text: str, number: str) -> str:
    """Names an article by its text's title and its number, in any spelling."""
    return f"{fold(text).replace('’', chr(39)).strip()}#{number_key(number)}"


def read_questions(path: Path) -> list[EvalQuestion]:
    """The questions of a JSON Lines file, whichever of the known shapes it has."""
    with path.open(encoding="utf-8") as lines:
        return [_question(json.loads(line)) for line in lines if line.strip()]


def _question(row: dict[str, Any]) -> EvalQuestion:
    if isinstance(row.get("relevant"), dict):
        right = {key: 1.0 for key, grade in row["relevant"].items() if grade >= RIGHT_GRADE}
        return EvalQuestion(row["id"], row["question"], right, answerable=bool(right))
    right = {article_key(row["code"], number): 1.0 for number in row["articles"]}
    return EvalQuestion(
        row["id"], row["question"], right, row.get("answerable", True), row.get("quote", "")
    )
