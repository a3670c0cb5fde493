"""How many tokens of a model's window a prompt may take. Pure.

No model's tokeniser is at hand: tokens are counted from characters, too many rather than too few.
"""

from __future__ import annotations

from dataclasses import dataclass

# French takes 3.3 to 4.5 characters a token with the vocabularies of common models: 3 is prudent,
# and no real text goes beyond 8, so that fewer tokens than that were not the whole prompt.
CHARACTERS_PER_TOKEN = 3.0
MOST_CHARACTERS_PER_TOKEN = 8.0
CHARACTERS_AT_MOST = 16  # a token of the answer: a server that sends more ignores the limit
TEMPLATE_TOKENS = 64  # what the server's chat template adds around the messages


@dataclass(frozen=True, slots=True)
class Budget:
    """A context window in tokens, and the part of it that is kept for the answer."""

    window: int
    answer: int

    @property
    def prompt(self) -> int:
        """Tokens that the prompt may take."""
        return max(0, self.window - self.answer - TEMPLATE_TOKENS)

    @property
    def characters(self) -> int:
        """That no answer within its tokens is longer than."""
        return self.answer * CHARACTERS_AT_MOST

    def was_truncated(self, prompt: str, evaluated: int) -> bool:
        """True when a server that read `evaluated` tokens cannot have read the whole prompt."""
        return evaluated >= self.window or evaluated < len(prompt) / MOST_CHARACTERS_PER_TOKEN


def tokens_of(words: str) -> int:
    """At most how many tokens `words` take."""
    return int(len(words) / CHARACTERS_PER_TOKEN) + 1
