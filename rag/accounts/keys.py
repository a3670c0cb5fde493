"""Personal API keys: shown once, scoped, expiring; never more than the person's present rights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, bindparam, delete, insert, not_, or_, select, update

from rag.accounts import tokens
from rag.accounts.errors import TooManyKeys
from rag.accounts.identity import Identity
from rag.accounts.people import MAX_NAME, Person
from rag.accounts.roles import KEY_PERMISSIONS, Permission, permissions_of
from rag.accounts.schema import api_keys, people, person_services
from rag.accounts.store import DAY
from rag.errors import UsageError
from rag.types import Caller

DEFAULT_DAYS, MAX_DAYS = 90, 366
MOST = 50  # in force, of one person, where the settings say nothing

_FIND = (
    select(
        api_keys.c.key_id,
        api_keys.c.permissions,
        api_keys.c.expires,
        api_keys.c.last_used,
        people.c.person_id,
        people.c.login,
        people.c.name,
        people.c.role,
        person_services.c.service,
    )
    .join(people, people.c.person_id == api_keys.c.person_id)
    .outerjoin(person_services, person_services.c.person_id == people.c.person_id)
    .where(
        api_keys.c.key_hash == bindparam("key_hash"),
        api_keys.c.revoked.is_(None),
        people.c.disabled.is_(False),
    )
)


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; the key itself is not. Times in seconds since 1970."""

    key_id: str
    login: str
    name: str
    permissions: frozenset[Permission]
    created: int
    expires: int
    last_used: date | None
    revoked: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """A key in force, and whether today is not yet written down as a day of use."""

    identity: Identity
    stale: bool


def create(
    connection: Connection,
    person: Person,
    name: str,
    permissions: Iterable[Permission],
    days: int,
    now: int,
    most: int,
) -> tuple[str, Key]:
    """A new key: what to give its holder, and what is known of it. They have at most `most` in
    force; as many that are revoked or expired are still listed, the newest.

    Raises:
        TooManyKeys: they have as many.
        UsageError: no scope, one that the person does not have or a key cannot carry; a name or
            duration that cannot be used.
    """
    scope = _scope(person, permissions)
    label = " ".join(name.split())
    if not label or len(label) > MAX_NAME or not label.isprintable():
        raise UsageError("nom de clé inutilisable", remedy="dites en un mot à quoi elle sert")
    if not 1 <= days <= MAX_DAYS:
        raise UsageError(
            "durée de clé inutilisable", where=f"{days} jours", remedy=f"de 1 à {MAX_DAYS} jours"
        )
    _make_room(connection, person.person_id, now, most)
    secret = tokens.new_key()
    key = Key(tokens.new_id(), person.login, label, scope, now, now + days * DAY, None, None)
    connection.execute(
        insert(api_keys).values(
            key_id=key.key_id,
            key_hash=tokens.hashed(secret),
            person_id=person.person_id,
            name=label,
            permissions=" ".join(sorted(scope)),
            created=now,
            expires=key.expires,
        )
    )
    return secret, key


def _make_room(connection: Connection, person_id: str, now: int, most: int) -> None:
    gone = or_(api_keys.c.revoked.is_not(None), api_keys.c.expires <= now)
    theirs = select(api_keys.c.key_id).where(api_keys.c.person_id == person_id)
    if len(connection.execute(theirs.where(not_(gone))).all()) >= most:
        raise TooManyKeys(most)
    newest = api_keys.c.created.desc(), api_keys.c.key_id
    old = connection.execute(theirs.where(gone).order_by(*newest).offset(most)).scalars().all()
    connection.execute(delete(api_keys).where(api_keys.c.key_id.in_(old)))


def _scope(person: Person, permissions: Iterable[Permission]) -> frozenset[Permission]:
    asked = frozenset(permissions)
    may = permissions_of(person.role) & KEY_PERMISSIONS
    if not asked or asked - may:
        raise UsageError(
            "portée de clé inutilisable",
            where=", ".join(sorted(asked - may)) or "vide",
            remedy=f"choisissez parmi : {', '.join(sorted(may))}",
        )
    return asked


def find(connection: Connection, key: str, now: int) -> Found | None:
    """The key; None: no such key, revoked, expired, or its person disabled."""
    rows = connection.execute(_FIND, {"key_hash": tokens.hashed(key)}).all()
    if not rows or now >= rows[0].expires:
        return None
    row = rows[0]
    services = frozenset(each.service for each in rows if each.service is not None)
    scope = _known(row.permissions)
    identity = Identity(
        person_id=row.person_id,
        name=row.name,
        caller=Caller(name=row.login, role=row.role, services=services),
        permissions=scope & permissions_of(row.role) & KEY_PERMISSIONS,
        key_id=row.key_id,
    )
    return Found(identity, stale=row.last_used != day_of(now))


def touch(connection: Connection, key_id: str, now: int) -> None:
    """It was used today."""
    connection.execute(
        update(api_keys).where(api_keys.c.key_id == key_id).values(last_used=day_of(now))
    )


def revoke(connection: Connection, key_id: str, now: int, person_id: str | None = None) -> str:
    """It opens nothing from the next request on; whose it was, "" when there is none (of
    `person_id`)."""
    if not tokens.is_id(key_id):
        return ""
    this = [api_keys.c.key_id == key_id, api_keys.c.revoked.is_(None)]
    if person_id is not None:
        this.append(api_keys.c.person_id == person_id)
    owner = connection.execute(select(api_keys.c.person_id).where(*this)).scalar()
    gone = connection.execute(update(api_keys).where(*this).values(revoked=now)).rowcount
    return str(owner) if owner and gone == 1 else ""


def revoke_all(connection: Connection, person_id: str, now: int) -> None:
    """None of this person's opens anything from the next request on."""
    theirs = (api_keys.c.person_id == person_id, api_keys.c.revoked.is_(None))
    connection.execute(update(api_keys).where(*theirs).values(revoked=now))


def known(connection: Connection, person_id: str | None = None) -> list[Key]:
    """Every key, revoked and expired ones too, or those of one person; by login, newest first."""
    query = (
        select(api_keys, people.c.login)
        .join(people, people.c.person_id == api_keys.c.person_id)
        .order_by(people.c.login, api_keys.c.created.desc(), api_keys.c.key_id)
    )
    if person_id is not None:
        query = query.where(api_keys.c.person_id == person_id)
    return [
        Key(
            row.key_id,
            row.login,
            row.name,
            _known(row.permissions),
            row.created,
            row.expires,
            row.last_used,
            row.revoked,
        )
        for row in connection.execute(query)
    ]


def day_of(now: int) -> date:
    """The day in UTC."""
    return datetime.fromtimestamp(now, UTC).date()


def _known(names: str) -> frozenset[Permission]:
    """The permissions of this release among those names."""
    return frozenset(permission for permission in Permission if permission in names.split())
