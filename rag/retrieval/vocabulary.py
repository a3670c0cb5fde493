"""The words that are no typing mistakes, whoever asks: those that ship with the product."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from rag.embedding.static import known_ids
from rag.retrieval.lexical import token_id
from rag.retrieval.mistakes import Ids
from rag.retrieval.thesaurus import Thesaurus


class Vocabulary:
    """Words by the ids of their tokens."""

    def __init__(self, ids: Ids) -> None:
        self._ids = np.unique(ids)

    def has(self, ids: Ids) -> npt.NDArray[np.bool_]:
        """Which of these tokens it has: shape of `ids`."""
        at = np.searchsorted(self._ids, ids).clip(max=len(self._ids) - 1)
        same: npt.NDArray[np.bool_] = self._ids[at] == ids
        return same


@lru_cache(4)
def vocabulary(thesaurus: Thesaurus) -> Vocabulary:
    """The words that the shipped vectors know, and those of a thesaurus.

    Its shipped entries give their everyday words only: of the 4,831 stems of their words of law
    all but 214 have a vector or are everyday words too.

    Raises:
        EmbeddingError: the vectors cannot be read.
    """
    own = np.array([token_id(stem) for stem in set(thesaurus.stems())], dtype=np.uint32)
    return Vocabulary(np.concatenate([_with_vectors(), own]))


@lru_cache(1)
def _with_vectors() -> Ids:
    return known_ids()
