"""Lines of runs for tests, and what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.datasets import EvalQuestion, article_key
from eval.measures import Scored, score
from eval.runs import Ranked, RunLine

TEXT = "Règlement général"


def question(name: str, *articles: str, words: str = "", quote: str = "") -> EvalQuestion:
    """A question that these articles answer; none: that nothing answers."""
    right = {article_key(TEXT, number): 1.0 for number in articles}
    asked = words or f"question {name} ?"
    return EvalQuestion(name, asked, right, answerable=bool(articles), quote=quote)


def answer(*cited: str, quote: str = "mots", confidence: float | None = None) -> dict[str, Any]:
    """An answer that cites these articles; none: a refusal."""
    citations = [
        {"text_id": "rgs", "text": TEXT, "article": number, "quote": quote, "verdict": "verified"}
        for number in cited
    ]
    shape: dict[str, Any] = {"refused": not cited, "citations": citations}
    return shape if confidence is None else {**shape, "confidence": confidence}


def line(
    asked: EvalQuestion,
    ranking: Sequence[str] = (),
    given: dict[str, Any] | None = None,
    **more: Any,
) -> RunLine:
    """What a question gave: these articles, best first, and this answer."""
    found = tuple(Ranked("rgs", TEXT, number, 1.0 / at) for at, number in enumerate(ranking, 1))
    return RunLine(asked.question_id, asked.question, found, asked, given, **more)


def scored(*lines: RunLine) -> list[Scored]:
    """What they are worth."""
    return score(lines)
