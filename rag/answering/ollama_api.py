"""Ollama's protocol.

A model that the server itself would ask of another host (Ollama's "cloud" models) is not local:
it may not be used, whatever the settings allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from rag.answering.connection import Connection
from rag.answering.llms import messages, ollama_llm
from rag.answering.model_api import Asked, End, ModelInfo
from rag.answering.model_failures import failures, not_local, refused
from rag.answering.reading import digest, positive, read

_NANOSECONDS = 1_000_000  # in a millisecond


class OllamaApi:
    """`ModelApi` of an Ollama server."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def models(self) -> list[ModelInfo]:
        """See ModelApi; `size` and the rest are those of /api/tags, the window of /api/show."""
        with failures(self._connection.url), self._connection.looking() as client:
            listed = read(client.get("/api/tags"))["models"]
            loaded = {entry["name"] for entry in read(client.get("/api/ps"))["models"]}
            return [_info(client, entry, entry["name"] in loaded) for entry in listed]

    def window(self, name: str) -> int | None:
        """See ModelApi."""
        with failures(self._connection.url, name), self._connection.looking() as client:
            shown = _show(client, name)
        if _is_remote(shown):
            raise not_local(name)
        return _window(shown)

    def revision(self, name: str) -> str:
        """See ModelApi; of all that /api/show tells."""
        with failures(self._connection.url, name), self._connection.looking() as client:
            return digest(_show(client, name))

    def stream(self, asked: Asked) -> Iterator[str | End]:
        """See ModelApi; times are those that the server measured."""
        import ollama

        connection, last = self._connection, dict[str, Any]()
        with (
            failures(connection.url, asked.model),
            ollama.Client(host=connection.url, **connection.options()) as client,
        ):
            llm = ollama_llm(asked, connection, client)
            try:
                for response in llm.stream_chat(messages(asked)):
                    last = response.raw if isinstance(response.raw, dict) else {}
                    yield response.delta or ""
            except ollama.ResponseError as error:
                raise refused(error.error, error.status_code, connection.url, asked.model) from None
        yield _end(last)


def _show(client: httpx.Client, name: str) -> dict[str, Any]:
    return read(client.post("/api/show", json={"model": name}))


def _info(client: httpx.Client, entry: Mapping[str, Any], loaded: bool) -> ModelInfo:
    name = str(entry["name"])
    shown = _show(client, name)
    details = entry.get("details") or {}
    return ModelInfo(
        name=name,
        size=positive(entry.get("size")),
        parameters=str(details.get("parameter_size", "")),
        quantization=str(details.get("quantization_level", "")),
        window=_window(shown),
        loaded=loaded,
        allowed=True,
        remote=_is_remote(entry) or _is_remote(shown),
    )


def _window(shown: Mapping[str, Any]) -> int | None:
    info = shown.get("model_info") or {}
    return positive(info.get(f"{info.get('general.architecture')}.context_length"))


def _is_remote(described: Mapping[str, Any]) -> bool:
    return bool(described.get("remote_host") or described.get("remote_model"))


def _end(last: Mapping[str, Any]) -> End:
    return End(
        whole=bool(last.get("done")),
        by_length=last.get("done_reason") == "length",
        prompt_tokens=positive(last.get("prompt_eval_count")),
        written_tokens=positive(last.get("eval_count")),
        prompt_ms=(positive(last.get("prompt_eval_duration")) or 0) / _NANOSECONDS,
        written_ms=(positive(last.get("eval_duration")) or 0) / _NANOSECONDS,
    )
