"""Answers without a language model: picks the sentences that answer and quotes them verbatim."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.answering.sentences import introduction, is_item, sentences, with_items
from rag.ports import DraftSentence, Embedder, Quote
from rag.retrieval.lexical import tokens
from rag.retrieval.numbers import find_numbers, number_key
from rag.types import Hit

MODEL = "extractive"

READ_HITS = 16  # passages read; what stands lower rarely answers
MAX_QUOTES = 3
MAX_LIST = 700  # characters of a list quoted with the sentence that introduces it
# Below this confidence nothing that was found answers. Chosen so that at most 15 % of the questions
# whose right article stands among the first six are refused, on `corpus/questions.jsonl` and on
# `eval/questions.jsonl` over 28 codes; words alone tell little more.
MIN_CONFIDENCE = 0.4
# What a sentence is worth, chosen on the same two sets (142 questions: the gold article among the
# three sentences quoted for 45, against 41 by words alone; the gold words for 35, against 30).
MIN_SHARE = 0.5  # of what the best sentence is worth: what says less is left out
RANK_DECAY = 0.8  # a sentence of the next article must say that much more
LENGTH_POWER = 0.35  # a sentence of twice the words must hold 1.27 times the question's
USUAL_LENGTH = 20  # words
SHORT = 8  # words: a shorter sentence is not worth more for it
HEADING = 0.5  # of a word that only the titles above hold
MEANING = 1.0  # of the cosine between question and sentence

Weigh = Callable[[Sequence[str]], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class _Choice:
    """A sentence that may answer: `covers` and `near` are the question's tokens in it, above it."""

    hit: int
    start: int
    end: int
    covers: frozenset[str]
    near: frozenset[str]
    meaning: float
    factor: float  # by rank
    length: int  # words


class ExtractiveGenerator:
    """`Generator` that quotes. `weigh` gives the rarity of tokens in the corpus."""

    name = MODEL

    def __init__(self, weigh: Weigh, embedder: Embedder | None = None) -> None:
        self._weigh = weigh
        self._embedder = embedder

    def generate(self, question: str, hits: Sequence[Hit]) -> Iterator[DraftSentence]:
        """The sentences that answer, verbatim, by article; none when the passages do not."""
        weights = self._weigh(list(dict.fromkeys(tokens(question))))
        asked = _asked_for(question, hits)
        read = asked or hits[:READ_HITS]
        if not asked and confidence(weights, read) < MIN_CONFIDENCE:
            return
        choices = list(_choices(read, weights, self._meaning(question, read)))
        for choice in _by_article(_choose(choices, weights), read):
            yield _draft(read[choice.hit], choice)

    def _meaning(self, question: str, hits: Sequence[Hit]) -> dict[str, float]:
        """Sentence → cosine with the question; nothing without an embedding model."""
        if self._embedder is None:
            return {}
        words = [h.passage[start:end] for h in hits for start, end in sentences(h.passage)]
        cosines = self._embedder.embed_passages(words) @ self._embedder.embed_question(question)
        return dict(zip(words, map(float, cosines), strict=True))


def _asked_for(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits of the articles whose number the question gives: it asks about them."""
    keys = {key for _, _, key in find_numbers(question)}
    return [hit for hit in hits if number_key(hit.article) in keys]


def confidence(weights: Mapping[str, float], hits: Sequence[Hit]) -> float:
    """How much of the question the best sentence holds, by weight over the root of the whole.

    The root, because a long question is never held whole: over questions of all lengths this
    tells right answers from wrong ones better than the plain share. The rarest word weighs 1.
    """
    rarest = max(weights.values(), default=0.0)
    total = sum(weights.values())
    if not total:
        return 0.0
    held: Iterator[float] = (
        sum(weights[token] for token in _held(hit, span) & weights.keys())
        for hit in hits
        for span in sentences(hit.passage)
    )
    best: float = max(held, default=0.0)
    return best / math.sqrt(total * rarest)


def _held(hit: Hit, span: tuple[int, int]) -> frozenset[str]:
    """What a sentence is about: its words, and the heading of its article."""
    return frozenset(tokens(f"{hit.passage[span[0] : span[1]]}\n{hit.heading}"))


def _choices(
    hits: Sequence[Hit], weights: Mapping[str, float], meaning: Mapping[str, float]
) -> Iterator[_Choice]:
    for at, hit in enumerate(hits):
        near = frozenset(tokens("\n".join((hit.heading, *hit.path[-1:])))) & weights.keys()
        for start, end in sentences(hit.passage):
            words = hit.passage[start:end]
            yield _Choice(
                hit=at,
                start=start,
                end=end,
                covers=frozenset(tokens(words)) & weights.keys(),
                near=near,
                meaning=meaning.get(words, 0.0),
                factor=RANK_DECAY ** (hit.rank - 1),
                length=max(len(words.split()), SHORT),
            )


def _choose(choices: list[_Choice], weights: Mapping[str, float]) -> list[_Choice]:
    """The best sentence, then those that add much of the question, at most MAX_QUOTES."""
    chosen: list[_Choice] = []
    covered: frozenset[str] = frozenset()
    least = 0.0
    while choices and len(chosen) < MAX_QUOTES:
        best = max(choices, key=lambda choice: _worth(choice, covered, weights))
        worth = _worth(best, covered, weights)
        if worth <= least:
            break
        least = least or worth * MIN_SHARE
        chosen.append(best)
        covered |= best.covers
        choices.remove(best)
    return chosen


def _worth(choice: _Choice, covered: frozenset[str], weights: Mapping[str, float]) -> float:
    held = sum(weights[token] for token in choice.covers - covered)
    above = sum(weights[token] for token in choice.near - choice.covers - covered)
    share = (held + HEADING * above) / sum(weights.values())
    length = (choice.length / USUAL_LENGTH) ** LENGTH_POWER
    return (share / length + MEANING * choice.meaning) * choice.factor


def _by_article(chosen: Sequence[_Choice], hits: Sequence[Hit]) -> list[_Choice]:
    """Sentences of one article together, in its order; the article of the best one first."""
    articles = list(dict.fromkeys(hits[choice.hit].article_id for choice in chosen))
    return sorted(
        chosen,
        key=lambda c: (articles.index(hits[c.hit].article_id), hits[c.hit].start + c.start),
    )


def _draft(hit: Hit, choice: _Choice) -> DraftSentence:
    words = hit.passage
    span = choice.start, choice.end
    before = introduction(words, span) if is_item(words, span) else None
    spans = [before, span] if before else [with_items(words, span, MAX_LIST)]
    quotes = tuple(Quote(choice.hit, words[start:end]) for start, end in spans)
    return DraftSentence(" ".join(f"« {quote.words} »" for quote in quotes), quotes)
