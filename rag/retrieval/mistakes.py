"""Every word from which one typing mistake leads to the word typed, and how likely it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase

import numpy as np
import numpy.typing as npt

from rag.retrieval.lexical import plain_ids

# Added to the logarithm of how often a word is used: `rag.retrieval.spelling`.
LIKELY = 2.0  # two letters swapped, or one typed once for twice or twice for once
USUAL = 1.0  # a letter too many or too few, the next key, or a letter that sounds alike

_KEYS = ("azertyuiop", "qsdfghjklm", "wxcvbn")
# Letters that people write for one another. With any other letter instead, more rare words would be
# read as others (22 for 15 of the words of corpus/), and a word would cost twice the time.
_SOUNDS = ("ae", "cs", "sz", "iy", "mn", "gj", "ck", "kq", "dt", "bp", "fv")

Ids = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Meant:
    """Words that may be meant, n; the arrays have the shape (n,)."""

    words: Sequence[str]
    ids: Ids  # of their tokens
    likely: npt.NDArray[np.float64]  # their mistakes


@lru_cache(32)  # a question is put right for the search, the confidence and the quotations
def at_one_mistake(typed: str) -> Meant:
    """The words at one mistake from one of the letters a to z, that word left out."""
    meant = _meant(typed)
    ids = np.array(plain_ids(meant), dtype=np.uint32)
    return Meant(tuple(meant), ids, np.array(tuple(meant.values())))


def _meant(typed: str) -> Mapping[str, float]:
    meant: dict[str, float] = {}

    def keep(word: str, likely: float) -> None:
        meant[word] = max(likely, meant.get(word, likely))

    for at in range(len(typed) + 1):
        before, after = typed[:at], typed[at:]
        beside = {before[-1:], after[:1]}
        for letter in ascii_lowercase:
            keep(before + letter + after, LIKELY if letter in beside else USUAL)
        if after:
            keep(before + after[1:], LIKELY if after[0] == before[-1:] else USUAL)
            for letter in _INSTEAD[after[0]]:
                keep(before + letter + after[1:], USUAL)
        if len(after) > 1:
            keep(before + after[1] + after[0] + after[2:], LIKELY)
    meant.pop(typed, None)
    return meant


def _next_keys() -> dict[str, frozenset[str]]:
    at = {key: (row, place) for row, keys in enumerate(_KEYS) for place, key in enumerate(keys)}
    return {
        key: frozenset(
            other for other, (line, spot) in at.items() if abs(line - row) + abs(spot - place) == 1
        )
        for key, (row, place) in at.items()
    }


# Letter → those beside, above and below it on a French keyboard.
NEXT_KEYS = _next_keys()
_INSTEAD = {
    letter: near
    | {other for pair in _SOUNDS if letter in pair for other in pair if other != letter}
    for letter, near in NEXT_KEYS.items()
}
