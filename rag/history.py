"""What changed over a period in the texts a Caller may read, and who cites what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from rag.catalogue import reading as catalogue
from rag.legal.comparison import Segment, compare
from rag.legal.updates import Event, between, events
from rag.types import Caller, Text


@dataclass(frozen=True, slots=True)
class Changes:
    """The events after `since` and up to `until` (None: known future ones too), newest first."""

    since: date
    until: date | None
    events: tuple[Event, ...]


def changes(
    connection: Connection,
    caller: Caller,
    since: date,
    until: date | None = None,
    texts: Sequence[Text] | None = None,
) -> Changes:
    """What changed in `texts` (None: all that `caller` may read)."""
    listed = catalogue.texts_for(connection, caller) if texts is None else texts
    found = [event for text in listed for event in _of(connection, text, caller)]
    return Changes(since, until, tuple(between(found, since, until)))


def comparison(event: Event) -> list[Segment]:
    """Word by word, what an event changed; nothing when a wording is unknown."""
    before = event.before.words if event.before else ""
    after = event.after.words if event.after else ""
    return [] if before is None or after is None else compare(before, after)


def _of(connection: Connection, text: Text, caller: Caller) -> Iterator[Event]:
    histories = catalogue.histories_of(connection, text.text_id, caller)
    for article in catalogue.articles_of(connection, text.text_id, caller):
        yield from events(text, article, histories.get(article.article_id, ()))
