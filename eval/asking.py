"""Asks the questions of a set, one after the other, as a caller who may read everything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from eval.datasets import EvalQuestion
from eval.runs import Json, Ranked, RunFile, RunLine
from rag.answering.answer import Answerer, Found
from rag.errors import ModelFailure
from rag.retrieval.search import Searcher
from rag.types import Answer, Asked, Caller, Hit

DEPTH = 100  # articles ranked

Shape = Callable[[Answer], Json]
Judge = Callable[[str, Answer, Sequence[Hit]], Json]


@dataclass(frozen=True, slots=True)
class Asking:
    """How questions are asked. `answerer` None: rankings only; `judge` None: nobody judges;
    `unbound` answers below the threshold too, for what the answerer refused.

    `model`: who must have written an answer; one that another wrote in its place is a failure.
    `shape`: the JSON of an answer.
    """

    searcher: Searcher
    shape: Shape
    as_of: date | None = None
    answerer: Answerer | None = None
    model: str = ""
    judge: Judge | None = None
    unbound: Answerer | None = None

    def ask(self, question: EvalQuestion) -> RunLine:
        """What one question gives; a model's failure is kept in the line."""
        asked, started = question.question.strip(), time.perf_counter()
        line = RunLine(question.question_id, asked, self._ranking(asked), question)
        searched = time.perf_counter()
        answer, hits, error = self._answered(asked)
        ended = time.perf_counter()
        line = replace(line, search_seconds=_spent(started, searched), error=error)
        line = replace(line, seconds=_spent(started, ended))
        if answer is None:
            return line
        line = replace(line, answer=self.shape(answer), held_back=self._held_back(asked, answer))
        return self._judged(line, answer, hits)

    def _ranking(self, asked: str) -> tuple[Ranked, ...]:
        day = self.as_of or date.today()
        hits = self.searcher.search(asked, Caller.operator(), day, DEPTH).hits
        once = {hit.article_id: hit for hit in reversed(hits)}
        best = sorted(once.values(), key=lambda hit: hit.rank)
        return tuple(Ranked(h.text_id, h.text, h.article, h.score) for h in best)

    def _answered(self, asked: str) -> tuple[Answer | None, tuple[Hit, ...], str]:
        """The answer, what it was written from, and why there is none."""
        if self.answerer is None:
            return None, (), ""
        hits: tuple[Hit, ...] = ()
        question = Asked(asked, Caller.operator(), as_of=self.as_of)
        try:
            with closing(self.answerer.stream(question, date.today())) as events:
                for event in events:
                    if isinstance(event, Found):
                        hits = event.hits
        except ModelFailure as failure:
            return None, hits, failure.what
        assert isinstance(event, Answer)
        if event.model != self.model:
            return None, hits, event.notice or f"répondu par {event.model}"
        return event, hits, ""

    def _held_back(self, asked: str, answer: Answer) -> Json | None:
        if self.unbound is None or not answer.refused or answer.confidence is None:
            return None
        question = Asked(asked, Caller.operator(), as_of=self.as_of)
        return self.shape(self.unbound.ask(question, date.today()))

    def _judged(self, line: RunLine, answer: Answer, hits: Sequence[Hit]) -> RunLine:
        if self.judge is None or answer.refused:
            return line
        try:
            return replace(line, judged=self.judge(line.asked, answer, hits))
        except ModelFailure as failure:
            return replace(line, error=failure.what)


def run(
    questions: Iterable[EvalQuestion],
    asking: Asking,
    setup: Mapping[str, Any],
    file: RunFile | None = None,
) -> Iterator[RunLine]:
    """A line a question, written to `file` before it is given; what the file holds is not asked."""
    for question in questions:
        if file is not None and question.question_id in file.done:
            yield file.done[question.question_id]
            continue
        line = replace(asking.ask(question), setup=setup)
        if file is not None:
            file.append(line)
        yield line


def _spent(start: float, end: float) -> float:
    return round(end - start, 6)
