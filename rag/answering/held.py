"""Which of a question's words something holds: as asked, or as the thesaurus has them. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from rag.retrieval.lexical import tokens, word_tokens
from rag.retrieval.thesaurus import Concept

ASKING = frozenset(tokens("combien comment pourquoi quand date heure jour moment endroit lieu"))


def asked_tokens(question: str) -> list[str]:
    """The tokens that say what is asked about, each once, without those that only ask."""
    return [token for token in dict.fromkeys(tokens(question)) if token not in ASKING]


class Meant:
    """Which tokens of a question a sentence holds in other words: the thesaurus says so."""

    def __init__(self, concepts: Iterable[Concept] = ()) -> None:
        self._forms = [
            (frozenset(word_tokens(words)), frozenset(concept.tokens))
            for concept in concepts
            for words in concept.equivalents
        ]

    def held(self, there: frozenset[str]) -> frozenset[str]:
        """The tokens there, and those of the question that a whole equivalent there stands for."""
        return there.union(*(asked for form, asked in self._forms if form and form <= there))
