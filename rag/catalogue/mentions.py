"""Keeps the references found in the words of versions, and finds them by the article named."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select

from rag.catalogue import schema
from rag.catalogue.reading import may_read
from rag.catalogue.records import batches
from rag.retrieval.numbers import number_key
from rag.types import ArticleMark, Caller, Clause, Reference

RANGE = "…"  # in `mention_numbers`: the reference has a range, whose inside no number names
_mentions, _numbers = schema.mentions, schema.mention_numbers


@dataclass(frozen=True, slots=True)
class Mention:
    """A Reference in the words of a Version, and where that stands."""

    version_id: str
    article_id: str
    text_id: str
    internal: bool  # in a document of the house, not in a law
    since: date | None  # from when these words are in force
    reference: Reference


def save(connection: Connection, found: Mapping[str, Sequence[Reference]]) -> None:
    """Replace what is kept for these versions (by id)."""
    for group in batches(sorted(found)):
        connection.execute(delete(_mentions).where(_mentions.c.version_id.in_(group)))
    rows = [_row(key, reference) for key in sorted(found) for reference in found[key]]
    numbers = [row for key in sorted(found) for r in found[key] for row in _number_rows(key, r)]
    if rows:
        connection.execute(insert(_mentions), rows)
    if numbers:
        connection.execute(insert(_numbers), numbers)


def of_versions(
    connection: Connection, version_ids: Sequence[str], caller: Caller
) -> list[Mention]:
    """What these versions mention, in reading order."""
    query = _joined(caller).where(_mentions.c.version_id.in_(version_ids))
    return list(_read(connection, query.order_by(_mentions.c.version_id, _mentions.c.start)))


def naming(connection: Connection, keys: Iterable[str], caller: Caller) -> list[Mention]:
    """The mentions that name an article with one of these number keys, or have a range."""
    wanted = sorted({*keys, RANGE})
    named = select(_numbers.c.version_id, _numbers.c.start).where(_numbers.c.number_key.in_(wanted))
    found = named.distinct().subquery()
    query = _joined(caller).join(
        found, (found.c.version_id == _mentions.c.version_id) & (found.c.start == _mentions.c.start)
    )
    return list(_read(connection, query.order_by(_mentions.c.version_id, _mentions.c.start)))


def _joined(caller: Caller) -> Select[Any]:
    return (
        select(
            _mentions,
            schema.versions.c.words,
            schema.versions.c.state,
            schema.versions.c.valid_from,
            schema.articles.c.article_id,
            schema.articles.c.text_id,
        )
        .select_from(_mentions.join(schema.versions).join(schema.articles).join(schema.texts))
        .where(may_read(caller))
    )


def _read(connection: Connection, query: Select[Any]) -> Iterator[Mention]:
    for row in connection.execute(query):
        reference = _reference(json.loads(row.reference), row.words)
        yield Mention(
            version_id=row.version_id,
            article_id=row.article_id,
            text_id=row.text_id,
            internal=not row.state,
            since=row.valid_from,
            reference=reference,
        )


def _row(version_id: str, reference: Reference) -> dict[str, Any]:
    kept = asdict(reference)
    del kept["surface"]
    if reference.clause and reference.clause.day:
        kept["clause"]["day"] = reference.clause.day.isoformat()
    words = json.dumps(kept, ensure_ascii=False)
    return {"version_id": version_id, "start": reference.start, "reference": words}


def _number_rows(version_id: str, reference: Reference) -> Iterator[dict[str, Any]]:
    keys = {number_key(mark.printed) for mark in reference.marks}
    keys |= {number_key(mark.printed.partition(".")[0]) for mark in reference.marks}
    if any(mark.through for mark in reference.marks):
        keys.add(RANGE)
    for key in sorted(keys):
        yield {"version_id": version_id, "start": reference.start, "number_key": key}


def _reference(kept: dict[str, Any], words: str) -> Reference:
    clause = kept["clause"]
    if clause and clause["day"]:
        clause = {**clause, "day": date.fromisoformat(clause["day"])}
    return Reference(
        **{
            **kept,
            "surface": words[kept["start"] : kept["end"]],
            "texts": tuple(kept["texts"]),
            "marks": tuple(ArticleMark(**mark) for mark in kept["marks"]),
            "clause": Clause(**clause) if clause else None,
        }
    )
