"""Answers without a language model: picks the sentences that answer and quotes them verbatim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.answering.sentences import introduction, is_item, sentences
from rag.ports import DraftSentence, Quote
from rag.retrieval.lexical import tokens
from rag.types import Hit

MODEL = "extractive"

READ_HITS = 8  # passages read; what stands lower rarely answers
MAX_QUOTES = 3
# Below this confidence nothing that was found answers. Chosen so that at most 15 % of the questions
# whose right article stands among the first six are refused, on `corpus/questions.jsonl` and on
# `eval/questions.jsonl` over 28 codes; words alone tell little more (issue 6 calibrates it).
MIN_CONFIDENCE = 0.4
MIN_SHARE = 0.4  # of what the best sentence is worth: what says less is left out
RANK_DECAY = 0.85  # a sentence of the next article must say that much more
LENGTH_POWER = 0.35  # a sentence of twice the words must hold 1.27 times the question's

Weigh = Callable[[Sequence[str]], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class _Choice:
    """A sentence that may answer."""

    hit: int
    start: int
    end: int
    score: float
    covers: frozenset[str]


class ExtractiveGenerator:
    """`Generator` that quotes. `weigh` gives the rarity of tokens in the corpus."""

    name = MODEL

    def __init__(self, weigh: Weigh) -> None:
        self._weigh = weigh

    def generate(self, question: str, hits: Sequence[Hit]) -> Iterator[DraftSentence]:
        """The sentences that answer, verbatim, by article; none when the passages do not."""
        weights = self._weigh(list(dict.fromkeys(tokens(question))))
        read = hits[:READ_HITS]
        if confidence(weights, read) < MIN_CONFIDENCE:
            return
        for choice in _by_article(_choose(weights, read), read):
            yield _draft(read[choice.hit], choice)


def confidence(weights: Mapping[str, float], hits: Sequence[Hit]) -> float:
    """How much of the question the best sentence holds, by weight over the root of the whole.

    The root, because a long question is never held whole: over questions of all lengths this
    tells right answers from wrong ones better than the plain share. The rarest word weighs 1.
    """
    rarest = max(weights.values(), default=0.0)
    total = sum(weights.values())
    if not total:
        return 0.0
    held = (
        sum(weights[token] for token in _held(hit, span) & weights.keys())
        for hit in hits
        for span in sentences(hit.passage)
    )
    return float(max(held, default=0.0) / (total * rarest) ** 0.5)


def _held(hit: Hit, span: tuple[int, int]) -> frozenset[str]:
    """What a sentence is about: its words, and the heading of its article."""
    return frozenset(tokens(f"{hit.passage[span[0] : span[1]]}\n{hit.heading}"))


def _choose(weights: Mapping[str, float], hits: Sequence[Hit]) -> list[_Choice]:
    """The best sentence, then those that add much of the question, at most MAX_QUOTES."""
    choices = [choice for at, hit in enumerate(hits) for choice in _choices(at, hit, weights)]
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
    return chosen or _first(hits[0])


def _by_article(chosen: Sequence[_Choice], hits: Sequence[Hit]) -> list[_Choice]:
    """Sentences of one article together, in its order; the article of the best one first."""
    articles = list(dict.fromkeys(hits[choice.hit].article_id for choice in chosen))
    return sorted(
        chosen,
        key=lambda c: (articles.index(hits[c.hit].article_id), hits[c.hit].start + c.start),
    )


def _worth(choice: _Choice, covered: frozenset[str], weights: Mapping[str, float]) -> float:
    return choice.score * _gain(choice.covers, covered, weights)


def _gain(covers: frozenset[str], covered: frozenset[str], weights: Mapping[str, float]) -> float:
    return sum(weights[token] for token in covers - covered)


def _choices(at: int, hit: Hit, weights: Mapping[str, float]) -> Iterator[_Choice]:
    for start, end in sentences(hit.passage):
        words = hit.passage[start:end]
        held = frozenset(tokens(words)) & weights.keys()
        if held:
            score = RANK_DECAY**at / max(len(words.split()), 4) ** LENGTH_POWER
            yield _Choice(at, start, end, score, held)


def _first(hit: Hit) -> list[_Choice]:
    """When the titles alone answer: the first sentence under them."""
    return [_Choice(0, start, end, 0.0, frozenset()) for start, end in sentences(hit.passage)][:1]


def _draft(hit: Hit, choice: _Choice) -> DraftSentence:
    quotes = []
    span = choice.start, choice.end
    before = introduction(hit.passage, span) if is_item(hit.passage, span) else None
    for start, end in filter(None, (before, span)):
        quotes.append(Quote(choice.hit, hit.passage[start:end]))
    return DraftSentence(" ".join(f"« {quote.words} »" for quote in quotes), tuple(quotes))
