"""Takes a Text away: its wordings, passages, vectors, and the memory of where it was read."""

from __future__ import annotations

from sqlalchemy import Connection

from rag.catalogue.records import Change, forget_unused_vectors, load, save
from rag.catalogue.sources import forget_text


def remove(connection: Connection, text_id: str) -> bool:
    """Remove a Text within the caller's transaction; False when there is none.

    From the end of that transaction on nothing of it is found or shown, whatever the index still
    holds: hits are joined back to the catalogue.
    """
    record = load(connection, text_id)
    if record is None:
        return False
    forget_text(connection, text_id)
    save(connection, Change(record, None, {}))
    forget_unused_vectors(connection)
    return True
