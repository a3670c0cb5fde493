"""Sessions of the web pages: opened by a login, found by their token, ended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from rag.accounts import tokens
from rag.accounts.identity import Identity
from rag.accounts.roles import permissions_of
from rag.accounts.schema import people, person_services, sessions
from rag.types import Caller

SEEN_SECONDS = 60  # `seen` is written again only after these, so that reading a page writes nothing

_FIND = (
    select(
        sessions.c.session_id,
        sessions.c.seen,
        sessions.c.expires,
        people.c.person_id,
        people.c.login,
        people.c.name,
        people.c.role,
        person_services.c.service,
    )
    .join(people, people.c.person_id == sessions.c.person_id)
    .outerjoin(person_services, person_services.c.person_id == people.c.person_id)
    .where(sessions.c.token_hash == bindparam("token_hash"), people.c.disabled.is_(False))
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session: `token` is for the cookie, and is nowhere else. `expires`: since 1970."""

    token: str
    session_id: str
    person_id: str
    expires: int


@dataclass(frozen=True, slots=True)
class Found:
    """A session that is in force, and whether it is time to write that it was seen."""

    identity: Identity
    stale: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A session of someone's. Times in seconds since 1970; `seen` to within `SEEN_SECONDS`."""

    session_id: str
    created: int
    seen: int


def open_session(connection: Connection, person_id: str, now: int, seconds: int) -> Opened:
    """A session with a token of its own, whatever the browser brought; expired ones are swept."""
    connection.execute(delete(sessions).where(sessions.c.expires <= now))
    opened = Opened(tokens.new_token(), tokens.new_id(), person_id, now + seconds)
    connection.execute(
        insert(sessions).values(
            session_id=opened.session_id,
            token_hash=tokens.hashed(opened.token),
            person_id=person_id,
            created=now,
            seen=now,
            expires=opened.expires,
        )
    )
    return opened


def find(connection: Connection, token: str, now: int, idle: int, secret: bytes) -> Found | None:
    """The session with this token; None: none, ended, expired, idle for too long, or disabled."""
    rows = connection.execute(_FIND, {"token_hash": tokens.hashed(token)}).all()
    if not rows or now >= rows[0].expires or now - rows[0].seen >= idle:
        return None
    row = rows[0]
    services = frozenset(each.service for each in rows if each.service is not None)
    identity = Identity(
        person_id=row.person_id,
        name=row.name,
        caller=Caller(name=row.login, role=row.role, services=services),
        permissions=permissions_of(row.role),
        session_id=row.session_id,
        csrf=tokens.csrf_token(secret, row.session_id),
    )
    return Found(identity, stale=now - row.seen >= SEEN_SECONDS)


def touch(connection: Connection, session_id: str, now: int) -> None:
    """It was seen now; one that ended meanwhile stays ended."""
    connection.execute(
        update(sessions)
        .where(sessions.c.session_id == session_id, sessions.c.seen < now)
        .values(seen=now)
    )


def end(connection: Connection, token: str) -> str:
    """The session with this token is over; whose it was, "" when there is none."""
    this = sessions.c.token_hash == tokens.hashed(token)
    owner = connection.execute(select(sessions.c.person_id).where(this)).scalar()
    connection.execute(delete(sessions).where(this))
    return str(owner or "")


def end_of(connection: Connection, person_id: str) -> int:
    """All of a person's are over; how many there were."""
    ended = connection.execute(delete(sessions).where(sessions.c.person_id == person_id))
    return ended.rowcount


def held(connection: Connection, person_id: str, now: int, idle: int) -> list[Held]:
    """A person's sessions that are in force, the newest first."""
    query = (
        select(sessions.c.session_id, sessions.c.created, sessions.c.seen)
        .where(
            sessions.c.person_id == person_id,
            sessions.c.expires > now,
            sessions.c.seen > now - idle,
        )
        .order_by(sessions.c.created.desc(), sessions.c.session_id)
    )
    return [Held(*row) for row in connection.execute(query)]
