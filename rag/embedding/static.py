"""The embedder that is shipped: one vector a word stem, no download, no torch, no model server.

A text is the sum of its stems' vectors, each times 1 + ln(occurrences), brought to length 1. The
vectors are learned by `eval/training/static_vectors.py`, which also says from what; its results
are in `eval/results/static_vectors.md`. Their lengths say how much a stem counts. Stems are those
of `rag.retrieval.lexical`: after a change there, train again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from rag.errors import EmbeddingError
from rag.ports import Vectors
from rag.retrieval.lexical import token_id, word_tokens

DATA = Path(__file__).with_name("static_vectors.npz")
# Nothing is cut at any length; a mean of more words says little.
WINDOW = 512
_NO_TABLE = (ValueError, KeyError, OSError, EOFError, BadZipFile)


class StaticEmbedder:
    """`Embedder` over a table of word vectors.

    Raises:
        EmbeddingError: the table is missing or cannot be read.
    """

    def __init__(self, data: Path = DATA) -> None:
        content = _content(data)
        ids, self._table = _read(content, data)
        self._rows = {int(token): row for row, token in enumerate(ids)}
        self.name = f"static-fr-{blake2b(content, digest_size=4).hexdigest()}"
        self.dimension = int(self._table.shape[1])
        self.window = WINDOW

    def count_tokens(self, words: str) -> int:
        """Words between white space."""
        return len(words.split())

    def embed_passages(self, passages: Sequence[str]) -> Vectors:
        """Shape (len(passages), dimension), float32; a row without a known stem is 0."""
        vectors = np.zeros((len(passages), self.dimension), dtype=np.float32)
        for row, passage in enumerate(passages):
            vectors[row] = self.embed_question(passage)
        return vectors

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        """As `embed_passages`: a table knows no difference."""
        return self.embed_passages(questions)

    def embed_question(self, question: str) -> Vectors:
        """Shape (dimension,), float32, of length 1, or 0 without a known stem."""
        counts = Counter(
            row
            for token in word_tokens(question)
            if (row := self._rows.get(token_id(token))) is not None
        )
        weights = np.array([1 + math.log(n) for n in counts.values()], dtype=np.float32)
        return _unit(weights @ self._table[list(counts)]) if counts else self._nothing()

    def _nothing(self) -> Vectors:
        return np.zeros(self.dimension, dtype=np.float32)


def known_ids(data: Path = DATA) -> npt.NDArray[np.uint32]:
    """The tokens that a table knows, in any order.

    Raises:
        EmbeddingError: the table is missing or cannot be read.
    """
    try:
        with np.load(data, allow_pickle=False) as file:
            ids: npt.NDArray[np.uint32] = file["ids"]
            return ids
    except _NO_TABLE as error:
        raise _unreadable(data, error) from error


def save(data: Path, token_ids: npt.NDArray[np.uint32], vectors: Vectors) -> None:
    """Write a table: each row as whole numbers from -127 to 127 and the step between them."""
    steps = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9) / 127
    whole = np.rint(vectors / steps).astype(np.int8)
    np.savez(data, ids=token_ids, vectors=whole, steps=steps.astype(np.float32))


def _content(data: Path) -> bytes:
    try:
        return data.read_bytes()
    except OSError as error:
        raise _unreadable(data, error) from error


def _read(content: bytes, data: Path) -> tuple[npt.NDArray[np.uint32], Vectors]:
    try:
        with np.load(BytesIO(content), allow_pickle=False) as file:
            return file["ids"], file["vectors"].astype(np.float32) * file["steps"]
    except _NO_TABLE as error:
        raise _unreadable(data, error) from error


def _unreadable(data: Path, error: Exception) -> EmbeddingError:
    return EmbeddingError(
        f"les vecteurs de mots ne se lisent pas : {error}",
        where=str(data),
        remedy="réinstallez Référent, ou refaites ce fichier : "
        "python -m eval.training.static_vectors",
    )


def _unit(vector: Vectors) -> Vectors:
    length = float(np.linalg.norm(vector))
    scaled: Vectors = (vector / length if length else vector).astype(np.float32)
    return scaled
