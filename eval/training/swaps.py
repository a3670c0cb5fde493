"""Texts with words of law swapped for everyday words: the questions that people might ask of them.

Where a passage holds a term of law that the thesaurus knows ("décision implicite de rejet"), some
words around it, with the everyday words in its place ("pas de réponse"), are paired with the
passage. Of all that was tried it taught the vectors most (`eval/results/static_vectors.md`).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.training.pairs import Pair
from eval.training.texts import Stems, Text

LONGEST_TERM = 5  # stems
COMMON = 600  # texts: a single stem in more of them is no term
AROUND = 5  # stems kept on each side, at most
FROM_TITLE = 3  # stems of the nearest title, where no words around are kept
TITLED = 0.3  # share of pairs with words of the title in place of those around
RARE_FIRST = 0.7  # a term is chosen by 1 / occurrences ** RARE_FIRST

Term = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A passage, the terms in it with where they start, the nearest title of its text."""

    passage: Stems
    terms: Sequence[tuple[int, Term]]
    title: Stems
    text: Text


class Swaps:
    """All places of `texts` where a term of law has everyday words for it."""

    def __init__(
        self, texts: Sequence[Text], entries: Iterable[tuple[Stems, Sequence[Stems]]]
    ) -> None:
        self._lay = _lay_words(texts, entries)
        found = (self._place(text, passage) for text in texts for passage in text.passages())
        self._places = [place for place in found if place.terms]
        self._seen = Counter(term for place in self._places for _, term in place.terms)

    def draw(self, most: int, chance: random.Random) -> list[Pair]:
        """Pairs from at most `most` places."""
        chosen = chance.sample(self._places, min(most, len(self._places)))
        return [self._pair(place, chance) for place in chosen]

    def _place(self, text: Text, passage: Stems) -> _Place:
        terms = [
            (start, term)
            for size in range(1, LONGEST_TERM + 1)
            for start in range(len(passage) - size + 1)
            if (term := tuple(passage[start : start + size])) in self._lay
        ]
        return _Place(passage, terms, text.titles[-1] if text.titles else [], text)

    def _pair(self, place: _Place, chance: random.Random) -> Pair:
        rarity = [1 / self._seen[term] ** RARE_FIRST for _, term in place.terms]
        start, term = chance.choices(place.terms, rarity)[0]
        lay = chance.choice(self._lay[term])
        if chance.random() < TITLED:
            title = chance.sample(place.title, min(len(place.title), FROM_TITLE))
            return Pair(lay + title, place.passage, ("text", place.text.key))
        before = place.passage[max(0, start - chance.randint(0, AROUND)) : start]
        end = start + len(term)
        after = place.passage[end : end + chance.randint(0, AROUND)]
        return Pair([*before, *lay, *after], place.passage, ("text", place.text.key))


def _lay_words(
    texts: Sequence[Text], entries: Iterable[tuple[Stems, Sequence[Stems]]]
) -> dict[Term, list[Stems]]:
    df = Counter(stem for text in texts for stem in {s for part in text.sentences for s in part})
    lay_words: dict[Term, list[Stems]] = {}
    for lay, legal in entries:
        for term in map(tuple, legal):
            common = len(term) == 1 and df[term[0]] >= COMMON
            if len(term) <= LONGEST_TERM and set(term) != set(lay) and not common:
                lay_words.setdefault(term, []).append(lay)
    return lay_words
