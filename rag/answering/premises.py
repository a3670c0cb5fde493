"""What a question takes for granted and the texts deny: pointed out beside the answer."""

from __future__ import annotations

from collections.abc import Iterator

from rag.answering.checking import Checker
from rag.answering.citations import VERIFIED
from rag.answering.granted import GRANTED
from rag.answering.support import CONTRADICTED
from rag.legal.titles import article_name
from rag.types import Premise

CLAIM_SOURCES = 4  # passages, from the first, that a claim of the question is held against


def premises(question: str, checker: Checker) -> Iterator[Premise]:
    """The references of the question that are wrong, then the claims that a source contradicts."""
    for entry in checker.verify(question):
        yield Premise(entry.surface, entry.start, entry.end, entry.detail)
    for match in GRANTED.finditer(question):
        start, end = match.span("claim")
        found = [w for at in range(CLAIM_SOURCES) if (w := checker.weigh(match["claim"], at))]
        denied = next((f for f in found if f.finding.support == CONTRADICTED), None)
        if denied and not any(f.finding.support == VERIFIED for f in found):
            where = f"{article_name(denied.hit.article)} — {denied.hit.text}"
            yield Premise(match["claim"], start, end, f"{denied.finding.reason} ({where}).")
