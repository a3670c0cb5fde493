"""Question → answer: search, draft, check, and refuse when nothing that was found answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy import Engine

from rag.answering import citations
from rag.answering.extractive import ExtractiveGenerator
from rag.catalogue import reading as catalogue
from rag.catalogue.engine import reading
from rag.legal.titles import article_name
from rag.ports import DraftSentence, Embedder, Generator
from rag.retrieval.search import Searcher, Stopwatch
from rag.types import Answer, Caller, Citation, Hit, Sentence, Version

CONTEXT_ARTICLES = 8
PASSAGES_PER_ARTICLE = 2
NEAREST = 3
REFUSAL = "Je n'ai pas trouvé de réponse à cette question dans les textes disponibles."


GeneratorFor = Callable[[Caller, date], Generator]


class Answerer:
    """Answers from one catalogue, with the generator that fits the caller."""

    def __init__(self, engine: Engine, searcher: Searcher, generator: GeneratorFor) -> None:
        self._engine = engine
        self._searcher = searcher
        self._generator = generator

    def ask(
        self,
        question: str,
        caller: Caller,
        as_of: date | None,
        today: date,
        limit: int | None = None,
    ) -> Answer:
        """An answer whose every citation has been checked, or a refusal with the nearest texts."""
        day = as_of or today
        watch = Stopwatch()
        found = self._searcher.search(
            question, caller, day, limit or CONTEXT_ARTICLES, PASSAGES_PER_ARTICLE
        )
        generator = self._generator(caller, day)
        with watch("generate"):
            drafts = list(generator.generate(question, found.hits))
        with watch("verify"):
            checked = self._check(drafts, found.hits, caller, day)
        timings = {**found.timings, **watch.timings}
        timings["total"] = round(sum(timings.values()), 3)
        return _answer(question, as_of, generator.name, found.hits, checked, timings)

    def _check(
        self, drafts: Sequence[DraftSentence], hits: Sequence[Hit], caller: Caller, day: date
    ) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
        quotes = [quote for draft in drafts for quote in draft.quotes]
        wanted = {hits[q.hit].version_id for q in quotes if citations.is_given(q, hits)}
        with reading(self._engine) as connection:
            read = {key: catalogue.version(connection, key, caller) for key in sorted(wanted)}
        versions: Mapping[str, Version] = {key: v for key, v in read.items() if v is not None}
        return citations.check(drafts, hits, versions, day)


def _answer(
    question: str,
    as_of: date | None,
    model: str,
    hits: Sequence[Hit],
    checked: tuple[tuple[Sentence, ...], tuple[Citation, ...]],
    timings: dict[str, float],
) -> Answer:
    sentences, cited = checked
    good = [sentence for sentence in sentences if sentence.support == citations.VERIFIED]
    refused = not good
    return Answer(
        question=question,
        as_of=as_of,
        answer=_refusal(hits) if refused else _prose(good, cited),
        refused=refused,
        model=model,
        sentences=() if refused else sentences,
        citations=() if refused else cited,
        timings=timings,
        nearest=_nearest(hits) if refused else (),
    )


def _prose(sentences: Sequence[Sentence], cited: Sequence[Citation]) -> str:
    """The verified sentences, those of one article together under its name."""
    lines: list[str] = []
    heading = ""
    for sentence in sentences:
        source = cited[sentence.markers[0] - 1]
        name = f"{article_name(source.article)} — {source.text} :"
        if name != heading:
            lines.append(name)
            heading = name
        lines.append(sentence.text)
    return "\n".join(lines)


def _refusal(hits: Sequence[Hit]) -> str:
    near = _nearest(hits)
    if not near:
        return REFUSAL
    named = " ; ".join(f"{article_name(hit.article)} ({hit.text})" for hit in near)
    return f"{REFUSAL} Les textes les plus proches : {named}."


def _nearest(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.article_id, hit)
    return tuple(best.values())[:NEAREST]


def extractive(searcher: Searcher, embedder: Embedder | None) -> GeneratorFor:
    """The generator that needs no model; it weighs words by what the caller may read."""
    return lambda caller, day: ExtractiveGenerator(
        lambda tokens: searcher.rarity(tokens, caller, day), embedder
    )
