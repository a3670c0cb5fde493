"""Embeds what has no vector yet, and keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from sqlalchemy import Engine

from rag.catalogue.records import missing_vectors, save_vectors
from rag.database import reading, writing
from rag.passages import vector_key
from rag.ports import Embedder

SAVE_EVERY = 1024  # passages: what a killed process has to embed again at most

Progress = Callable[[int, int], None]  # passages done, passages to do


def missing(engine: Engine, model: str, words: Iterable[str]) -> dict[str, str]:
    """Key → words, of those that have no vector of this model."""
    by_key = {vector_key(passage): passage for passage in words}
    with reading(engine) as connection:
        keys = missing_vectors(connection, model, by_key)
    return {key: by_key[key] for key in sorted(keys)}


def embed(
    engine: Engine,
    embedder: Embedder,
    todo: dict[str, str],
    where: str,
    progress: Progress | None = None,
) -> int:
    """Embed and keep these (key → words); returns how many.

    Kept as it goes, so that a killed process starts again where it was. Passages of like length
    go together, so that a batch holds little padding.
    """
    ordered = sorted(todo.items(), key=lambda item: (len(item[1]), item[0]))
    for at in range(0, len(ordered), SAVE_EVERY):
        group = ordered[at : at + SAVE_EVERY]
        vectors = embedder.embed_passages([words for _, words in group]).astype("<f4")
        kept = {
            key: np.ascontiguousarray(row).tobytes()
            for (key, _), row in zip(group, vectors, strict=True)
        }
        with writing(engine, where) as connection:
            save_vectors(connection, embedder.name, kept)
        if progress:
            progress(at + len(group), len(ordered))
    return len(ordered)
