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
# Of the question's words, weighted by rarity, how many the best article must hold. Chosen on the
# corpus's own questions (`corpus/questions.jsonl`): see `eval/results/refusal.md`.
MIN_COVERAGE = 0.5
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
        if not read or coverage(weights, read) < MIN_COVERAGE:
            return
        chosen = _choose(weights, read)
        for choice in sorted(chosen, key=lambda c: (c.hit, c.start)):
            yield _draft(read[choice.hit], choice)


def coverage(weights: Mapping[str, float], hits: Sequence[Hit]) -> float:
    """The largest share of the question's words, by weight, that one hit holds (0 to 1)."""
    total = sum(weights.values())
    if not total:
        return 0.0
    return max(sum(weights[t] for t in _held(hit) & weights.keys()) for hit in hits) / total


def _held(hit: Hit) -> frozenset[str]:
    """What a passage is about: its words and the titles above them."""
    about = "\n".join((hit.text, *hit.path, hit.heading, hit.passage, f"article {hit.article}"))
    return frozenset(tokens(about))


def _choose(weights: Mapping[str, float], hits: Sequence[Hit]) -> list[_Choice]:
    """The best sentence, then those that add words of the question, at most MAX_QUOTES."""
    choices = [choice for at, hit in enumerate(hits) for choice in _choices(at, hit, weights)]
    chosen: list[_Choice] = []
    covered: frozenset[str] = frozenset()
    while choices and len(chosen) < MAX_QUOTES:
        best = max(choices, key=lambda c: c.score * _gain(c.covers, covered, weights))
        if not _gain(best.covers, covered, weights):
            break
        chosen.append(best)
        covered |= best.covers
        choices.remove(best)
    return chosen or _first(hits[0])


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
