"""The text of an answer, from its checked sentences. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.citations import VERIFIED
from rag.legal.titles import article_name
from rag.types import Citation, Hit, Sentence

NEAREST = 3
REFUSAL = "Je n'ai pas trouvé de réponse à cette question dans les textes disponibles."


def own_words(sentences: Sequence[Sentence], *, strict: bool) -> str:
    """What a model wrote: the verified sentences; unless `strict`, the others too, marked."""
    kept = [s for s in sentences if s.support == VERIFIED or not strict]
    return " ".join(s.text if s.support == VERIFIED else _marked(s) for s in kept)


def _marked(sentence: Sentence) -> str:
    why = f" : {sentence.reason}" if sentence.reason else ""
    if sentence.struck:
        return f"~~{sentence.text}~~ [rayé{why}]"
    return f"{sentence.text} [non vérifié{why}]"


def quoted(sentences: Sequence[Sentence], cited: Sequence[Citation]) -> str:
    """Quotations, those of one article together under its name."""
    lines: list[str] = []
    heading = ""
    by_marker = {citation.marker: citation for citation in cited}
    for sentence in sentences:
        source = by_marker[sentence.markers[0]]
        name = f"{article_name(source.article)} — {source.text} :"
        if name != heading:
            lines.append(name)
            heading = name
        lines.append(sentence.text)
    return "\n".join(lines)


def refusal(near: Sequence[Hit]) -> str:
    """That nothing answers, and what stands closest."""
    if not near:
        return REFUSAL
    named = " ; ".join(f"{article_name(hit.article)} ({hit.text})" for hit in near)
    return f"{REFUSAL} Les textes les plus proches : {named}."


def nearest(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The first articles found, each once."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.article_id, hit)
    return tuple(best.values())[:NEAREST]
