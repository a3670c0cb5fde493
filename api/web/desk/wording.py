"""Versions that entries name, as the reader may see them: those that they may not read are not
named, and cannot be told from those that are gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from api.web.desk import telling
from rag.catalogue import schema
from rag.catalogue.reading import may_read
from rag.catalogue.records import BATCH
from rag.journal.reading import Recorded
from rag.legal.titles import article_name
from rag.types import Caller

TEXT = "text"  # where an account's entry names the text whose rights were changed


@dataclass(frozen=True, slots=True)
class Named:
    """A version by the names of its article and text."""

    version_id: str
    article_id: str
    article: str
    text: str


def named(connection: Connection, version_ids: Iterable[str], caller: Caller) -> dict[str, Named]:
    """Those of these versions that exist and that `caller` may read."""
    versions, articles, texts = schema.versions, schema.articles, schema.texts
    query = select(
        versions.c.version_id, articles.c.article_id, articles.c.number, texts.c.title
    ).select_from(versions.join(articles).join(texts))
    wanted = sorted(set(version_ids))
    found: dict[str, Named] = {}
    for at in range(0, len(wanted), BATCH):
        group = versions.c.version_id.in_(wanted[at : at + BATCH])
        for row in connection.execute(query.where(group, may_read(caller))):
            found[row.version_id] = Named(row[0], row[1], article_name(row[2]), row[3])
    return found


def readable_texts(connection: Connection, caller: Caller) -> frozenset[str]:
    """The texts that `caller` may read, by id."""
    query = select(schema.texts.c.text_id).where(may_read(caller))
    return frozenset(connection.execute(query).scalars())


def without_others(
    found: Iterable[Recorded], versions: Iterable[str], texts: Iterable[str]
) -> list[Recorded]:
    """The entries, naming only these versions and texts."""
    read, known = frozenset(versions), frozenset(texts)
    return [_without(each, read, known) for each in found]


def _without(found: Recorded, read: frozenset[str], known: frozenset[str]) -> Recorded:
    entry = found.entry
    kept = tuple(version for version in entry.versions if version in read)
    detail = dict(telling.detail_of(entry.detail))
    if TEXT in detail and detail[TEXT] not in known:
        del detail[TEXT]
        entry = replace(entry, detail=telling.detail(**detail))
    return replace(found, entry=replace(entry, versions=kept))
