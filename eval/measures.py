"""What one line of a run is worth: a value a measure, none where it does not apply. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval import metrics
from eval.datasets import EvalQuestion, article_key
from eval.runs import Ranked, RunLine
from rag.errors import UsageError
from rag.retrieval.numbers import fold

DEPTHS = (1, 5, 10, 20, 100)
# So many words in a row in both are no accident: « dans un délai de » is four.
SHARED_WORDS = 5

RANKING = {
    "mrr": "MRR",
    "ndcg@10": "nDCG@10",
    **{f"hit@{depth}": f"hit@{depth}" for depth in DEPTHS},
    **{f"recall@{depth}": f"recall@{depth}" for depth in DEPTHS},
}
ANSWERS = {
    "gold_cited": "réponses qui citent un bon article",
    "citation_precision": "citations d'un bon article",
    "citation_recall": "bons articles cités",
    "citations_verified": "citations vérifiées",
    "quote_overlap": "extraits qui recoupent l'extrait de référence",
    "refusal_precision": "refus à raison, parmi les refus",
    "refusal_recall": "questions sans réponse refusées",
    "refused_answerable": "questions à réponse refusées",
    "refused_right": "réponses justes refusées",
    "faithful": "réponses fidèles aux passages (juge)",
    "relevant": "réponses à propos (juge)",
}
MEASURES = {**RANKING, **ANSWERS}


@dataclass(frozen=True, slots=True)
class Scored:
    """A line with what it is worth.

    `rank`: of the first right article, None when it is not among those found. `refused`, `right`
    (it cites one) and `confidence` are None without an answer, `right` also where the set does
    not say what answers. `would`: as `right`, of the answer that a refusal held back where the
    run says what it was, of the answer itself elsewhere.
    """

    line: RunLine
    question: EvalQuestion
    rank: int | None
    values: Mapping[str, float]
    refused: bool | None = None
    right: bool | None = None
    confidence: float | None = None
    would: bool | None = None


def score(lines: Iterable[RunLine], expected: Sequence[EvalQuestion] = ()) -> list[Scored]:
    """Each line against what its question set, or else the line itself, says that answers.

    Raises:
        UsageError: neither does.
    """
    known = {question.question_id: question for question in expected}
    return [_scored(line, known.get(line.question_id, line.question)) for line in lines]


def key_of(ranked: Ranked, *, by_document: bool) -> str:
    """What names it in `EvalQuestion.relevant`."""
    return ranked.text_id if by_document else article_key(ranked.text, ranked.article)


def _scored(line: RunLine, question: EvalQuestion | None) -> Scored:
    if question is None:
        raise UsageError(
            f"la question {line.question_id} ne dit pas ce qui y répond",
            where="--questions",
            remedy="donnez le jeu de questions avec --questions",
        )
    keys = dict.fromkeys(key_of(r, by_document=question.by_document) for r in line.ranking)
    gains = [question.relevant.get(key, 0.0) for key in keys]
    rank = next((rank for rank, gain in enumerate(gains, 1) if gain > 0), None)
    values = _ranking(gains, question.relevant) if question.relevant else {}
    judged = {k: float(v) for k, v in (line.judged or {}).items() if k in ANSWERS}
    if line.answer is None:
        return Scored(line, question, rank, values)
    refused, cited = bool(line.answer["refused"]), _cited(line.answer, question)
    right = bool(cited & set(question.relevant)) if is_about_refusal(question) else None
    would = _would(line, question, right, refused=refused)
    if would:
        values = {**values, "refused_right": float(refused)}
    return Scored(
        line,
        question,
        rank,
        values | _citing(line.answer, question, cited) | _refusing(question, refused) | judged,
        refused=refused,
        right=right,
        confidence=line.answer.get("confidence"),
        would=would,
    )


def _would(
    line: RunLine, question: EvalQuestion, right: bool | None, *, refused: bool
) -> bool | None:
    """None where an answer to an answerable question was refused and nobody knows which."""
    if right is None or not refused or not question.answerable:
        return right
    if line.held_back is None:
        return None
    return bool(_cited(line.held_back, question) & set(question.relevant))


def _ranking(gains: Sequence[float], relevant: Mapping[str, float]) -> dict[str, float]:
    values = {
        "mrr": metrics.reciprocal_rank(gains),
        "ndcg@10": metrics.ndcg(gains, list(relevant.values()), 10),
    }
    for depth in DEPTHS:
        values[f"hit@{depth}"] = metrics.hit(gains, depth)
        values[f"recall@{depth}"] = metrics.recall(gains, len(relevant), depth)
    return values


def is_about_refusal(question: EvalQuestion) -> bool:
    """False where editors graded what they saw, and found nothing good: it may still have one."""
    return bool(question.relevant) or not question.by_document


def _cited(answer: Mapping[str, Any], question: EvalQuestion) -> set[str]:
    return {
        key_of(Ranked(c["text_id"], c["text"], c["article"], 0.0), by_document=question.by_document)
        for c in answer["citations"]
    }


def _citing(answer: Mapping[str, Any], question: EvalQuestion, cited: set[str]) -> dict[str, float]:
    values: dict[str, float] = {}
    citations = answer["citations"]
    if citations:
        verified = [float(citation["verdict"] == "verified") for citation in citations]
        values["citations_verified"] = metrics.mean(verified)
    if not question.relevant:
        return values
    good = cited & set(question.relevant)
    values["gold_cited"] = float(bool(good))
    values["citation_recall"] = len(good) / len(question.relevant)
    if cited:
        values["citation_precision"] = len(good) / len(cited)
    if citations and question.quote:
        overlaps = [float(overlap(c["quote"], question.quote)) for c in citations]
        values["quote_overlap"] = metrics.mean(overlaps)
    return values


def _refusing(question: EvalQuestion, refused: bool) -> dict[str, float]:
    if not is_about_refusal(question):
        return {}
    values = {"refused_answerable" if question.answerable else "refusal_recall": float(refused)}
    if refused:
        values["refusal_precision"] = float(not question.answerable)
    return values


def overlap(quote: str, reference: str) -> bool:
    """True when they share `SHARED_WORDS` words in a row, or all of the shorter one's."""
    ours, theirs = _words(quote), _words(reference)
    run = min(SHARED_WORDS, len(ours), len(theirs))
    return run > 0 and not _runs(ours, run).isdisjoint(_runs(theirs, run))


def _words(passage: str) -> list[str]:
    return re.findall(r"\w+", fold(passage))


def _runs(words: Sequence[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}
