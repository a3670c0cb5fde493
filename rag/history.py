"""What changed over a period in the texts a Caller may read, and who cites what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from rag.catalogue import reading as catalogue
from rag.legal.citing import CitedBy, cited_by
from rag.legal.comparison import Segment, compare
from rag.legal.resolve import Shelf
from rag.legal.updates import ChangeKind, Event, between, events
from rag.types import Caller, Text


@dataclass(frozen=True, slots=True)
class Review:
    """A place in an internal document, in force today, that cites what an event changed."""

    place: CitedBy
    event: Event


@dataclass(frozen=True, slots=True)
class Changes:
    """The events after `since` and up to `until` (None: known future ones too), newest first.

    `reviews`: the places that the owners of internal documents should look at again, by document
    in reading order; those newer than the event were written knowing it, and do not count.
    """

    since: date
    until: date | None
    events: tuple[Event, ...]
    reviews: tuple[Review, ...] = ()


def changes(
    connection: Connection,
    caller: Caller,
    since: date,
    today: date,
    until: date | None = None,
    texts: Sequence[Text] | None = None,
) -> Changes:
    """What changed in `texts` (None: all that `caller` may read), and which documents cite it."""
    listed = catalogue.texts_for(connection, caller) if texts is None else texts
    every = [event for text in listed for event in _of(connection, text, caller)]
    found = tuple(between(every, since, until))
    return Changes(since, until, found, tuple(_reviews(connection, caller, found, today)))


def _reviews(
    connection: Connection, caller: Caller, found: Sequence[Event], today: date
) -> list[Review]:
    ended = [event for event in found if event.kind is not ChangeKind.ADDED]
    places = cited_by(Shelf(connection, caller), (event.article for event in ended), today)
    reviews = [
        Review(place, event)
        for event in ended
        for place in places[event.article.article_id]
        if place.internal and not _knowing(place, event)
    ]
    return sorted(reviews, key=_by_document)


def _knowing(place: CitedBy, event: Event) -> bool:
    """True when the words that cite were written on the day of the change or after."""
    return place.since is not None and place.since >= event.day


def _by_document(review: Review) -> tuple[object, ...]:
    place = review.place
    return place.text.title, place.article.order, place.start, -review.event.day.toordinal()


def comparison(event: Event) -> list[Segment]:
    """Word by word, what an event changed; nothing when a wording is unknown."""
    before = event.before.words if event.before else ""
    after = event.after.words if event.after else ""
    return [] if before is None or after is None else compare(before, after)


def _of(connection: Connection, text: Text, caller: Caller) -> Iterator[Event]:
    histories = catalogue.histories_of(connection, text.text_id, caller)
    for article in catalogue.articles_of(connection, text.text_id, caller):
        yield from events(text, article, histories.get(article.article_id, ()))
