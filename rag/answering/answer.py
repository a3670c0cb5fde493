"""Question → answer: follow, search, draft, check; refuse when nothing that was found answers."""

from __future__ import annotations

import uuid
from collections import abc
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Engine

from rag.answering import citations, wording
from rag.answering.checking import Checker
from rag.answering.confidence import Confidence
from rag.answering.drafting import Drafting, GeneratorFor
from rag.answering.extractive import ExtractiveGenerator
from rag.answering.followup import Rewriter, by_rule, standalone
from rag.answering.premises import premises
from rag.ports import Embedder
from rag.retrieval.search import Searcher, SearchResult, Stopwatch
from rag.types import Answer, Asked, Citation, Hit, Premise, Sentence, Understood

CONTEXT_ARTICLES = 8
PASSAGES_PER_ARTICLE = 2
WITHDRAWN = "Un texte a été retiré pendant que la réponse s'écrivait : rien n'en vient ici."


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, before anything is written. `searched`: as in Answer."""

    hits: tuple[Hit, ...]
    searched: str = ""
    premises: tuple[Premise, ...] = ()
    understood: tuple[Understood, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence as soon as it is checked, with the citations that it adds."""

    sentence: Sentence
    citations: tuple[Citation, ...]


Event = Found | Checked | Answer
Events = abc.Generator[Event, None, None]
# How sure one may be of an answer to this question from these hits; None: it is not asked.
Sure = Callable[[Asked, str, Sequence[Hit]], float | None]


class Answerer:
    """Answers from one catalogue, with the generator that fits the caller.

    `fallback` answers in its place while the model's server does not answer; `rewriter` makes a
    question that follows others stand alone. Where `sure` says less than `least`, nothing is
    written, whoever would write.
    """

    def __init__(
        self,
        engine: Engine,
        searcher: Searcher,
        generator: GeneratorFor,
        fallback: GeneratorFor | None = None,
        rewriter: Rewriter = by_rule,
        sure: Sure = lambda _asked, _question, _hits: None,
        least: float = 0.0,
    ) -> None:
        self._engine = engine
        self._searcher = searcher
        self._generator = generator
        self._fallback = fallback
        self._rewriter = rewriter
        self._sure = sure
        self._least = least

    def ask(self, asked: Asked, today: date) -> Answer:
        """An answer whose every citation has been checked, or a refusal with the nearest texts.

        Raises:
            ModelFailure: the model wrote nothing that can be served.
        """
        return last(self.stream(asked, today))

    def stream(self, asked: Asked, today: date) -> Events:
        """What was found, each sentence once it is checked, and the answer last.

        Closing the iterator stops the model. The answer is what stands: a sentence given before
        it is not verified any more when its text changed meanwhile, and nothing of a text that
        was withdrawn is in it.

        Raises:
            ModelFailure: what was given before is no answer.
        """
        day, watch = asked.as_of or today, Stopwatch()
        searched = self._searched(asked, watch)
        found = self._searcher.search(
            searched,
            asked.caller,
            day,
            asked.limit or CONTEXT_ARTICLES,
            PASSAGES_PER_ARTICLE,
            asked.without,
        )
        with watch("verify"):
            checker = Checker(self._engine, found.hits, asked.caller, day)
            wrong = tuple(premises(asked.question, checker))
        rewritten = "" if searched == asked.question else searched
        yield Found(found.hits, rewritten, wrong, found.understood)
        with watch("generate"):
            sure = self._sure(asked, searched, found.hits)
        drafting = Drafting(self._generator, self._fallback, asked, day, watch)
        read = found.hits if sure is None or sure >= self._least else ()
        sentences: list[Sentence] = []
        with closing(drafting.drafts(searched, read)) as drafts:
            for draft in drafts:
                known = len(checker.citations)
                with watch("verify"):
                    sentences.append(checker.check(draft))
                yield Checked(sentences[-1], checker.citations[known:])
        with watch("verify"):
            standing = tuple(checker.standing(sentences))
        written = _Written(drafting, standing, checker.citations)
        if checker.withdrawn:
            drafting.notice, wrong = WITHDRAWN, ()
            written, found = _without(checker.withdrawn, written, found)
        timings = {**found.timings, "generate": 0.0, **watch.timings}
        timings["total"] = round(sum(timings.values()), 3)
        yield _answer(asked, rewritten, wrong, found, written, sure, timings)

    def _searched(self, asked: Asked, watch: Stopwatch) -> str:
        if not asked.history:
            return asked.question
        with watch("rewrite"):
            return standalone(asked.question, asked.history, self._rewriter)


def last(events: Events) -> Answer:
    """The answer that a stream of events ends with."""
    *_, answer = events
    assert isinstance(answer, Answer)
    return answer


@dataclass(frozen=True, slots=True)
class _Written:
    """What was written, checked."""

    drafting: Drafting
    sentences: tuple[Sentence, ...]
    cited: tuple[Citation, ...]


def _without(
    texts: Collection[str], written: _Written, found: SearchResult
) -> tuple[_Written, SearchResult]:
    """What stands apart from these texts: what is not verified may hold words of theirs."""
    kept = tuple(each for each in written.sentences if each.support == citations.VERIFIED)
    cited = tuple(each for each in written.cited if each.text_id not in texts)
    hits = tuple(hit for hit in found.hits if hit.text_id not in texts)
    # A word that was put right may stand nowhere else.
    return replace(written, sentences=kept, cited=cited), replace(found, hits=hits, understood=())


def _answer(
    asked: Asked,
    searched: str,
    wrong: tuple[Premise, ...],
    found: SearchResult,
    written: _Written,
    sure: float | None,
    timings: dict[str, float],
) -> Answer:
    refused = not any(each.support == citations.VERIFIED for each in written.sentences)
    near = wording.nearest(found.hits) if refused else ()
    return Answer(
        question=asked.question,
        as_of=asked.as_of,
        answer=wording.refusal(near) if refused else _text(written, strict=asked.strict),
        refused=refused,
        model=written.drafting.generator.name,
        sentences=() if refused else written.sentences,
        citations=() if refused else written.cited,
        timings=timings,
        left_out=_left_out(written.sentences, refused=refused),
        nearest=near,
        notice=written.drafting.notice,
        answer_id=uuid.uuid4().hex,
        searched=searched,
        premises=wrong,
        understood=found.understood,
        spent=written.drafting.generator.spent,
        confidence=sure,
    )


def _text(written: _Written, *, strict: bool) -> str:
    if written.drafting.own_words:
        return wording.own_words(written.sentences, strict=strict)
    good = [each for each in written.sentences if each.support == citations.VERIFIED]
    return wording.quoted(good, written.cited)


def _left_out(sentences: Sequence[Sentence], *, refused: bool) -> tuple[Sentence, ...]:
    """What is not verified; a refusal cites nothing, so that its markers would lead nowhere."""
    left = tuple(each for each in sentences if each.support != citations.VERIFIED)
    return tuple(citations.without_markers(each) for each in left) if refused else left


def extractive(searcher: Searcher, embedder: Embedder | None) -> GeneratorFor:
    """The generator that needs no model; it weighs words by what the caller may read."""
    return lambda asked, _: ExtractiveGenerator(
        lambda tokens: searcher.rarity(tokens, asked.caller),
        embedder,
        lambda question: searcher.concepts(question, asked.without),
        lambda question: searcher.corrected(question, asked.caller, asked.without),
    )


def confidence(searcher: Searcher, embedding: Callable[[], Embedder]) -> Sure:
    """How sure one may be, by what the caller may read; `embedding`: as in Confidence."""

    def sure(asked: Asked, question: str, hits: Sequence[Hit]) -> float | None:
        return Confidence(
            lambda tokens: searcher.rarity(tokens, asked.caller),
            lambda words: searcher.concepts(words, asked.without),
            embedding,
            articles=lambda: searcher.articles(asked.caller),
        ).of(searcher.corrected(question, asked.caller, asked.without), hits)

    return sure
