"""Questions with one typing mistake each, and which words the product takes for mistyped."""

from __future__ import annotations

import random
import string
from collections.abc import Iterable, Iterator
from dataclasses import replace

from eval.datasets import EvalQuestion
from rag.retrieval.lexical import plain, spoken
from rag.retrieval.mistakes import NEXT_KEYS
from rag.retrieval.search import Searcher
from rag.retrieval.spelling import LEAST
from rag.types import Caller

SEED = 6
KINDS = ("left out", "swapped", "next key", "inserted", "doubled")


def mistyped(questions: Iterable[EvalQuestion], seed: int = SEED) -> list[EvalQuestion]:
    """Each with a mistake in one of its words of LEAST letters or more that are no stop words.

    A question without such a word is left as it is. A mistake depends on its question alone.
    """
    return [
        replace(
            each, question=with_mistake(each.question, random.Random(f"{seed} {each.question}"))
        )
        for each in questions
    ]


def with_mistake(question: str, draw: random.Random) -> str:
    """The question with one mistake, of a kind drawn among KINDS."""
    words = [
        (word.start, word.end)
        for word in spoken(question)
        if word.token and word.plain == plain(question[word.start : word.end])
        if len(word.plain) >= LEAST and word.plain.isalpha()
    ]
    if not words:
        return question
    start, end = draw.choice(words)
    return question[:start] + _mistake(question[start:end], draw) + question[end:]


def _mistake(word: str, draw: random.Random) -> str:
    at, kind = draw.randrange(len(word) - 1), draw.choice(KINDS)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    typed = {
        "left out": "",
        "swapped": after[0] + letter,
        "next key": draw.choice(sorted(NEXT_KEYS.get(plain(letter), "e"))),
        "inserted": draw.choice(string.ascii_lowercase) + letter,
        "doubled": letter + letter,
    }[kind]
    return before + typed + after[kind == "swapped" :]


def put_right(searcher: Searcher, questions: Iterable[EvalQuestion]) -> Iterator[tuple[str, str]]:
    """(typed, read as) of every word that the product takes for mistyped."""
    for each in questions:
        read = searcher.corrected(each.question, Caller.operator())
        for typed, meant in zip(spoken(each.question), spoken(read), strict=True):
            if typed.plain != meant.plain:
                yield typed.plain, meant.plain
