"""What each part of the ranking adds: the same search with parts left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5

from eval.datasets import EvalQuestion
from rag.bootstrap import Parts
from rag.retrieval.reranking import Ranker, shipped
from rag.retrieval.scoring import FEATURES
from rag.retrieval.search import Searcher
from rag.retrieval.weights import Weights

SHIPPED = Weights()


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is searched, and which figures of the ranker do not count."""

    weights: Weights = SHIPPED
    without: frozenset[str] = frozenset()

    def ranker(self) -> Ranker:
        """The shipped one without these figures."""
        kept = zip(FEATURES, shipped().weights, strict=True)
        return Ranker(tuple(0.0 if name in self.without else weight for name, weight in kept))


AS_SHIPPED = "as shipped"
NOT_PUT_RIGHT = "mistyped words left as they are"
# "words" are the two sparse rankings, "meaning" the encoder.
CONFIGURATIONS: Mapping[str, Configuration] = {
    "words": Configuration(Weights(dense=False, equivalent=0.0)),
    "words with equivalents": Configuration(Weights(dense=False)),
    "words and meaning": Configuration(Weights(equivalent=0.0, meaning=0.0)),
    AS_SHIPPED: Configuration(),
    "without the article's words": Configuration(without=frozenset({"article"})),
    "without the best two passages": Configuration(without=frozenset({"meanings"})),
    "without what the first mean": Configuration(without=frozenset({"drawn"})),
    NOT_PUT_RIGHT: Configuration(Weights(spelling=False)),
}


def searchers(
    parts: Parts, labels: Iterable[str] = tuple(CONFIGURATIONS)
) -> Iterator[tuple[str, Searcher]]:
    """One a configuration."""
    for label in labels:
        each = CONFIGURATIONS[label]
        yield (
            label,
            Searcher(
                parts.catalogue,
                parts.index,
                parts.embedder,
                weights=each.weights,
                ranker=each.ranker(),
            ),
        )


def kept_aside(questions: Sequence[EvalQuestion]) -> list[EvalQuestion]:
    """Those of eval/cdtn whose topic no choice was made on: every second topic, by its MD5."""
    return [question for question in questions if _draw(question.question_id.rpartition("-")[0])]


def _draw(topic: str) -> bool:
    return bool(int(md5(topic.encode(), usedforsecurity=False).hexdigest()[:8], 16) % 2)
