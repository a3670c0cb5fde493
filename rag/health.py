"""What a data folder holds, and whether its parts agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, exists, func, select, text

from rag.bootstrap import Parts
from rag.catalogue import counting, properties, schema
from rag.catalogue.engine import TREE
from rag.catalogue.sources import path_of
from rag.database import reading
from rag.errors import IndexBusy, IndexFailure
from rag.index import projection
from rag.maintenance import MODEL
from rag.types import Caller

REBUILD = "lancez `referent rebuild`"
INGEST = "ingérez de nouveau la source, ou retirez le texte"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not agree, and what to do."""

    what: str
    remedy: str

    def as_json(self) -> dict[str, str]:
        """For `referent check --json`."""
        return asdict(self)


def describe(parts: Parts) -> dict[str, Any]:
    """What `referent status --json` prints."""
    with reading(parts.catalogue) as connection:
        counts = asdict(counting.counts(connection, Caller.operator()))
        model = properties.read(connection, MODEL)
    return {
        **counts,
        "index": _index_state(parts),
        "embedding_model": model,
        "schema": TREE.head,
        "data": str(parts.data),
    }


def _index_state(parts: Parts) -> dict[str, Any]:
    try:
        index = parts.index
        lag = projection.lag(parts.catalogue, index.identity)
        return {"points": index.count(), "applied": lag.applied, "pending": lag.pending}
    except IndexBusy:
        return {"points": None, "applied": None, "pending": None}


def check(parts: Parts) -> list[Problem]:
    """Everything that does not agree between catalogue, index and files."""
    with reading(parts.catalogue) as connection:
        found = [*_database(connection), *_spans(connection), *_vectors(connection, parts)]
        found += _files(connection)
    return [*found, *_index(parts)]


def _database(connection: Connection) -> Iterator[Problem]:
    if connection.dialect.name != "sqlite":
        return
    for row in connection.execute(text("PRAGMA integrity_check")):
        if row[0] != "ok":
            yield Problem(f"catalogue abîmé : {row[0]}", "restaurez une sauvegarde")
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield Problem(f"ligne orpheline dans {row[0]}", "restaurez une sauvegarde")


def _spans(connection: Connection) -> Iterator[Problem]:
    passages, versions = schema.passages, schema.versions
    beyond = (
        select(func.count())
        .select_from(passages.join(versions))
        .where(passages.c.end > func.length(versions.c.words))
    )
    if count := connection.execute(beyond).scalar_one():
        yield Problem(f"{count} passages débordent de leur version", INGEST)
    without = (
        select(func.count())
        .select_from(versions.outerjoin(passages))
        .where(func.length(func.trim(versions.c.words)) > 0, passages.c.point_id.is_(None))
    )
    if count := connection.execute(without).scalar_one():
        yield Problem(f"{count} versions n'ont aucun passage", INGEST)


def _vectors(connection: Connection, parts: Parts) -> Iterator[Problem]:
    if parts.embedder is None:
        return
    passages, vectors = schema.passages, schema.vectors
    kept = exists().where(
        vectors.c.model == parts.model_name, vectors.c.vector_key == passages.c.vector_key
    )
    missing = select(func.count()).select_from(passages).where(~kept)
    if count := connection.execute(missing).scalar_one():
        yield Problem(f"{count} passages ne sont pas encodés par {parts.model_name}", REBUILD)


def _files(connection: Connection) -> Iterator[Problem]:
    gave_texts = select(schema.source_texts.c.path).distinct()
    for path in sorted(connection.execute(gave_texts).scalars()):
        if not path_of(path).exists():
            yield Problem(
                f"la source {path} n'est plus là",
                "ingérez-la d'ailleurs, ou `--mirror` pour retirer",
            )


def _index(parts: Parts) -> Iterator[Problem]:
    try:
        index = parts.index
    except IndexBusy as error:
        yield Problem(f"index non vérifié : {error.what}", error.remedy)
        return
    except IndexFailure as error:
        yield Problem(f"index illisible : {error.what}", error.remedy)
        return
    pending = projection.lag(parts.catalogue, index.identity).pending
    if pending:
        yield Problem(f"l'index a {pending} opérations de retard", "une recherche le met à jour")
        return
    yield from _compare(parts, dict(index.digests()))


def _compare(parts: Parts, held: dict[int, str]) -> Iterator[Problem]:
    with reading(parts.catalogue) as connection:
        wanted = dict(projection.digests(connection, parts.model_name))
    missing = len(wanted.keys() - held.keys())
    extra = len(held.keys() - wanted.keys())
    stale = sum(held[key] != wanted[key] for key in held.keys() & wanted.keys())
    for count, what in (
        (missing, "passages manquent dans l'index"),
        (extra, "points de l'index n'ont plus de passage"),
        (stale, "points de l'index sont périmés"),
    ):
        if count:
            yield Problem(f"{count} {what}", REBUILD)
