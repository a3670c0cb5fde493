"""`referent models`: what may write answers here, what it takes, and how fast it has been."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from api.folder import Data, Json

if TYPE_CHECKING:
    from rag.answering.server import ModelInfo
    from rag.answering.speed import Speed

GIB = 1 << 30
ROOM = 1.2  # times a model's size: what running it takes, without its context window
_FITS = {True: "tient", False: "ne tient pas", None: "?"}


def models(data: Data = None, json: Json = False) -> None:
    """Dire quels modèles peuvent rédiger, leur taille, leur vitesse, et la mémoire d'ici."""
    from api import terminal
    from rag import settings
    from rag.answering.server import ModelServer

    chosen = settings.load(data)
    found = ModelServer(chosen).models() if chosen.model_url else []
    shape = models_shape(found, chosen.model_url, chosen.model, machine_memory(), {})
    if json:
        terminal.print_json(shape)
    else:
        _print(found, shape)


def models_shape(
    found: Sequence[ModelInfo],
    server: str,
    default: str,
    memory: int,
    speeds: Mapping[str, Speed],
) -> dict[str, Any]:
    """What `referent models --json` prints; sizes in bytes, windows in tokens.

    `speeds`: measured on past answers, by model. `fits`: null where nobody can tell, the size
    unknown or the server on another machine.
    """
    from rag.answering.extractive import MODEL

    here = memory if is_here(server) else None
    return {
        "server": server,
        "default": default or MODEL,
        "memory": memory,
        "models": [
            {
                "name": model.name,
                "size": model.size,
                "parameters": model.parameters,
                "quantization": model.quantization,
                "window": model.window,
                "loaded": model.loaded,
                "allowed": model.allowed,
                "remote": model.remote,
                "fits": fits(model, here),
                "speed": _speed(speeds.get(model.name)),
            }
            for model in found
        ],
    }


def fits(model: ModelInfo, memory: int | None) -> bool | None:
    """Whether a model runs in `memory` bytes; None when its size or the memory is not known."""
    if not model.size or memory is None or model.remote:
        return None
    return model.size * ROOM <= memory


def is_here(server: str) -> bool:
    """True when a server's address can only be this machine's."""
    host = urlsplit(server).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def machine_memory() -> int:
    """Bytes of memory of this machine, which need not be the server's."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _speed(measured: Speed | None) -> dict[str, Any] | None:
    if measured is None or not measured.answers:
        return None
    return {
        "answers": measured.answers,
        "written_per_second": measured.written_per_second,
        "first_ms": measured.first_ms,
    }


def _print(found: Sequence[ModelInfo], shape: dict[str, Any]) -> None:
    from api import terminal

    columns = ("modèle", "taille", "mémoire", "paramètres", "fenêtre", "vitesse", "état")
    rows = [
        (
            model.name,
            f"{model.size / GIB:.1f} Gio" if model.size else "?",
            _FITS[told["fits"]],
            f"{model.parameters} {model.quantization}".strip(),
            f"{model.window} jetons" if model.window else "?",
            speed_words(told["speed"]),
            _state(model),
        )
        for model, told in zip(found, shape["models"], strict=True)
    ]
    rows.append(("extractive", "0", "tient", "", "", "", "aucun modèle : cite les textes"))
    terminal.print_table("", columns, rows)
    where = shape["server"] or "aucun (REFERENT_MODEL_URL)"
    terminal.out().print(
        terminal.styled(
            f"Serveur : {where} — par défaut : {shape['default']} — "
            f"mémoire de cette machine : {shape['memory'] / GIB:.1f} Gio"
        )
    )


def speed_words(speed: Mapping[str, Any] | None) -> str:
    """The `speed` of the shape, for a table."""
    if speed is None:
        return "?"
    rate = speed["written_per_second"]
    written = f"{rate:.1f} jetons/s".replace(".", ",") if rate else "?"
    first = f"{speed['first_ms'] / 1000:.1f} s".replace(".", ",")
    return f"{written}, début en {first} ({speed['answers']} réponses)"


def _state(model: ModelInfo) -> str:
    if model.remote:
        return "refusé : interrogé ailleurs"
    if not model.allowed:
        return "non permis (REFERENT_MODELS_ALLOWED)"
    return "chargé" if model.loaded else "disponible"
