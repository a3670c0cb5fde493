"""The texts as who keeps them sees them: dates of their states, articles, who reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from rag.catalogue import reading, schema
from rag.legal.versions import BEGINNING
from rag.types import Caller, Text

SHOWN = 200  # texts on one page


@dataclass(frozen=True, slots=True)
class Kept:
    """A text; `last` is the date of its newest state, None where none was given."""

    text: Text
    articles: int
    states: int
    last: date | None


@dataclass(frozen=True, slots=True)
class Listing:
    """Those that fit, `SHOWN` at most, and how many more there are; `total` without a search."""

    kept: tuple[Kept, ...]
    more: int
    total: int


def listing(connection: Connection, caller: Caller, asked: str) -> Listing:
    """The texts that `caller` may read, those with `asked` in their title."""
    states = _states(connection)
    counts = reading.article_counts(connection)
    every = reading.texts_for(connection, caller)
    wanted = [text for text in every if asked.casefold() in text.title.casefold()]
    kept = tuple(
        Kept(text, counts.get(text.text_id, 0), *states.get(text.text_id, (0, None)))
        for text in wanted[:SHOWN]
    )
    return Listing(kept, max(0, len(wanted) - SHOWN), len(every))


def _states(connection: Connection) -> dict[str, tuple[int, date | None]]:
    table = schema.text_states
    query = select(table.c.text_id, func.count(), func.max(table.c.as_of)).group_by(table.c.text_id)
    rows = connection.execute(query)
    return {row[0]: (row[1], row[2] if row[2] > BEGINNING else None) for row in rows}
