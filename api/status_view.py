"""What a data folder holds, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api import terminal
from rag.bootstrap import Parts
from rag.catalogue import reading as catalogue
from rag.database import reading
from rag.types import Caller, Text

LABELS = {
    "texts": "textes",
    "articles": "articles",
    "versions": "versions",
    "passages": "passages",
    "embedding_model": "modèle d'encodage",
    "schema": "schéma",
    "data": "dossier",
}
INDEX_LABELS = {
    "points": "index : points",
    "applied": "index : dernière opération appliquée",
    "pending": "index : opérations en attente",
}


def texts(parts: Parts) -> list[tuple[Text, int]]:
    """Every text with its count of articles, for the operator."""
    with reading(parts.catalogue) as connection:
        counts = catalogue.article_counts(connection)
        found = catalogue.texts_for(connection, Caller.operator())
    return [(text, counts.get(text.text_id, 0)) for text in found]


def print_status(shape: dict[str, Any], found: Sequence[tuple[Text, int]]) -> None:
    """Totals, then a line a text."""
    rows = [(label, shape[key]) for key, label in LABELS.items()]
    rows += [(label, _known(shape["index"][key])) for key, label in INDEX_LABELS.items()]
    terminal.print_table("", ("Dossier", ""), rows)
    terminal.print_table(
        "",
        ("Identifiant", "Texte", "Nature", "Articles", "Lisible par"),
        ((t.text_id, t.title, t.nature, count, _readers(t)) for t, count in found),
    )


def _known(value: object) -> object:
    return "tenu par un autre processus" if value is None else value


def _readers(text: Text) -> str:
    return ", ".join(sorted(text.services)) or "tous"
