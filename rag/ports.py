"""What the core asks of the outside: only what its callers use. Adapters pass tests/contracts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag.types import Hit, SparseVector, Spent

Vectors = npt.NDArray[np.float32]

DENSE = "dense"  # the passage's meaning, by the embedder
PASSAGE = "passage"  # the passage's words and context, sparse, without IDF
ARTICLE = "article"  # the whole version's words and path, sparse, without IDF; on its first passage


class Embedder(Protocol):
    """Turns passages and questions into unit vectors."""

    name: str  # names model and revision: the key of stored vectors
    dimension: int
    window: int  # how many tokens of a passage are read; more are cut by the model in silence

    def count_tokens(self, words: str) -> int:
        """How many tokens of the window `words` takes, special tokens included."""
        ...

    def embed_passages(self, passages: Sequence[str]) -> Vectors:
        """Shape (len(passages), dimension), float32, each row of length 1 (or 0 when empty)."""
        ...

    def embed_question(self, question: str) -> Vectors:
        """Shape (dimension,), float32, of length 1 (or 0 when empty)."""
        ...

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        """Shape (len(questions), dimension): each row as `embed_question`, up to rounding."""
        ...


@dataclass(frozen=True, slots=True)
class IndexPoint:
    """A Passage as the index knows it: vectors to search by, payload to filter by, no words."""

    point_id: int  # 0 < point_id < 2**63
    version_id: str
    services: frozenset[str]  # empty: everyone
    valid_from: date | None
    valid_to: date | None  # exclusive
    digest: str  # of the catalogue's row: tells a stale point
    dense: Vectors | None
    sparse: Mapping[str, SparseVector]  # PASSAGE, and ARTICLE on a version's first passage


@dataclass(frozen=True, slots=True)
class IndexFilter:
    """Applied inside the index, before ranking.

    `day`: only what is in force then (None: any date). `services`: what everyone may read plus
    what any of these may read (None: everything).
    """

    day: date | None = None
    services: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """One ranking: the `limit` nearest points by `vector` under the name `using`."""

    using: str  # DENSE, PASSAGE or ARTICLE
    vector: Vectors | SparseVector
    limit: int
    where: IndexFilter = IndexFilter()


@dataclass(frozen=True, slots=True)
class Scored:
    """A point found, best first in its list."""

    point_id: int
    score: float
    version_id: str


class Index(Protocol):
    """A projection of the catalogue that can always be made again from it."""

    @property
    def identity(self) -> str:
        """Names this very store: a new or cleared one has another identity."""
        ...

    def upsert(self, points: Sequence[IndexPoint]) -> None:
        """Write or replace points; returns once they can be found and survive a crash."""
        ...

    def delete(self, point_ids: Sequence[int]) -> None:
        """Remove points; unknown ones are ignored."""
        ...

    def search(self, queries: Sequence[IndexQuery]) -> list[list[Scored]]:
        """One list a query, best first. An empty vector finds nothing."""
        ...

    def digests(self) -> Iterator[tuple[int, str]]:
        """Every point's id and digest, in any order."""
        ...

    def count(self) -> int:
        """How many points there are."""
        ...

    def clear(self) -> None:
        """Remove everything; the identity changes."""
        ...

    def flush(self) -> None:
        """Make everything written durable."""
        ...

    def close(self) -> None:
        """Let go of the store; nothing else may be called afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a draft claims to take from the hit at `hit` (position in the list given)."""

    hit: int
    words: str


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence as a generator writes it, before any check.

    `cites`: for a sentence in words of its own, without its markers, the hits that they point to
    (position in the list given; -1: to none of them); None: it only quotes.
    """

    text: str
    quotes: tuple[Quote, ...] = ()
    cites: tuple[int, ...] | None = None


class Generator(Protocol):
    """Writes an answer from passages. What it writes is a draft: every claim is checked after."""

    name: str
    spent: Spent | None = None  # by a model, for the last whole answer

    def generate(self, question: str, hits: Sequence[Hit]) -> Iterable[DraftSentence]:
        """Sentences in reading order; none at all means that the passages do not answer."""
        ...
