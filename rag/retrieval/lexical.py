"""French lexical analysis: text → tokens → sparse vectors with BM25 weights.

A document's vector holds the term part of BM25 (Robertson, Zaragoza, "The Probabilistic Relevance
Framework: BM25 and Beyond", 2009), tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average);
a question's vector holds the IDF of each token (`rag.retrieval.rarity`), so that their inner
product is BM25.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import Stemmer

from rag.retrieval.numbers import find_numbers, fold
from rag.types import SparseVector

# As in Robertson and Zaragoza; k1 from 0.9 to 2 and b from 0.4 to 0.75 were tried, none better on
# every set (eval/results/lexical.md).
K1 = 1.2
B = 0.75
# Tokens of an article of law and of its 120-word slices, context included: means of 90.0 and 71.8
# over the 6,862 articles of corpora/legi, 79.2 and 64.9 over training/articles.jsonl. Fixed, so
# that a new text changes no vector. Sheets of 461 tokens (eval/cdtn) rank better too with 90 than
# with their own mean: MRR 0.547 against 0.494.
ARTICLE_LENGTH = 90.0
PASSAGE_LENGTH = 72.0
# 1, 2 and 3 give the same figures on eval/questions.jsonl and crpa-faq.jsonl (fused ranking).
NUMBER_WEIGHT = 1.0

_CACHE = 1 << 17
_CHUNK = re.compile(r"[^\W_]+(?:['’ʼ‘`´-][^\W_]+){0,5}")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_APOSTROPHE = re.compile("['’ʼ‘`´]")
_ELISIONS = frozenset("l d j m n s t c qu jusqu lorsqu puisqu quoiqu presqu entr".split())
STOP_WORDS = frozenset(
    """
    a à afin ai ainsi alors as au aucun aura auront aussi autre autres aux avait avec avez avons
    c ça car ce ceci cela celle celles celui ces cet cette ceux chaque chez ci comme comment d
    dans de depuis des donc dont du elle elles en entre es est et étaient était été être eu eux
    faire fait faut hors il ils j je l la là le les leur leurs lors lorsque lui m ma mais me même
    mêmes mes moi mon n ne nos notre nous on ont or ou où par parce pas peu peut peuvent plus pour
    pourquoi près puis puisque qu quand que quel quelle quelles quels qui quoi s sa se sera seront
    ses si sien soi soient soit son sont sous sur t ta tandis te tel telle telles tels tes toi ton
    tous tout toute toutes très tu un une va vers voici voilà vos votre vous y
    """.split()
)


def tokens(text: str) -> list[str]:
    """The tokens of `text` in reading order, article numbers ("art:l231-4") at the end."""
    return word_tokens(text) + [f"art:{key}" for _, _, key in find_numbers(text)]


def word_tokens(text: str) -> list[str]:
    """The tokens of `text` in reading order without article numbers as such."""
    return [token for chunk in _CHUNK.findall(text.lower()) for token in _chunk_tokens(chunk)]


class Word(NamedTuple):
    """A word of a text, which stands within `text[start:end]`; `token` is "" for a stop word."""

    plain: str  # by `plain`
    token: str
    start: int
    end: int


def spoken(text: str) -> list[Word]:
    """Every word of `text` in reading order; those with a token give `word_tokens`."""
    return [
        Word(*_plain_and_token(part), *match.span())
        for match in _CHUNK.finditer(_lower(text))
        for piece in match.group().split("-")
        for part in _without_elision(piece)
    ]


@lru_cache(_CACHE)
def _plain_and_token(part: str) -> tuple[str, str]:
    return plain(part), "" if part in STOP_WORDS else _stem(part)


def plain(text: str) -> str:
    """Lower case without accents or ligatures: "Sœur" → "soeur"."""
    return fold(text).translate(_LIGATURES)


def _lower(text: str) -> str:
    """Lower case with each character where it was: "İ" would become two."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


@lru_cache(_CACHE)
def token_id(token: str) -> int:
    """A stable unsigned 32-bit number: the first 4 bytes of BLAKE2b, big-endian."""
    return _number(token)


def _number(token: str) -> int:
    return int.from_bytes(blake2b(token.encode(), digest_size=4).digest(), "big")


def plain_ids(words: Iterable[str]) -> list[int]:
    """The ids of the tokens of single words that are `plain`, stop words as any others.

    For words that will hardly be met again: nothing is kept.
    """
    return [_number(_trimmed(stem)) for stem in _stemmer.stemWords(list(words))]


def document_vector(words: str, context: str, average_length: float) -> SparseVector:
    """BM25 term weights of `context` and `words` taken as one document, without IDF."""
    counts = Counter(tokens(context))
    counts.update(tokens(words))
    norm = K1 * (1 - B + B * sum(counts.values()) / average_length)
    return sparse_vector({token: tf * (K1 + 1) / (tf + norm) for token, tf in counts.items()})


def question_weights(text: str) -> dict[str, float]:
    """Weight 1 for each distinct token, NUMBER_WEIGHT for an article number."""
    return {token: NUMBER_WEIGHT if token.startswith("art:") else 1.0 for token in tokens(text)}


def question_vector(text: str) -> SparseVector:
    """The words asked, as they are."""
    return sparse_vector(question_weights(text))


def sparse_vector(weights: Mapping[str, float]) -> SparseVector:
    """Token → weight, as the index takes it."""
    by_id: dict[int, float] = {}
    for token, weight in weights.items():
        by_id[token_id(token)] = by_id.get(token_id(token), 0.0) + weight
    return SparseVector(tuple(by_id), tuple(by_id.values()))


_stemmer = Stemmer.Stemmer("french", 0)


@lru_cache(_CACHE)
def _chunk_tokens(chunk: str) -> tuple[str, ...]:
    """The tokens of one run of letters with its apostrophes and hyphens."""
    parts = [part for piece in chunk.split("-") for part in _without_elision(piece)]
    return tuple(_stem(part) for part in parts if part not in STOP_WORDS)


def _without_elision(piece: str) -> list[str]:
    """ "l'accès" → accès, "aujourd'hui" → aujourdhui."""
    head, *rest = _APOSTROPHE.split(piece)
    if rest and head in _ELISIONS:
        return ["".join(rest)]
    return ["".join([head, *rest])]


def _stem(word: str) -> str:
    """Accents go first, as people leave them out; then what they told apart: "licenci(é|e|er)"."""
    return _trimmed(str(_stemmer.stemWord(plain(word))))


def _trimmed(stem: str) -> str:
    return stem.rstrip("ei") or stem
