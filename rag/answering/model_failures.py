"""What can go wrong with a model server, in the words of the error tree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from rag.errors import (
    ModelCut,
    ModelFailure,
    ModelMemory,
    ModelMissing,
    ModelSilent,
    ModelUnreachable,
    ModelUnreadable,
    PromptTruncated,
)

_MEMORY = re.compile(r"\bmemory\b|\boom\b")
_MISSING = re.compile(r"not found|does not exist")
_TOO_LARGE = re.compile(r"context[ _](?:length|size|window)")
_BY_STATUS = {401: "key", 403: "key", 404: "missing"}
_OTHER_MODEL = "choisissez parmi ceux que donne `referent models`"


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
        raise refused(error.response.text, error.response.status_code, url, model) from None
    except httpx.TransportError:
        raise cut(url) from None
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError):
        raise unreadable("le serveur de modèles a répondu ce qui ne peut être lu", url) from None


def refused(said: str, status: int, url: str, model: str) -> ModelFailure:
    """The error for a message of the server; its words are not passed on.

    `status`: of HTTP, 0 when the message came within a stream; `model`: "" for a list.
    """
    low = said.lower()
    if _MEMORY.search(low):
        return ModelMemory(
            f"le serveur n'a pas assez de mémoire pour le modèle {model}",
            where=url,
            remedy="choisissez un modèle plus petit, ou réduisez REFERENT_MODEL_WINDOW",
        )
    if _TOO_LARGE.search(low):
        return PromptTruncated(
            f"la demande ne tient pas dans la fenêtre que le serveur donne à {model}",
            where=url,
            remedy="réduisez --limit, ou REFERENT_MODEL_WINDOW à ce que le serveur accepte",
        )
    if _BY_STATUS.get(status) == "key":
        return ModelFailure(
            "le serveur de modèles refuse la clé d'accès",
            where=url,
            remedy="corrigez REFERENT_MODEL_API_KEY",
        )
    if _BY_STATUS.get(status) == "missing" or _MISSING.search(low):
        return (
            missing(url, model)
            if model
            else unreadable("le serveur ne connaît pas l'adresse demandée", url)
        )
    return ModelFailure(
        f"le serveur de modèles a refusé la demande pour {model}".removesuffix(" pour "),
        where=url,
        remedy="lisez le journal du serveur, ou demandez --model extractive",
    )


def cut(url: str) -> ModelCut:
    """The answer broke off."""
    return ModelCut(
        "la réponse du modèle a été interrompue", where=url, remedy="réessayez la question"
    )


def missing(url: str, model: str) -> ModelMissing:
    """The server does not have this model."""
    return ModelMissing(f"le serveur n'a pas de modèle {model}", where=url, remedy=_OTHER_MODEL)


def not_local(model: str) -> ModelMissing:
    """The server would ask another host for this model."""
    return ModelMissing(
        f"le modèle {model} n'est pas local : le serveur l'interrogerait ailleurs",
        where=model,
        remedy="choisissez un modèle installé sur ce serveur (`referent models`)",
    )


def unreadable(what: str, url: str) -> ModelUnreadable:
    """What came is not what the protocol of the settings says."""
    return ModelUnreadable(
        what,
        where=url,
        remedy="vérifiez REFERENT_MODEL_URL, REFERENT_MODEL_API (ollama ou openai), "
        "et la version du serveur",
    )
