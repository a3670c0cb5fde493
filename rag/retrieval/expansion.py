"""A question with the words of law for its own, as the index and the encoder take it. Pure.

The index sums what each token adds, so an entry with many equivalents would drown the words asked.
Each equivalent's tokens therefore weigh EQUIVALENT over the root of its number of tokens, and over
the root of how many equivalents the concept has (`eval/results/thesaurus.md`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from rag.ports import Embedder, Vectors
from rag.retrieval.lexical import question_weights, sparse_vector, word_tokens
from rag.retrieval.thesaurus import Concept
from rag.types import SparseVector

EQUIVALENT = 0.8
MEANING = 0.3  # of the equivalents' vector beside the question's


def expanded_vector(question: str, concepts: Iterable[Concept]) -> SparseVector:
    """The words asked with weight 1, and their equivalents with less."""
    weights = question_weights(question)
    asked = frozenset(weights)
    for concept in concepts:
        for token, weight in concept_weights(concept.equivalents).items():
            if token not in asked:
                weights[token] = weights.get(token, 0.0) + weight
    return sparse_vector(weights)


def concept_weights(equivalents: Sequence[str]) -> dict[str, float]:
    """Token → weight, from 0 to EQUIVALENT: that in the shortest equivalent which has it."""
    forms = [form for form in map(frozenset, map(word_tokens, equivalents)) if form]
    weights: dict[str, float] = {}
    for form in forms:
        weight = EQUIVALENT / math.sqrt(len(form) * len(forms))
        for token in form:
            weights[token] = max(weight, weights.get(token, 0.0))
    return weights


def embedded(question: str, concepts: Sequence[Concept], embedder: Embedder) -> Vectors:
    """The question's vector drawn towards its equivalents': (dimension,), of length 1 or 0."""
    if not concepts:
        return embedder.embed_question(question)
    others = " ; ".join(words for concept in concepts for words in concept.equivalents)
    asked, meant = embedder.embed_questions([question, others])
    drawn: Vectors = (asked + MEANING * meant).astype(np.float32)
    length = float(np.linalg.norm(drawn))
    return drawn / np.float32(length) if length else drawn
