"""The protocol of OpenAI's chat completions, as vLLM and llama.cpp's server speak it.

Where they say a model's window: vLLM in `max_model_len` of /v1/models (an adapter has that of its
`parent`), llama.cpp in `meta.n_ctx` there, and in older builds in /props only. `n_ctx_train` is
what the model was trained for, not what the server holds: it is not used.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from rag.answering.connection import Connection
from rag.answering.llms import messages, openai_llm
from rag.answering.model_api import Asked, End, ModelInfo
from rag.answering.model_failures import cut, failures, missing, refused
from rag.answering.reading import digest, positive, read

_ENDS = {"stop", "length"}  # any other reason (abort, error, content_filter) broke it off
_GENERATED = ("content", "reasoning_content", "reasoning")
_MOMENTS = {"created", "status", "permission"}
Card = Mapping[str, Any]


class OpenAiApi:
    """`ModelApi` of an OpenAI-compatible server; its address may end in /v1 or not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._root = connection.url.removesuffix("/v1")

    def models(self) -> list[ModelInfo]:
        """See ModelApi. Listing loads no model."""
        with failures(self._connection.url), self._connection.looking() as client:
            cards = self._cards(client)
            return [self._info(client, card, cards) for card in cards]

    def window(self, name: str) -> int | None:
        """See ModelApi. A server that loads models when asked may load this one."""
        with failures(self._connection.url, name), self._connection.waiting() as client:
            cards = self._cards(client)
            card = _named(name, cards)
            if card is None:
                raise missing(self._connection.url, name)
            return _window(card, cards) or self._held(client, name)

    def revision(self, name: str) -> str:
        """See ModelApi; of its card, but for the moments that are new each time it is asked."""
        with failures(self._connection.url, name), self._connection.looking() as client:
            card = _named(name, self._cards(client)) or {}
        return digest({key: value for key, value in card.items() if key not in _MOMENTS})

    def stream(self, asked: Asked) -> Iterator[str | End]:
        """See ModelApi. The protocol reports no times: they are measured here."""
        import openai

        connection, heard = self._connection, _Heard()
        with failures(connection.url, asked.model), connection.waiting() as client:
            llm = openai_llm(asked, f"{self._root}/v1", client)
            try:
                for response in llm.stream_chat(messages(asked)):
                    heard.take(response.raw)
                    yield response.delta or ""
            except openai.APIStatusError as error:
                raise refused(
                    error.response.text, error.status_code, connection.url, asked.model
                ) from None
            except openai.APIConnectionError as error:
                raise _cause(error, connection.url) from None
            except openai.APIError as error:  # within the stream
                raise refused(str(error.message), 0, connection.url, asked.model) from None
        yield heard.end()

    def _cards(self, client: httpx.Client) -> list[Card]:
        return list(read(client.get(f"{self._root}/v1/models"))["data"])

    def _info(self, client: httpx.Client, card: Card, cards: Sequence[Card]) -> ModelInfo:
        name, meta = str(card["id"]), card.get("meta") or {}
        return ModelInfo(
            name=name,
            size=positive(meta.get("size")),
            parameters=_billions(positive(meta.get("n_params"))),
            quantization=str(meta.get("ftype") or ""),
            window=_window(card, cards) or self._held(client, name, autoload="false"),
            loaded=(card.get("status") or {}).get("value", "loaded") == "loaded",
            allowed=True,
        )

    def _held(self, client: httpx.Client, name: str, **more: str) -> int | None:
        """The window by /props, which only llama.cpp's server has."""
        try:
            props = read(client.get(f"{self._root}/props", params={"model": name, **more}))
        except (httpx.HTTPStatusError, ValueError, TypeError):
            return None
        return positive((props.get("default_generation_settings") or {}).get("n_ctx"))


class _Heard:
    """What the chunks of one answer say beside its words."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._first: float | None = None
        self._reason: str | None = None
        self._usage: Any = None

    def take(self, chunk: Any) -> None:
        """One chunk."""
        self._usage = chunk.usage or self._usage
        for choice in chunk.choices:
            self._reason = choice.finish_reason or self._reason
            if self._first is None and any(getattr(choice.delta, k, None) for k in _GENERATED):
                self._first = time.monotonic()

    def end(self) -> End:
        """Once there are no more."""
        now = time.monotonic()
        first = now if self._first is None else self._first
        return End(
            whole=self._reason in _ENDS,
            by_length=self._reason == "length",
            prompt_tokens=positive(getattr(self._usage, "prompt_tokens", None)),
            written_tokens=positive(getattr(self._usage, "completion_tokens", None)),
            prompt_ms=(first - self._started) * 1000,
            written_ms=(now - first) * 1000,
        )


def _named(name: str, cards: Sequence[Card]) -> Card | None:
    return next((card for card in cards if card["id"] == name), None)


def _window(card: Card, cards: Sequence[Card]) -> int | None:
    own = positive(card.get("max_model_len")) or positive((card.get("meta") or {}).get("n_ctx"))
    parent = _named(str(card.get("parent")), cards)
    return own or (positive(parent.get("max_model_len")) if parent else None)


def _billions(parameters: int | None) -> str:
    return f"{parameters / 1e9:.1f}B" if parameters else ""


def _cause(error: Exception, url: str) -> Exception:
    """What the client wraps: an exception of httpx."""
    return error.__cause__ if isinstance(error.__cause__, httpx.HTTPError) else cut(url)
