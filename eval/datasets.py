"""Reads question sets: articles of codes, and documents graded by editors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.retrieval.numbers import fold, number_key

RIGHT_GRADE = 4  # of 5, in `eval/cdtn`: editors' 4 and 5 are right answers


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """A question and what answers it.

    `relevant`: keys of right answers (`article_key`, or with `by_document` the id of a Text) with
    their gain.
    """

    question_id: str
    question: str
    relevant: Mapping[str, float]
    answerable: bool = True
    quote: str = ""
    by_document: bool = False


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no question: its number, from 1, and why, in French."""

    number: int
    what: str


class _Row(BaseModel):
    """A line in any of the known shapes; what else it says is left."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = Field(min_length=1)
    question: str = Field(pattern=r"\S")
    code: str = ""
    articles: list[str] | None = None
    relevant: dict[str, float] | None = None
    answerable: bool = True
    quote: str = ""


def article_key(text: str, number: str) -> str:
    """Names an article by its text's title and its number, in any spelling."""
    return f"{fold(text).replace('’', chr(39)).strip()}#{number_key(number)}"


def read_questions(path: Path) -> list[EvalQuestion]:
    """The questions of a JSON Lines file, whichever of the known shapes it has.

    Raises:
        ValueError: a line is no question.
    """
    with path.open(encoding="utf-8") as lines:
        return [_question(line) for line in lines if line.strip()]


def sort_out(lines: Iterable[str]) -> tuple[list[EvalQuestion], list[BadLine]]:
    """The questions of a set, and the lines that are none; an id counts once."""
    questions: dict[str, EvalQuestion] = {}
    bad: list[BadLine] = []
    for number, line in _filled(lines):
        try:
            question = _question(line)
        except ValueError as error:
            bad.append(BadLine(number, _why(error)))
            continue
        if question.question_id in questions:
            bad.append(BadLine(number, f"l'identifiant {question.question_id} est déjà pris"))
        questions.setdefault(question.question_id, question)
    return list(questions.values()), bad


def _filled(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def _question(line: str) -> EvalQuestion:
    row = _Row.model_validate(json.loads(line))
    if row.relevant is not None:
        right = {key: 1.0 for key, grade in row.relevant.items() if grade >= RIGHT_GRADE}
        return EvalQuestion(
            row.id, row.question, right, answerable=bool(right), quote=row.quote, by_document=True
        )
    if row.articles is None:
        raise ValueError("ni « articles » ni « relevant » : rien ne dit ce qui répond")
    if not row.answerable:
        return EvalQuestion(row.id, row.question, {}, answerable=False, quote=row.quote)
    if not row.articles:
        raise ValueError("« articles » est vide, et la question n'est pas dite sans réponse")
    if not row.code.strip():
        raise ValueError("« code » manque : les articles de quel texte ?")
    right = {article_key(row.code, number): 1.0 for number in row.articles}
    return EvalQuestion(row.id, row.question, right, quote=row.quote)


def _why(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"« {place} » : {first['msg']}" if place else "ce n'est pas un objet JSON"
    if isinstance(error, json.JSONDecodeError):
        return f"JSON illisible, colonne {error.colno}"
    return str(error)
