"""Small invented texts for tests of the catalogue and its projection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Engine

from rag.catalogue import records
from rag.database import writing
from rag.legal.versions import TextRecord, merge
from rag.passages import split
from rag.types import Article, Text, TextState, Version

TODAY = date(2026, 5, 28)


def state(
    text_id: str,
    words: dict[str, str],
    as_of: date | None = None,
    services: Iterable[str] = (),
    title: str = "",
) -> TextState:
    """A document's state: article number → words."""
    text = Text(text_id, title or f"Texte {text_id}", services=frozenset(services))
    articles = tuple(
        Article(f"{text_id}#{number}", text_id, number, path=("Titre",), order=order)
        for order, number in enumerate(words)
    )
    versions = tuple(
        Version(f"{text_id}#{number}@x", f"{text_id}#{number}", each)
        for number, each in words.items()
    )
    return TextState(text, articles, versions, as_of)


def take_in(engine: Engine, *states: TextState) -> TextRecord:
    """As ingest does, without sources and vectors."""
    record: TextRecord | None = None
    for each in states:
        with writing(engine, "test") as connection:
            before = records.load(connection, each.text.text_id)
            record = merge(before, each, TODAY)
            known = before.versions if before else {}
            passages = {
                key: split(dated.version)
                for key, dated in record.versions.items()
                if key not in known or known[key].version.words != dated.version.words
            }
            records.save(connection, records.Change(before, record, passages))
    assert record is not None
    return record
