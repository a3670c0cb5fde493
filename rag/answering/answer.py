"""Question → answer: search, draft, check, and refuse when nothing that was found answers."""

from __future__ import annotations

from collections import abc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from rag.answering import citations
from rag.answering.checking import Checker
from rag.answering.extractive import ExtractiveGenerator
from rag.errors import AnswerTooLong, ModelUnreachable
from rag.legal.titles import article_name
from rag.ports import DraftSentence, Embedder, Generator
from rag.retrieval.search import Searcher, Stopwatch
from rag.types import Answer, Caller, Citation, Hit, Sentence

CONTEXT_ARTICLES = 8
PASSAGES_PER_ARTICLE = 2
NEAREST = 3
REFUSAL = "Je n'ai pas trouvé de réponse à cette question dans les textes disponibles."
UNREACHABLE = "Le serveur de modèles ne répond pas : la réponse cite les textes, sans rédaction."


GeneratorFor = Callable[[Caller, date], Generator]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for the question, before anything is written."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence as soon as it is checked, with the citations that it adds."""

    sentence: Sentence
    citations: tuple[Citation, ...]


Event = Found | Checked | Answer


class Answerer:
    """Answers from one catalogue, with the generator that fits the caller.

    `fallback` answers in its place while the model's server does not answer.
    """

    def __init__(
        self,
        engine: Engine,
        searcher: Searcher,
        generator: GeneratorFor,
        fallback: GeneratorFor | None = None,
    ) -> None:
        self._engine = engine
        self._searcher = searcher
        self._generator = generator
        self._fallback = fallback

    def ask(
        self,
        question: str,
        caller: Caller,
        as_of: date | None,
        today: date,
        limit: int | None = None,
    ) -> Answer:
        """An answer whose every citation has been checked, or a refusal with the nearest texts.

        Raises:
            ModelFailure: the model wrote nothing that can be served.
        """
        *_, last = self.stream(question, caller, as_of, today, limit)
        assert isinstance(last, Answer)
        return last

    def stream(
        self,
        question: str,
        caller: Caller,
        as_of: date | None,
        today: date,
        limit: int | None = None,
    ) -> abc.Generator[Event, None, None]:
        """What was found, each sentence once it is checked, and the answer last.

        Closing the iterator stops the model.

        Raises:
            ModelFailure: what was given before is no answer.
        """
        day = as_of or today
        watch = Stopwatch()
        found = self._searcher.search(
            question, caller, day, limit or CONTEXT_ARTICLES, PASSAGES_PER_ARTICLE
        )
        yield Found(found.hits)
        writing = _Writing(self._generator(caller, day), self._fallback, caller, day, watch)
        with watch("verify"):
            checker = Checker(self._engine, found.hits, caller, day)
        sentences: list[Sentence] = []
        with closing(writing.drafts(question, found.hits)) as drafts:
            for draft in drafts:
                known = len(checker.citations)
                with watch("verify"):
                    sentences.append(checker.check(draft))
                yield Checked(sentences[-1], checker.citations[known:])
        timings = {**found.timings, "generate": 0.0, **watch.timings}
        timings["total"] = round(sum(timings.values()), 3)
        yield _answer(question, as_of, writing, found.hits, sentences, checker.citations, timings)


class _Writing:
    """The drafts of one answer, by the generator or the one that stands in for it."""

    def __init__(
        self,
        generator: Generator,
        fallback: GeneratorFor | None,
        caller: Caller,
        day: date,
        watch: Stopwatch,
    ) -> None:
        self.generator = generator
        self.notice = ""
        self.own_words = False
        self._fallback = fallback
        self._for = caller, day
        self._watch = watch

    def drafts(
        self, question: str, hits: Sequence[Hit]
    ) -> abc.Generator[DraftSentence, None, None]:
        """Each draft as it is written; the time of writing is added up."""
        try:
            yield from self._timed(question, hits)
        except AnswerTooLong as limit:
            self.notice = f"{limit.what[:1].upper()}{limit.what[1:]}."
        except ModelUnreachable:
            if self._fallback is None:
                raise
            self.generator, self.notice = self._fallback(*self._for), UNREACHABLE
            yield from self._timed(question, hits)

    def _timed(self, question: str, hits: Sequence[Hit]) -> Iterator[DraftSentence]:
        drafts = iter(self.generator.generate(question, hits))
        while True:
            with self._watch("generate"):
                draft = next(drafts, None)
            if draft is None:
                return
            self.own_words = draft.cites is not None
            yield draft


def _answer(
    question: str,
    as_of: date | None,
    writing: _Writing,
    hits: Sequence[Hit],
    sentences: Sequence[Sentence],
    cited: tuple[Citation, ...],
    timings: dict[str, float],
) -> Answer:
    good = [sentence for sentence in sentences if sentence.support == citations.VERIFIED]
    refused = not good
    return Answer(
        question=question,
        as_of=as_of,
        answer=_refusal(hits) if refused else _written(good, cited, writing),
        refused=refused,
        model=writing.generator.name,
        sentences=() if refused else tuple(sentences),
        citations=() if refused else cited,
        timings=timings,
        left_out=_left_out(sentences, refused=refused),
        nearest=_nearest(hits) if refused else (),
        notice=writing.notice,
    )


def _left_out(sentences: Sequence[Sentence], *, refused: bool) -> tuple[Sentence, ...]:
    """What is not verified; a refusal cites nothing, so that its markers would lead nowhere."""
    left = tuple(sentence for sentence in sentences if sentence.support != citations.VERIFIED)
    return tuple(citations.without_markers(each) for each in left) if refused else left


def _written(good: Sequence[Sentence], cited: Sequence[Citation], writing: _Writing) -> str:
    if writing.own_words:
        return " ".join(sentence.text for sentence in good)
    return _prose(good, cited)


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
