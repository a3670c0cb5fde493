"""What a search looks for beside the words asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """Chosen on training questions and half of the topics of eval/cdtn (eval/results/thesaurus.md).

    `equivalent`: the words of law beside 1 for the words asked. `meaning`: their vector beside 1
    for the question's. `dense`: False when nothing is searched by meaning. `spelling`: False when
    mistyped words are left as they are.
    """

    equivalent: float = 0.8
    meaning: float = 0.3
    dense: bool = True
    spelling: bool = True
