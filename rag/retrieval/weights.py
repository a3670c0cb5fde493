"""How much each part of a search counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.ports import ARTICLE, DENSE, PASSAGE


@dataclass(frozen=True, slots=True)
class Weights:
    """Chosen on training questions and half of the topics of eval/cdtn (eval/results/thesaurus.md).

    `article`, `passage` and `dense`: the three rankings. `equivalent`: the words of law beside the
    words asked. `meaning`: their vector beside the question's.
    """

    article: float = 1.0
    passage: float = 0.25
    dense: float = 0.9
    equivalent: float = 0.8
    meaning: float = 0.3

    def rankings(self) -> Mapping[str, float]:
        """By the name of the ranking."""
        return {ARTICLE: self.article, PASSAGE: self.passage, DENSE: self.dense}
