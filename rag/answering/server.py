"""The model server of the settings: what it has, read and never guessed, and what may be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rag.answering.connection import Connection
from rag.answering.model_api import Asked, End, ModelApi, ModelInfo
from rag.answering.model_failures import unreadable
from rag.answering.ollama_api import OllamaApi
from rag.answering.openai_api import OpenAiApi
from rag.errors import UsageError
from rag.settings import OPENAI_API, Settings

__all__ = ["ModelInfo", "ModelServer"]


class ModelServer:
    """Any protocol, within what the settings allow."""

    def __init__(self, settings: Settings, connection: Connection | None = None) -> None:
        self.connection = connection or Connection(settings)
        self.url = self.connection.url
        self._settings = settings
        self._api = _api(settings, self.connection)

    def models(self) -> list[ModelInfo]:
        """Every model that the server has, by name.

        Raises:
            ModelFailure: the server does not answer, or not as its protocol says.
        """
        found = [
            replace(model, allowed=self.allows(model.name) and not model.remote)
            for model in self._api.models()
        ]
        return sorted(found, key=lambda model: model.name)

    def window(self, name: str) -> int:
        """The context window of a model in tokens, within what the settings allow.

        Raises:
            UsageError: the settings do not allow this model.
            ModelFailure: the server does not answer, does not have it, or does not say.
        """
        if not self.allows(name):
            raise UsageError(
                f"le modèle {name} n'est pas de ceux que l'administrateur permet",
                where="--model",
                remedy=f"choisissez parmi : {self._settings.models_allowed}, extractive",
            )
        window = self._api.window(name)
        if window is None:
            raise unreadable(f"le serveur ne dit pas la fenêtre de contexte de {name}", self.url)
        return min(window, self._settings.model_window)

    def revision(self, name: str) -> str:
        """What tells this model apart from others of the same name, before or after it.

        Raises:
            ModelFailure: the server does not answer.
        """
        return self._api.revision(name)

    def stream(self, asked: Asked) -> Iterator[str | End]:
        """The pieces of an answer as they are written, then its end.

        Raises:
            ModelFailure: the server broke off, or refused.
        """
        return self._api.stream(asked)

    def allows(self, name: str) -> bool:
        """True when the settings let this model be used."""
        allowed = [each.strip() for each in self._settings.models_allowed.split(",")]
        return not any(allowed) or any(_same(name, each) for each in allowed if each)


def _api(settings: Settings, connection: Connection) -> ModelApi:
    if settings.model_api == OPENAI_API:
        return OpenAiApi(connection)
    return OllamaApi(connection)


def _same(name: str, allowed: str) -> bool:
    """Ollama's "qwen3" is "qwen3:latest"."""
    return allowed in (name, f"{name}:latest") or name == f"{allowed}:latest"
