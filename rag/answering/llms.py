"""llama-index's clients for the two protocols.

They take a second to import, openai's half a second more: each only when it is spoken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rag.answering.connection import Connection
from rag.answering.model_api import Asked
from rag.errors import MissingPackage

if TYPE_CHECKING:
    import ollama
    from llama_index.core.llms import LLM, ChatMessage

_TEMPERATURE = 0.0  # the likeliest words, and the same for the same question
_SEED = 0
_NO_KEY = "-"  # the client asks for one; `Connection` sends only that of the settings


def messages(asked: Asked) -> list[ChatMessage]:
    """The rules, then the passages and the question."""
    with _needing("llama-index-core"):
        from llama_index.core.llms import ChatMessage, MessageRole
    return [
        ChatMessage(role=MessageRole.SYSTEM, content=asked.rules),
        ChatMessage(role=MessageRole.USER, content=asked.prompt),
    ]


def ollama_llm(asked: Asked, connection: Connection, client: ollama.Client) -> LLM:
    """Sends the window (`num_ctx`) each time: a server's own default truncates in silence."""
    with _needing("llama-index-llms-ollama"):
        from llama_index.llms.ollama import Ollama
    return Ollama(
        model=asked.model,
        base_url=connection.url,
        client=client,
        context_window=asked.budget.window,
        additional_kwargs={"num_predict": asked.budget.answer, "seed": _SEED},
        temperature=_TEMPERATURE,
    )


def openai_llm(asked: Asked, url: str, client: Any) -> LLM:
    """Never tries again by itself, and has the server report what it read and wrote."""
    with _needing("llama-index-llms-openai-like"):
        from llama_index.llms.openai_like import OpenAILike
    return OpenAILike(  # type: ignore[call-arg]  # only its fields are typed
        model=asked.model,
        api_base=url,
        api_key=_NO_KEY,
        http_client=client,
        is_chat_model=True,
        context_window=asked.budget.window,
        max_tokens=asked.budget.answer,
        max_retries=0,
        additional_kwargs={"seed": _SEED, "stream_options": {"include_usage": True}},
        temperature=_TEMPERATURE,
    )


@contextmanager
def _needing(package: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise MissingPackage(
            f"le paquet {package} manque",
            where="rag.answering.llms",
            remedy=f"pip install {package}",
        ) from error
