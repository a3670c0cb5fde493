"""TextRecord ↔ rows of the catalogue. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Table

from rag.catalogue import schema
from rag.legal.versions import DatedArticle, DatedVersion, Deletions, TextRecord
from rag.retrieval.numbers import number_key
from rag.types import Article, Link, PageMark, Text, Validity, Version

Row = dict[str, Any]
Key = tuple[Any, ...]

# In the order in which rows are inserted; deleted in the opposite one.
TABLES: tuple[Table, ...] = (
    schema.texts,
    schema.text_services,
    schema.text_states,
    schema.articles,
    schema.versions,
    schema.sightings,
)


@dataclass(frozen=True, slots=True)
class RowChanges:
    """What to write to one table."""

    table: Table
    insert: tuple[Row, ...]
    update: tuple[Row, ...]  # whole rows
    delete: tuple[Key, ...]  # primary keys, in the table's order of columns

    @property
    def nothing(self) -> bool:
        """True when the table stays as it is."""
        return not (self.insert or self.update or self.delete)


def differences(before: TextRecord | None, after: TextRecord | None) -> list[RowChanges]:
    """The rows to insert, update and delete to bring the catalogue from one record to the next."""
    old = rows_of(before) if before else {table.name: {} for table in TABLES}
    new = rows_of(after) if after else {table.name: {} for table in TABLES}
    return [_table_changes(table, old[table.name], new[table.name]) for table in TABLES]


def _table_changes(table: Table, old: Mapping[Key, Row], new: Mapping[Key, Row]) -> RowChanges:
    return RowChanges(
        table,
        insert=tuple(row for key, row in new.items() if key not in old),
        update=tuple(row for key, row in new.items() if key in old and old[key] != row),
        delete=tuple(key for key in old if key not in new),
    )


def rows_of(record: TextRecord) -> dict[str, dict[Key, Row]]:
    """Table name → primary key → row."""
    text = record.text
    rows: dict[str, Iterable[Row]] = {
        "texts": [_text_row(text)],
        "text_services": (
            {"text_id": text.text_id, "service": service} for service in sorted(text.services)
        ),
        "text_states": (
            {"text_id": text.text_id, "as_of": day, "partial": int(partial)}
            for day, partial in record.states.items()
        ),
        "articles": (_article_row(dated) for dated in record.articles.values()),
        "versions": (_version_row(dated) for dated in record.versions.values()),
        "sightings": (
            {"article_id": article_id, "as_of": day, "version_id": version_id}
            for (article_id, day), version_id in record.sightings.items()
        ),
    }
    return {table.name: {key_of(table, row): row for row in rows[table.name]} for table in TABLES}


def key_of(table: Table, row: Row) -> Key:
    """The primary key of a row."""
    return tuple(row[column.name] for column in table.primary_key)


def _text_row(text: Text) -> Row:
    return {
        "text_id": text.text_id,
        "title": text.title,
        "nature": text.nature,
        "source": text.source,
    }


def _article_row(dated: DatedArticle) -> Row:
    article = dated.article
    return {
        "article_id": article.article_id,
        "text_id": article.text_id,
        "number": article.number,
        "number_key": number_key(article.number),
        "heading": article.heading,
        "path": _dump(article.path),
        "ord": article.order,
        "taken_from": dated.taken_from,
    }


def _version_row(dated: DatedVersion) -> Row:
    version = dated.version
    return {
        "version_id": version.version_id,
        "article_id": version.article_id,
        "words": version.words,
        "valid_from": version.validity.start,
        "valid_to": version.validity.end,
        "declared_to": dated.declared_end,
        "state": version.state,
        "note": version.note,
        "pages": _dump([[mark.start, mark.page] for mark in version.pages]),
        "links": _dump([_link_row(link) for link in version.links]),
        "taken_from": dated.taken_from,
        "words_from": dated.words_from,
    }


def _link_row(link: Link) -> Row:
    return {**asdict(link), "day": link.day.isoformat() if link.day else None}


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def record_from(rows: Mapping[str, Sequence[Any]]) -> TextRecord:
    """The record whose rows these are (as `rows_of` makes them)."""
    text = rows["texts"][0]
    return TextRecord(
        text=text_from(text, (row.service for row in rows["text_services"])),
        states={row.as_of: bool(row.partial) for row in rows["text_states"]},
        articles={
            row.article_id: DatedArticle(article_from(row), row.taken_from)
            for row in rows["articles"]
        },
        versions={
            row.version_id: DatedVersion(
                version_from(row), row.declared_to, row.taken_from, row.words_from
            )
            for row in rows["versions"]
        },
        sightings={(row.article_id, row.as_of): row.version_id for row in rows["sightings"]},
        deleted=deletions_from(rows["deletions"]),
    )


def deletions_from(rows: Iterable[Any]) -> Deletions:
    """From rows of `deletions`, which are only ever added (`records.save_deletions`)."""
    return frozenset((row.version_id, row.as_of) for row in rows)


def text_from(row: Any, services: Iterable[str]) -> Text:
    """A Text from a row of `texts`."""
    return Text(row.text_id, row.title, row.nature, frozenset(services), row.source)


def article_from(row: Any) -> Article:
    """An Article from a row of `articles`."""
    return Article(
        row.article_id, row.text_id, row.number, row.heading, path_from(row.path), row.ord
    )


@lru_cache(1 << 14)  # many articles stand under the same titles
def path_from(dumped: str) -> tuple[str, ...]:
    """The titles above an article, outermost first."""
    return tuple(json.loads(dumped))


def version_from(row: Any) -> Version:
    """A Version from a row of `versions`."""
    return Version(
        row.version_id,
        row.article_id,
        row.words,
        Validity(row.valid_from, row.valid_to),
        row.state,
        row.note,
        tuple(PageMark(start, page) for start, page in json.loads(row.pages)),
        tuple(_link_from(link) for link in json.loads(row.links)),
    )


def _link_from(link: Row) -> Link:
    day = date.fromisoformat(link["day"]) if link["day"] else None
    return Link(**{**link, "day": day})
