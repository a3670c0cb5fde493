"""What each part of the ranking adds: the same search with parts left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import md5

from eval.datasets import EvalQuestion
from rag.bootstrap import Parts
from rag.retrieval.search import Searcher
from rag.retrieval.weights import Weights

# A line of the table → weights; "words" are the two sparse rankings, "meaning" the encoder.
CONFIGURATIONS: Mapping[str, Weights] = {
    "words": Weights(dense=0.0, equivalent=0.0),
    "words with equivalents": Weights(dense=0.0),
    "words and meaning": Weights(equivalent=0.0, meaning=0.0),
    "equivalents for words only": Weights(meaning=0.0),
    "equivalents for meaning only": Weights(equivalent=0.0),
    "as shipped": Weights(),
    "without passages": Weights(passage=0.0),
    "passages as much as articles": Weights(passage=1.0),
    "equivalents as much as what is asked": Weights(equivalent=1.0),
}


def searchers(parts: Parts) -> Iterator[tuple[str, Searcher]]:
    """One a configuration."""
    for label, weights in CONFIGURATIONS.items():
        yield label, Searcher(parts.catalogue, parts.index, parts.embedder, weights=weights)


def kept_aside(questions: Sequence[EvalQuestion]) -> list[EvalQuestion]:
    """Those of eval/cdtn whose topic no choice was made on: every second topic, by its MD5."""
    return [question for question in questions if _draw(question.question_id.rpartition("-")[0])]


def _draw(topic: str) -> bool:
    return bool(int(md5(topic.encode(), usedforsecurity=False).hexdigest()[:8], 16) % 2)
