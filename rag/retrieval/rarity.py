"""How rare a word is among the articles that somebody may read, and only among those.

Were it counted over all texts, scores and their order would tell how often a word stands in texts
that one may not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from rag.access import readable
from rag.catalogue import properties, rights, terms
from rag.catalogue.terms import COUNT, Counts, TextCounts
from rag.ports import ARTICLE, PASSAGE
from rag.types import Caller, SparseVector

Floats = npt.NDArray[np.float64]
Readers = frozenset[str]  # services that may read a text; none: everyone


@dataclass(frozen=True, slots=True)
class Rarity:
    """Weight of each token asked of, by the name ARTICLE or PASSAGE: its IDF,
    ln(1 + (N - df + 0.5) / (df + 0.5)) (Robertson and Zaragoza 2009, as Lucene has it)."""

    tokens: Sequence[int]
    weights: Mapping[str, Floats]
    articles: int  # among which they were counted

    def weigh(self, vector: SparseVector) -> dict[str, SparseVector]:
        """A question's vector, whose tokens were asked of, times their weights, by name."""
        at = {token: n for n, token in enumerate(self.tokens)}
        places = [at[token] for token in vector.indices]
        values = np.asarray(vector.values)
        return {
            name: SparseVector(vector.indices, tuple((values * weights[places]).tolist()))
            for name, weights in self.weights.items()
        }


@dataclass(frozen=True, slots=True)
class _Class:
    """The texts with the same readers: which counts were added up, and their sum."""

    made_of: frozenset[tuple[str, str]]  # text, revision of its counts
    sum: TextCounts


class Rarities:
    """Counts of words by who may read them, in memory, as the catalogue has them."""

    def __init__(self) -> None:
        self._updating = Lock()
        self._state = ""
        self._classes: Mapping[Readers, _Class] = {}

    def of(self, connection: Connection, tokens: Sequence[int], caller: Caller) -> Rarity:
        """The rarity of these tokens among what the caller may read at this moment."""
        asked = np.asarray(tokens, dtype=np.uint32)
        seen = self._seen(connection, caller)
        count = sum(each.articles for each in seen)
        articles = _idf(count, _df(seen, asked, "articles"))
        passages = _idf(sum(each.passages for each in seen), _df(seen, asked, "passages"))
        return Rarity(tuple(tokens), {ARTICLE: articles, PASSAGE: passages}, count)

    def held(
        self, connection: Connection, tokens: npt.NDArray[np.uint32], caller: Caller
    ) -> Floats:
        """How many articles that the caller may read hold each token, each version counted."""
        return _df(self._seen(connection, caller), tokens, "articles")

    def _seen(self, connection: Connection, caller: Caller) -> list[TextCounts]:
        return [
            each.sum
            for readers, each in self._up_to_date(connection).items()
            if readable(caller, readers)
        ]

    def _up_to_date(self, connection: Connection) -> Mapping[Readers, _Class]:
        state = properties.read(connection, properties.STATE)
        with self._updating:
            if state != self._state or not state:
                self._classes = _classes(connection, self._classes)
                self._state = state
            return self._classes


def _classes(connection: Connection, before: Mapping[Readers, _Class]) -> dict[Readers, _Class]:
    """Those of the catalogue; a class whose texts did not change is kept as it is."""
    readers = rights.readers(connection)
    members: dict[Readers, set[tuple[str, str]]] = {}
    for text_id, revision in terms.revisions(connection).items():
        members.setdefault(readers.get(text_id, frozenset()), set()).add((text_id, revision))
    classes = {}
    for names, texts in members.items():
        known = before.get(names)
        if known is None or known.made_of != texts:
            known = _Class(frozenset(texts), _added(terms.counts(connection, dict(texts))))
        classes[names] = known
    return classes


def _added(texts: Iterable[TextCounts]) -> TextCounts:
    parts = list(texts)
    every = np.concatenate([part.counts for part in parts] or [np.empty(0, COUNT)])
    tokens, at = np.unique(every["token"], return_inverse=True)
    total: Counts = np.zeros(len(tokens), COUNT)
    total["token"] = tokens
    for name in ("articles", "passages"):
        total[name] = np.bincount(at, weights=every[name], minlength=len(tokens))
    return TextCounts(sum(p.articles for p in parts), sum(p.passages for p in parts), total)


def _df(seen: Iterable[TextCounts], asked: npt.NDArray[np.uint32], name: str) -> Floats:
    found = np.zeros(len(asked))
    for each in seen:
        at = np.searchsorted(each.counts["token"], asked)
        inside = at < len(each.counts)
        at[~inside] = 0
        if len(each.counts):
            same = inside & (each.counts["token"][at] == asked)
            found[same] += each.counts[name][at[same]]
    return found


def _idf(count: int, df: Floats) -> Floats:
    weights: Floats = np.log1p((count - df + 0.5) / (df + 0.5))
    return weights
