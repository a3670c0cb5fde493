"""Answers without a language model: picks the sentences that answer and quotes them verbatim."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.answering.granted import asked_part
from rag.answering.held import Meant, asked_tokens
from rag.answering.named import in_vain, named, only_names
from rag.answering.sentences import (
    Span,
    introduction,
    is_item,
    says_little,
    sentences,
    table_header,
    with_items,
)
from rag.ports import DraftSentence, Embedder, Generator, Quote
from rag.retrieval.lexical import tokens
from rag.retrieval.thesaurus import Concept
from rag.types import Hit

MODEL = "extractive"

# Articles quoted, a sentence each: a right one is among the first far more often than among three
# sentences of the likeliest, and the search orders them better than their sentences do. Of 1,651
# training questions on held-out codes a right one is among the first 3 for 0.459, 5 for 0.521, 7
# for 0.555; among those of 7 worth NEAR_BEST of the first, 6.5 on average, for 0.551; on sheets
# 5.6 for 0.823 (all 7: 0.850).
MAX_QUOTES = 7
LEAST_QUOTES = 3
NEAR_BEST = 0.7
OF_NAMED = 3  # sentences quoted of the articles that a question names
MAX_LIST = 700  # characters of a list quoted with the sentence that introduces it
# What a sentence is worth, chosen on `corpus/questions.jsonl` and `eval/questions.jsonl` over 28
# codes (142 questions: the gold article among the three sentences quoted for 45, against 41 by
# words alone; the gold words for 35, against 30).
MIN_SHARE = 0.5  # of what the best sentence is worth: what says less of a named article is left out
RANK_DECAY = 0.8  # a sentence of the next article must say that much more
LENGTH_POWER = 0.35  # a sentence of twice the words must hold 1.27 times the question's
USUAL_LENGTH = 20  # words
SHORT = 8  # words: a shorter sentence is not worth more for it
HEADING = 0.5  # of a word that only the titles above hold
MEANING = 1.0  # of the cosine between question and sentence

Weigh = Callable[[Sequence[str]], Mapping[str, float]]
Known = Callable[[str], Iterable[Concept]]


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


class ExtractiveGenerator(Generator):
    """`Generator` that quotes. `weigh` gives the rarity of tokens in the corpus, `known` what the
    thesaurus knows of a question, `corrected` the question with its mistyped words put right."""

    name = MODEL

    def __init__(
        self,
        weigh: Weigh,
        embedder: Embedder | None = None,
        known: Known = lambda _: (),
        corrected: Callable[[str], str] = lambda question: question,
    ) -> None:
        self._weigh = weigh
        self._embedder = embedder
        self._known = known
        self._corrected = corrected

    def generate(self, question: str, hits: Sequence[Hit]) -> Iterator[DraftSentence]:
        """The sentence of each of the first articles that says most of what is asked, verbatim;
        of an article that is named, several. None where no sentence says anything of it."""
        question = asked_part(self._corrected(question))
        weights = self._weigh(asked_tokens(question))
        if not math.fsum(weights.values()) or in_vain(question, weights, hits):
            return
        asked = named(question, hits)
        if asked and only_names(question, weights, asked):
            yield from _whole(asked)
            return
        read = asked or dict(enumerate(hits))
        meant = Meant(self._known(question))
        choices = list(_choices(read, weights, self._meaning(question, list(read.values())), meant))
        if asked:
            chosen = _by_article(_choose(choices, weights) or _beginning(choices), read)
        else:
            chosen = _one_of_each(choices, read, weights)
        yield from _drafts(chosen, read)

    def _meaning(self, question: str, hits: Sequence[Hit]) -> dict[str, float]:
        """Sentence → cosine with the question; nothing without an embedding model."""
        if self._embedder is None:
            return {}
        words = [h.passage[start:end] for h in hits for start, end in sentences(h.passage)]
        cosines = self._embedder.embed_passages(words) @ self._embedder.embed_question(question)
        return dict(zip(words, map(float, cosines), strict=True))


def _whole(asked: Mapping[int, Hit]) -> Iterator[DraftSentence]:
    """The words of the first article asked for, from its beginning, as far as they were read."""
    first = next(iter(asked.values())).article_id
    read = {at: hit for at, hit in asked.items() if hit.article_id == first}
    for at in sorted(read, key=lambda at: read[at].start):
        yield _draft(at, [read[at].passage])


def _one_of_each(
    choices: Sequence[_Choice], hits: Mapping[int, Hit], weights: Mapping[str, float]
) -> list[_Choice]:
    """The best sentence of each of the first articles that say something, in their order."""
    best: dict[str, tuple[float, _Choice]] = {}
    for choice in choices:
        worth = _worth(choice, frozenset(), weights)
        known = best.get(hits[choice.hit].article_id)
        if worth > (known[0] if known else 0.0):
            best[hits[choice.hit].article_id] = worth, choice
    chosen = sorted((choice for _, choice in best.values()), key=lambda c: hits[c.hit].rank)
    least = NEAR_BEST * max((hit.score for hit in hits.values()), default=0.0)
    near = [choice for choice in chosen[LEAST_QUOTES:MAX_QUOTES] if hits[choice.hit].score >= least]
    return chosen[:LEAST_QUOTES] + near


def _choices(
    hits: Mapping[int, Hit],
    weights: Mapping[str, float],
    meaning: Mapping[str, float],
    meant: Meant,
) -> Iterator[_Choice]:
    """Every sentence once: of those with the same words, the one that ranks first."""
    seen: set[tuple[str, ...]] = set()
    for at, hit in hits.items():
        titles = frozenset(tokens("\n".join((hit.heading, *hit.path[-1:]))))
        near = meant.held(titles) & weights.keys()
        for start, end in sentences(hit.passage):
            words = hit.passage[start:end]
            key = tuple(words.split())
            if key in seen or says_little(hit.passage, (start, end)):
                continue
            seen.add(key)
            yield _Choice(
                hit=at,
                start=start,
                end=end,
                covers=meant.held(frozenset(tokens(words))) & weights.keys(),
                near=near,
                meaning=meaning.get(words, 0.0),
                factor=RANK_DECAY ** (hit.rank - 1),
                length=max(len(words.split()), SHORT),
            )


def _choose(choices: list[_Choice], weights: Mapping[str, float]) -> list[_Choice]:
    """The best sentence, then those that add much of the question, at most OF_NAMED."""
    chosen: list[_Choice] = []
    covered: frozenset[str] = frozenset()
    least = 0.0
    while choices and len(chosen) < OF_NAMED:
        best = max(choices, key=lambda choice: _worth(choice, covered, weights))
        worth = _worth(best, covered, weights)
        if worth <= least:
            break
        least = least or worth * MIN_SHARE
        chosen.append(best)
        covered |= best.covers
        choices.remove(best)
    return chosen


def _beginning(choices: Sequence[_Choice]) -> list[_Choice]:
    """The first sentences of the first hit: of an article that is named, but in other words."""
    return [choice for choice in choices if choice.hit == choices[0].hit][:OF_NAMED]


def _worth(choice: _Choice, covered: frozenset[str], weights: Mapping[str, float]) -> float:
    held = math.fsum(weights[token] for token in choice.covers - covered)
    above = math.fsum(weights[token] for token in choice.near - choice.covers - covered)
    share = (held + HEADING * above) / sum(weights.values())
    length: float = (choice.length / USUAL_LENGTH) ** LENGTH_POWER
    return (share / length + MEANING * choice.meaning) * choice.factor


def _by_article(chosen: Sequence[_Choice], hits: Mapping[int, Hit]) -> list[_Choice]:
    """Sentences of one article together, in its order; the article of the best one first."""
    articles = list(dict.fromkeys(hits[choice.hit].article_id for choice in chosen))
    return sorted(
        chosen,
        key=lambda c: (articles.index(hits[c.hit].article_id), hits[c.hit].start + c.start),
    )


def _drafts(chosen: Sequence[_Choice], hits: Mapping[int, Hit]) -> Iterator[DraftSentence]:
    """One a choice, nothing quoted twice: points of one list stand under its introduction."""
    quoted: list[tuple[int, list[Span]]] = []
    for choice in chosen:
        spans = _spans(hits[choice.hit].passage, (choice.start, choice.end))
        last = quoted[-1][1] if quoted and quoted[-1][0] == choice.hit else []
        new = [span for span in spans if not any(a <= span[0] and span[1] <= b for a, b in last)]
        if last and len(new) < len(spans):
            last.extend(new)
        else:
            quoted.append((choice.hit, new))
    for hit, spans in quoted:
        yield _draft(hit, [hits[hit].passage[start:end] for start, end in spans])


def _spans(words: str, span: Span) -> list[Span]:
    """What is quoted for a sentence: with a point its introduction, with a colon its points.

    A row of a table comes with the names of its columns.
    """
    before = introduction(words, span) if is_item(words, span) else table_header(words, span)
    return [before, span] if before else [with_items(words, span, MAX_LIST)]


def _draft(hit: int, quoted: Sequence[str]) -> DraftSentence:
    text = " ".join(f"« {words} »" for words in quoted)
    return DraftSentence(text, tuple(Quote(hit, words) for words in quoted))
