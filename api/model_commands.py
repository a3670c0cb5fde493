"""`referent models`: what may write answers here, and what it takes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from api.folder import Data, Json

if TYPE_CHECKING:
    from rag.answering.server import ModelInfo

GIB = 1 << 30


def models(data: Data = None, json: Json = False) -> None:
    """Dire quels modèles peuvent rédiger, leur taille, et la mémoire de cette machine."""
    from api import terminal
    from rag import settings
    from rag.answering.server import ModelServer

    chosen = settings.load(data)
    found = ModelServer(chosen).models() if chosen.model_url else []
    shape = models_shape(found, chosen.model_url, chosen.model, machine_memory())
    if json:
        terminal.print_json(shape)
    else:
        _print(found, shape)


def models_shape(
    found: Sequence[ModelInfo], server: str, default: str, memory: int
) -> dict[str, Any]:
    """What `referent models --json` prints; sizes in bytes, windows in tokens."""
    from rag.answering.extractive import MODEL

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
            }
            for model in found
        ],
    }


def machine_memory() -> int:
    """Bytes of memory of this machine, which need not be the server's."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _print(found: Sequence[ModelInfo], shape: dict[str, Any]) -> None:
    from api import terminal

    columns = ("modèle", "taille", "paramètres", "fenêtre", "état")
    rows = [
        (
            model.name,
            f"{model.size / GIB:.1f} Gio" if model.size else "?",
            f"{model.parameters} {model.quantization}".strip(),
            f"{model.window} jetons" if model.window else "?",
            _state(model),
        )
        for model in found
    ]
    rows.append(("extractive", "0", "", "", "aucun modèle : cite les textes"))
    terminal.print_table("", columns, rows)
    where = shape["server"] or "aucun (REFERENT_MODEL_URL)"
    terminal.out().print(
        terminal.styled(
            f"Serveur : {where} — par défaut : {shape['default']} — "
            f"mémoire de cette machine : {shape['memory'] / GIB:.1f} Gio"
        )
    )


def _state(model: ModelInfo) -> str:
    if model.remote:
        return "refusé : interrogé ailleurs"
    if not model.allowed:
        return "non permis (REFERENT_MODELS_ALLOWED)"
    return "chargé" if model.loaded else "disponible"
