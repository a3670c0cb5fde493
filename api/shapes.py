"""The JSON shapes that DESIGN.md promises. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from rag.legal.comparison import Segment
from rag.types import Answer, Article, Citation, Hit, Sentence, Text, Understood, Version

if TYPE_CHECKING:
    from rag.answering.answer import Found


def hit_shape(hit: Hit) -> dict[str, Any]:
    """One entry of "hits"."""
    shape = asdict(hit)
    shape.pop("heading")
    shape["valid_from"] = iso(hit.valid_from)
    shape["valid_to"] = iso(hit.valid_to)
    shape["path"] = list(hit.path)
    return shape


def search_shape(
    question: str, as_of: date | None, hits: Sequence[Hit], understood: Iterable[Understood]
) -> dict[str, Any]:
    """What `referent search --json` prints."""
    return {
        "question": question,
        "as_of": iso(as_of),
        "hits": [hit_shape(hit) for hit in hits],
        "understood": understood_shape(understood),
    }


def understood_shape(understood: Iterable[Understood]) -> list[dict[str, Any]]:
    """How words of a question were read, by entry of the thesaurus."""
    return [
        {"words": each.words, "meaning": list(each.meaning), "entry": each.entry}
        for each in understood
    ]


def found_shape(found: Found) -> dict[str, Any]:
    """The event "hits": what was found, for which question, and what is wrong in it."""
    return {
        "hits": [hit_shape(hit) for hit in found.hits],
        "searched": found.searched,
        "premises": [asdict(premise) for premise in found.premises],
        "understood": understood_shape(found.understood),
    }


def answer_shape(answer: Answer) -> dict[str, Any]:
    """What `referent ask --json` prints."""
    return {
        "question": answer.question,
        "as_of": iso(answer.as_of),
        "answer": answer.answer,
        "refused": answer.refused,
        "confidence": answer.confidence,
        "model": answer.model,
        "sentences": [sentence_shape(sentence) for sentence in answer.sentences],
        "citations": [citation_shape(citation) for citation in answer.citations],
        "left_out": [sentence_shape(sentence) for sentence in answer.left_out],
        "nearest": [hit_shape(hit) for hit in answer.nearest],
        "notice": answer.notice,
        "answer_id": answer.answer_id,
        "searched": answer.searched,
        "premises": [asdict(premise) for premise in answer.premises],
        "cached": answer.cached,
        "understood": understood_shape(answer.understood),
        "timings": answer.timings,
    }


def sentence_shape(sentence: Sentence) -> dict[str, Any]:
    """One entry of "sentences"; "reason" says why it is not verified, "" when it is."""
    return {
        "text": sentence.text,
        "markers": list(sentence.markers),
        "support": sentence.support,
        "reason": sentence.reason,
        "struck": sentence.struck,
    }


def citation_shape(citation: Citation) -> dict[str, Any]:
    """One entry of "citations"."""
    dates = {"valid_from": iso(citation.valid_from), "valid_to": iso(citation.valid_to)}
    return {**asdict(citation), **dates}


def article_shape(text: Text, article: Article, versions: list[Version]) -> dict[str, Any]:
    """What `referent show --json` prints. References between articles are not extracted yet."""
    return {
        "text_id": text.text_id,
        "text": text.title,
        "article": article.number,
        "article_id": article.article_id,
        "path": list(article.path),
        "versions": [version_shape(version) for version in versions],
        "cites": [],
        "cited_by": [],
    }


def version_shape(version: Version) -> dict[str, Any]:
    """One entry of "versions"; `words` is null when only the period is known."""
    return {
        "version_id": version.version_id,
        "valid_from": iso(version.validity.start),
        "valid_to": iso(version.validity.end),
        "state": version.state,
        "words": version.words,
    }


def comparison_shape(segments: Iterable[Segment]) -> list[dict[str, str]]:
    """A comparison as runs of words: "same", "added" or "removed"."""
    return [{"kind": segment.kind.value, "words": segment.words} for segment in segments]


def iso(day: date | None) -> str | None:
    """An ISO date, null when there is none."""
    return day.isoformat() if day else None
