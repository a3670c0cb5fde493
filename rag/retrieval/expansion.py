"""A question with the words of law for its own, as the index and the encoder take it. Pure.

The index sums what each token adds, so an entry with many equivalents would drown the words asked.
Each equivalent's tokens therefore weigh less the more tokens it has, and the more equivalents the
concept has: each time by the root (`eval/results/thesaurus.md`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from rag.ports import Embedder, Vectors
from rag.retrieval.lexical import question_weights, sparse_vector, word_tokens
from rag.retrieval.thesaurus import Concept
from rag.types import SparseVector


def expanded_vector(question: str, concepts: Iterable[Concept], equivalent: float) -> SparseVector:
    """The words asked with weight 1, and those of their equivalents with `equivalent` or less."""
    weights = question_weights(question)
    asked = frozenset(weights)
    for concept in concepts:
        for token, weight in concept_weights(concept.equivalents, equivalent).items():
            if token not in asked:
                weights[token] = weights.get(token, 0.0) + weight
    return sparse_vector(weights)


def concept_weights(equivalents: Sequence[str], most: float) -> dict[str, float]:
    """Token → weight, from 0 to `most`: that in the shortest equivalent which has it."""
    forms = [form for form in map(frozenset, map(word_tokens, equivalents)) if form]
    weights: dict[str, float] = {}
    for form in forms:
        weight = most / math.sqrt(len(form) * len(forms))
        for token in form:
            weights[token] = max(weight, weights.get(token, 0.0))
    return weights


def embedded(
    question: str, concepts: Sequence[Concept], meaning: float, embedder: Embedder
) -> Vectors:
    """The question's vector plus `meaning` times its equivalents'.

    Shape (dimension,), float32, of length 1 (or 0 when empty).
    """
    if not concepts or not meaning:
        return embedder.embed_question(question)
    others = " ; ".join(words for concept in concepts for words in concept.equivalents)
    asked, meant = embedder.embed_questions([question, others])
    drawn: Vectors = (asked + meaning * meant).astype(np.float32)
    length = float(np.linalg.norm(drawn))
    return drawn / np.float32(length) if length else drawn
