"""Keeps a data folder in order: index after catalogue, rebuild, removal."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection, delete, select

from rag.bootstrap import Parts
from rag.catalogue import properties, schema
from rag.catalogue import reading as catalogue
from rag.catalogue.lock import exclusive
from rag.catalogue.removal import remove
from rag.database import reading, writing
from rag.embedding.vectors import embed, missing
from rag.errors import IndexBusy, NotFound, SettingsError
from rag.index import projection
from rag.legal.titles import named
from rag.ports import Index
from rag.types import Caller, Text

MODEL = "embedding_model"


def check_model(parts: Parts) -> None:
    """Refuse to mix two embedding models.

    Raises:
        SettingsError: the catalogue was embedded with another model than the settings name.
    """
    with reading(parts.catalogue) as connection:
        kept = properties.read(connection, MODEL)
        filled = connection.execute(select(schema.passages.c.point_id).limit(1)).first()
    if filled and kept != (parts.model_name or "none"):
        raise SettingsError(
            f"le catalogue est encodé par « {kept} », les réglages nomment "
            f"« {parts.model_name or 'none'} »",
            where="embedding_model",
            remedy="remettez l'ancien modèle, ou lancez `referent rebuild` pour encoder de nouveau",
        )


def record_model(connection: Connection, parts: Parts) -> None:
    """The catalogue's vectors are those of the settings' model from now on."""
    properties.write(connection, MODEL, parts.model_name or "none")


def ready_index(parts: Parts) -> Index:
    """The index, brought after the catalogue.

    Raises:
        SettingsError: embedded with another model.
        IndexFailure: it cannot be opened.
    """
    check_model(parts)
    projection.catch_up(parts.catalogue, parts.index, parts.model_name, parts.catalogue_place)
    return parts.index


def rebuild(parts: Parts) -> dict[str, Any]:
    """Fill the index again; embed only what the settings' model has not embedded yet."""
    started = time.monotonic()
    with exclusive(parts.data, parts.catalogue):
        parts.renew_index()  # first: held by another process, nothing is changed
        embedded = _embed_all(parts)
        with writing(parts.catalogue, parts.catalogue_place) as connection:
            record_model(connection, parts)
            _forget_other_models(connection, parts.model_name)
        points = projection.rebuild(
            parts.catalogue, parts.index, parts.model_name, parts.catalogue_place
        )
    return {"points": points, "embedded": embedded, "seconds": time.monotonic() - started}


def _embed_all(parts: Parts) -> int:
    embedder = parts.embedder
    if embedder is None:
        return 0
    with reading(parts.catalogue) as connection:
        todo = missing(parts.catalogue, embedder.name, catalogue.all_passages(connection))
    return embed(parts.catalogue, embedder, todo, parts.catalogue_place)


def _forget_other_models(connection: Connection, model: str) -> None:
    connection.execute(delete(schema.vectors).where(schema.vectors.c.model != model))


def remove_text(parts: Parts, name: str) -> Text:
    """Take away the one Text that `name` (id, title, or part of it) means.

    Raises:
        NotFound: none, or several.
        CatalogueBusy: another command changes the data folder.
    """
    with exclusive(parts.data, parts.catalogue):
        text = _only_text(parts, name)
        with writing(parts.catalogue, parts.catalogue_place) as connection:
            remove(connection, text.text_id)
    _project(parts)
    return text


def _only_text(parts: Parts, name: str) -> Text:
    with reading(parts.catalogue) as connection:
        texts = named(name, catalogue.texts_for(connection, Caller.operator()))
    if len(texts) != 1:
        listed = ", ".join(f"{text.title} ({text.text_id})" for text in texts[:8])
        raise NotFound(
            f"plusieurs textes ont ce nom : {listed}" if texts else "aucun texte n'a ce nom",
            where=name,
            remedy="donnez l'identifiant du texte ; `referent status` les compte",
        )
    return texts[0]


def _project(parts: Parts) -> None:
    """Bring the index after, unless another process holds it: it will do so itself."""
    try:
        projection.catch_up(parts.catalogue, parts.index, parts.model_name, parts.catalogue_place)
    except IndexBusy:
        return
