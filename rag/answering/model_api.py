"""What is asked of a model server in any protocol; adapters: `ollama_api`, `openai_api`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from rag.answering.budget import Budget


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as the server describes it. None, or "", where the server does not say."""

    name: str
    size: int | None  # bytes on disk, about what it takes in memory
    parameters: str  # "8.0B"
    quantization: str  # "Q4_K_M"
    window: int | None  # tokens
    loaded: bool
    allowed: bool
    remote: bool = False  # the server would ask another host


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer to write."""

    model: str
    rules: str
    prompt: str
    budget: Budget


@dataclass(frozen=True, slots=True)
class End:
    """What is known of an answer once nothing more comes."""

    whole: bool  # the server said that it is over, and why
    by_length: bool  # because it reached the most tokens
    prompt_tokens: int | None  # read by the server; None: it does not say
    written_tokens: int | None
    prompt_ms: float
    written_ms: float


class ModelApi(Protocol):
    """A protocol. Each method raises ModelFailure when the server fails it."""

    def models(self) -> list[ModelInfo]:
        """Every model that the server has; `allowed` is true for all."""
        ...

    def window(self, name: str) -> int | None:
        """Tokens of a model's context window; None when the server does not say.

        Raises:
            ModelMissing: the server does not have it, or would ask another host for it.
        """
        ...

    def revision(self, name: str) -> str:
        """What tells a model apart from another that the server had, or will have, by that name."""
        ...

    def stream(self, asked: Asked) -> Iterator[str | End]:
        """The pieces of the answer as they are written (some empty), then its end."""
        ...
