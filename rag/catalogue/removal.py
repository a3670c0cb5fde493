"""Takes Texts away: their wordings, passages, vectors, and the memory of where it was read."""

from __future__ import annotations

from sqlalchemy import Connection

from rag.catalogue.records import Change, forget_unused_vectors, load, save
from rag.catalogue.sources import forget_text


def remove(connection: Connection, *text_ids: str) -> int:
    """Remove those of these Texts that there are within the caller's transaction; how many.

    From the end of that transaction on nothing of them is found or shown, whatever the index
    still holds: hits are joined back to the catalogue.
    """
    found = [record for text_id in text_ids if (record := load(connection, text_id))]
    for record in found:
        forget_text(connection, record.text.text_id)
        save(connection, Change(record, None, {}))
    forget_unused_vectors(connection)
    return len(found)
