"""One-time links: to create the first administrator, and to choose a password."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from rag.accounts import people, tokens
from rag.accounts.errors import LinkSpent
from rag.accounts.people import Person
from rag.accounts.schema import one_time_links
from rag.accounts.store import DAY

SECONDS = DAY  # that a link is good for


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom a link is for; None: whoever becomes the first administrator."""

    person: Person | None


def make(connection: Connection, person_id: str | None, now: int) -> str:
    """The token of a new link, in the place of those made before for the same purpose."""
    _drop(connection, person_id)
    token = tokens.new_token()
    connection.execute(
        insert(one_time_links).values(
            token_hash=tokens.hashed(token), person_id=person_id, expires=now + SECONDS
        )
    )
    return token


def look(connection: Connection, token: str, now: int) -> Invitation:
    """Whom it is for; the link is still good afterwards.

    Raises:
        LinkSpent: it opens nothing (any more).
    """
    row = connection.execute(
        select(one_time_links.c.person_id, one_time_links.c.expires).where(
            one_time_links.c.token_hash == tokens.hashed(token)
        )
    ).first()
    if row is None or now >= row.expires:
        raise LinkSpent
    if row.person_id is None:
        if people.anyone(connection):
            raise LinkSpent
        return Invitation(None)
    person = people.by_id(connection, row.person_id)
    if person is None or person.disabled:
        raise LinkSpent
    return Invitation(person)


def spend(connection: Connection, token: str, now: int) -> Invitation:
    """As `look`, and it opens nothing any more: of two who come at once, one is too late.

    Raises:
        LinkSpent: it opens nothing (any more).
    """
    invitation = look(connection, token, now)
    gone = connection.execute(
        delete(one_time_links).where(one_time_links.c.token_hash == tokens.hashed(token))
    )
    if gone.rowcount != 1:
        raise LinkSpent
    return invitation


def _drop(connection: Connection, person_id: str | None) -> None:
    column = one_time_links.c.person_id
    same = column.is_(None) if person_id is None else column == person_id
    connection.execute(delete(one_time_links).where(same))
