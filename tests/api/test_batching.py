"""Questions of several threads, gathered before the embedder."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from api.batching import Gathering
from rag.ports import Embedder, Vectors

BAD = "illisible"


class Slow(Embedder):
    """Waits for `go` in its first call; keeps the questions of each call."""

    name, dimension, window = "slow", 2, 10

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.busy = threading.Event()
        self.go = threading.Event()
        self._inside = threading.Lock()

    def count_tokens(self, words: str) -> int:
        return len(words.split())

    def embed_passages(self, passages: Sequence[str]) -> Vectors:
        return self.embed_questions(passages)

    def embed_question(self, question: str) -> Vectors:
        return self.embed_questions([question])[0]

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        assert self._inside.acquire(blocking=False), "two threads at once"
        try:
            self.calls.append(tuple(questions))
            self.busy.set()
            assert self.go.wait(10)
            if BAD in questions:
                raise ValueError(BAD)
            return np.array([vector(question) for question in questions], dtype=np.float32)
        finally:
            self._inside.release()


def vector(question: str) -> list[float]:
    return [float(len(question)), float(sum(question.encode()))]


def wait(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.001)


def asked_while_busy(slow: Slow, questions: Sequence[str]) -> list[Future[Vectors]]:
    """The first question is being embedded when the others come, all before it is done."""
    gathering = Gathering(slow)
    with ThreadPoolExecutor(len(questions)) as pool:
        first = pool.submit(gathering.embed_question, questions[0])
        assert slow.busy.wait(10)
        others = [pool.submit(gathering.embed_question, question) for question in questions[1:]]
        wait(lambda: len(gathering._waiting) == len(others))
        slow.go.set()
    return [first, *others]


def test_those_who_wait_are_embedded_in_one_call() -> None:
    slow = Slow()
    questions = [f"question {'x' * n}" for n in range(20)]
    answers = asked_while_busy(slow, questions)
    assert [list(each.result()) for each in answers] == [vector(question) for question in questions]
    assert len(slow.calls) == 2
    assert slow.calls[0] == (questions[0],) and sorted(slow.calls[1]) == questions[1:]


def test_alone_a_question_waits_for_nobody() -> None:
    slow = Slow()
    slow.go.set()
    gathering = Gathering(slow)
    for question in ("un", "deux", "un"):
        assert list(gathering.embed_question(question)) == vector(question)
    assert slow.calls == [("un",), ("deux",), ("un",)]


def test_a_call_that_fails_fails_who_led_it_only() -> None:
    slow = Slow()
    questions = ["premier", "deux", BAD, "quatre"]
    answers = dict(zip(questions, asked_while_busy(slow, questions), strict=True))
    failed = {question for question, answer in answers.items() if answer.exception()}
    assert failed in ({BAD}, {BAD, slow.calls[1][0]})
    for question in set(questions) - failed:
        assert list(answers[question].result()) == vector(question)


def test_passages_and_counts_take_turns_with_questions() -> None:
    slow = Slow()
    gathering = Gathering(slow)
    with ThreadPoolExecutor(2) as pool:
        embedding = pool.submit(gathering.embed_passages, ["un", "deux"])
        assert slow.busy.wait(10)
        counting = pool.submit(gathering.count_tokens, "un deux")
        assert not counting.done()
        slow.go.set()
    assert embedding.result().shape == (2, 2) and counting.result() == 2


def test_questions_with_their_equivalents_are_gathered_too() -> None:
    """A search asks for its question and for what the thesaurus adds, in one call."""
    slow = Slow()
    gathering = Gathering(slow)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(gathering.embed_questions, ["un", "deux"])
        assert slow.busy.wait(10)
        later = [pool.submit(gathering.embed_questions, [f"q{n}", f"r{n}"]) for n in range(3)]
        wait(lambda: len(gathering._waiting) == 3)
        slow.go.set()
        assert first.result().tolist() == [vector("un"), vector("deux")]
        for n, each in enumerate(later):
            assert each.result().tolist() == [vector(f"q{n}"), vector(f"r{n}")]
    assert len(slow.calls) == 2 and len(slow.calls[1]) == 6
