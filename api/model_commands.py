"""`referent models`: what may write answers here, what it takes, and how fast it has been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from api.folder import Data, Json

if TYPE_CHECKING:
    from rag.answering.server import ModelInfo

GIB = 1 << 30
_FITS = {True: "tient", False: "ne tient pas", None: "?"}


def models(data: Data = None, json: Json = False) -> None:
    """Dire quels modèles peuvent rédiger, leur taille, leur vitesse, et la mémoire d'ici."""
    from api import terminal
    from api.model_view import machine_memory, models_shape, speeds
    from rag import settings
    from rag.answering.server import ModelServer
    from rag.bootstrap import open_parts
    from rag.journal.journal import Journal

    chosen = settings.load(data)
    found = ModelServer(chosen).models() if chosen.model_url else []
    with open_parts(chosen) as parts:
        known = parts.exists() and found
        measured = speeds(Journal(parts.registry, chosen, parts.data)) if known else {}
    shape = models_shape(found, chosen.model_url, chosen.model, machine_memory(), measured)
    if json:
        terminal.print_json(shape)
    else:
        _print(found, shape)


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
