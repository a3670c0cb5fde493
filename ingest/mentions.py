"""Finds the references in the words of versions, so that `show` and `changes` know who cites what.

A law is read with the names that everybody knows; an internal document also with the titles of
the texts that are here, since « le règlement général des services » is one of them. When a run
changes those titles, documents are read again at its end: the order of ingestion never matters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property

from sqlalchemy import Connection

from rag.bootstrap import Parts
from rag.catalogue import mentions, properties, reading
from rag.database import reading as transaction
from rag.database import writing
from rag.legal.extract import references_of
from rag.legal.names import Names
from rag.legal.record import TextRecord
from rag.types import Caller, Reference, Version

NAMES = "names_mentioned"  # property: the titles with which documents were last read
READING = "1"  # raise when extraction changes what it gives: documents are then read again
BATCH = 200  # versions read again in one transaction


class Mentions:
    """The references of one run."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def found(self, record: TextRecord, versions: Iterable[str]) -> dict[str, list[Reference]]:
        """Version id → references, for these versions of a Text."""
        wanted = (record.versions[key].version for key in versions)
        return {v.version_id: self._read(v, record.text.title) for v in wanted if v.words}

    def refresh(self) -> None:
        """Read every document again if the titles are not those it was read with."""
        with transaction(self._parts.catalogue) as connection:
            names, mark = _names(connection)
            if properties.read(connection, NAMES) == mark:
                return
            documents = reading.document_versions(connection)
        for group in _batches(documents):
            found = {v.version_id: references_of(v.words or "", title, names) for v, title in group}
            with writing(self._parts.catalogue, self._parts.catalogue_place) as connection:
                mentions.save(connection, found)
        with writing(self._parts.catalogue, self._parts.catalogue_place) as connection:
            properties.write(connection, NAMES, mark)

    def _read(self, version: Version, title: str) -> list[Reference]:
        names = None if version.state else self._known
        return references_of(version.words or "", title, names)

    @cached_property
    def _known(self) -> Names:
        with transaction(self._parts.catalogue) as connection:
            return _names(connection)[0]


def _names(connection: Connection) -> tuple[Names, str]:
    texts = reading.texts_for(connection, Caller.operator())
    titles = sorted(text.title for text in texts)
    mark = hashlib.sha256("\x00".join([READING, *titles]).encode()).hexdigest()[:16]
    return Names.of(titles), mark


def _batches(documents: list[tuple[Version, str]]) -> Iterator[list[tuple[Version, str]]]:
    return (documents[at : at + BATCH] for at in range(0, len(documents), BATCH))
