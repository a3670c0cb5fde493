"""What an Ollama server has: its models, their sizes and windows. Read, never guessed.

A model that the server itself would ask of another host (Ollama's "cloud" models) is not local:
it may not be used, whatever the allow-list says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from rag.errors import (
    ModelCut,
    ModelFailure,
    ModelMemory,
    ModelMissing,
    ModelSilent,
    ModelUnreachable,
    ModelUnreadable,
    UsageError,
)
from rag.settings import Settings

_MEMORY = re.compile(r"\bmemory\b|\boom\b")
LOOK_TIMEOUT = 10.0  # seconds for a list or a description, which no model is loaded for


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as the server describes it. `window` is None when the server does not say."""

    name: str
    size: int | None  # bytes on disk, about what it takes in memory
    parameters: str  # "8.0B"
    quantization: str  # "Q4_K_M"
    window: int | None  # tokens
    loaded: bool
    allowed: bool
    remote: bool = False


class ModelServer:
    """The server of the settings."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.model_url.rstrip("/")
        self._settings = settings

    @property
    def timeout(self) -> httpx.Timeout:
        """To write an answer: `read` is the longest silence."""
        chosen = self._settings
        return httpx.Timeout(
            chosen.model_silence_timeout, connect=chosen.model_connect_timeout, pool=None
        )

    def models(self) -> list[ModelInfo]:
        """Every model that the server has, by name.

        Raises:
            ModelFailure: the server does not answer, or not as Ollama does.
        """
        with failures(self.url), self._client() as client:
            listed = _get(client, "/api/tags")["models"]
            loaded = {entry["name"] for entry in _get(client, "/api/ps")["models"]}
            found = [self._info(client, entry, entry["name"] in loaded) for entry in listed]
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
        with failures(self.url, name), self._client() as client:
            shown = _post(client, "/api/show", {"model": name})
        if _is_remote(shown):
            raise _not_local(name)
        window = _window(shown)
        if window is None:
            raise ModelUnreadable(
                f"le serveur ne dit pas la fenêtre de contexte de {name}",
                where=self.url,
                remedy="choisissez un autre modèle (`referent models`)",
            )
        return min(window, self._settings.model_window)

    def allows(self, name: str) -> bool:
        """True when the settings let this model be used."""
        allowed = [each.strip() for each in self._settings.models_allowed.split(",")]
        return not any(allowed) or any(_same(name, each) for each in allowed if each)

    def _info(self, client: httpx.Client, entry: Mapping[str, Any], loaded: bool) -> ModelInfo:
        name = str(entry["name"])
        shown = _post(client, "/api/show", {"model": name})
        details = entry.get("details") or {}
        remote = _is_remote(entry) or _is_remote(shown)
        return ModelInfo(
            name=name,
            size=entry.get("size"),
            parameters=str(details.get("parameter_size", "")),
            quantization=str(details.get("quantization_level", "")),
            window=_window(shown),
            loaded=loaded,
            allowed=self.allows(name) and not remote,
            remote=remote,
        )

    def _client(self) -> httpx.Client:
        """No proxy of the environment, no redirection: only this server is ever asked."""
        timeout = httpx.Timeout(LOOK_TIMEOUT, connect=self._settings.model_connect_timeout)
        return httpx.Client(base_url=self.url, timeout=timeout, trust_env=False)


def _get(client: httpx.Client, path: str) -> dict[str, Any]:
    return _read(client.get(path))


def _post(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return _read(client.post(path, json=body))


def _read(response: httpx.Response) -> dict[str, Any]:
    response.raise_for_status()
    body = response.json()
    if not isinstance(body, dict):
        raise TypeError("not an object")
    return body


def _window(shown: Mapping[str, Any]) -> int | None:
    info = shown.get("model_info") or {}
    found = info.get(f"{info.get('general.architecture')}.context_length")
    return found if isinstance(found, int) and found > 0 else None


def _is_remote(described: Mapping[str, Any]) -> bool:
    return bool(described.get("remote_host") or described.get("remote_model"))


def _same(name: str, allowed: str) -> bool:
    """Ollama's "qwen3" is "qwen3:latest"."""
    return allowed in (name, f"{name}:latest") or name == f"{allowed}:latest"


def _not_local(name: str) -> ModelMissing:
    return ModelMissing(
        f"le modèle {name} n'est pas local : le serveur l'interrogerait ailleurs",
        where=name,
        remedy="choisissez un modèle installé sur ce serveur (`referent models`)",
    )


@contextmanager
def failures(url: str, model: str = "") -> Iterator[None]:
    """Turn what the clients raise into the error tree.

    Raises:
        ModelFailure: with the server's address and what to do.
    """
    try:
        yield
    except (ConnectionError, httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol):
        raise ModelUnreachable(
            "le serveur de modèles ne répond pas",
            where=url,
            remedy="démarrez-le, corrigez REFERENT_MODEL_URL, ou demandez --model extractive",
        ) from None
    except httpx.TimeoutException:
        raise ModelSilent(
            f"le modèle {model} n'a rien envoyé dans le temps prévu".replace("  ", " "),
            where=url,
            remedy="réessayez, choisissez un modèle plus petit, "
            "ou augmentez REFERENT_MODEL_SILENCE_TIMEOUT",
        ) from None
    except httpx.HTTPStatusError as error:
        raise refused(error.response.text, url, model) from None
    except httpx.TransportError:
        raise cut(url) from None
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError):
        raise ModelUnreadable(
            "le serveur de modèles a répondu ce qui ne peut être lu",
            where=url,
            remedy="vérifiez que c'est bien un serveur Ollama, et sa version",
        ) from None


def cut(url: str) -> ModelCut:
    """The answer broke off."""
    return ModelCut(
        "la réponse du modèle a été interrompue", where=url, remedy="réessayez la question"
    )


def refused(said: str, url: str, model: str) -> ModelFailure:
    """The error for a message of the server; its words are not passed on."""
    low = said.lower()
    if _MEMORY.search(low):
        return ModelMemory(
            f"le serveur n'a pas assez de mémoire pour le modèle {model}",
            where=url,
            remedy="choisissez un modèle plus petit, ou réduisez REFERENT_MODEL_WINDOW",
        )
    if "not found" in low:
        return ModelMissing(
            f"le serveur n'a pas de modèle {model}",
            where=url,
            remedy="choisissez parmi ceux que donne `referent models`",
        )
    return ModelFailure(
        f"le serveur de modèles a refusé la demande pour {model}",
        where=url,
        remedy="lisez le journal du serveur, ou demandez --model extractive",
    )
