"""People in the registry: who they are, their role and services. On a transaction of the caller."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from rag.access import usable_services
from rag.accounts import tokens
from rag.accounts.errors import NameTaken, UnknownAccount
from rag.accounts.roles import Role
from rag.accounts.schema import one_time_links, people, person_services, sessions
from rag.errors import UsageError
from rag.types import service_names

MAX_NAME = 200  # characters
NAMES = f"{MAX_NAME} caractères imprimables au plus"
_LOGIN = re.compile(r"[\w.@+'-]{1,100}")


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account. `login` is in its normal form; times in seconds since 1970."""

    person_id: str
    login: str
    name: str
    role: str
    services: frozenset[str]
    disabled: bool
    created: int
    password_hash: str | None = None
    issuer: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Vouched:
    """Under which name an identity provider vouches for someone."""

    issuer: str
    subject: str


def normal_login(login: str) -> str:
    """The one spelling by which logins are compared.

    Raises:
        UsageError: empty, too long, or with spaces or control characters.
    """
    normal = loose_login(login)
    if not _LOGIN.fullmatch(normal):
        raise UsageError(
            "identifiant inutilisable",
            where=normal[:100],
            remedy="des lettres, des chiffres et . _ - @ + ', 100 caractères au plus",
        )
    return normal


def loose_login(login: str) -> str:
    """As `normal_login`, of anything that is typed."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", login).casefold()).strip()


def display_name(name: str, login: str) -> str:
    """The name to show: the login where none is given.

    Raises:
        UsageError: too long, or with control characters.
    """
    shown = " ".join(name.split()) or login
    if len(shown) > MAX_NAME or not shown.isprintable():
        raise UsageError("nom inutilisable", where="nom", remedy=NAMES)
    return shown


def add(
    connection: Connection,
    login: str,
    name: str,
    role: Role,
    services: Iterable[str],
    now: int,
    *,
    password_hash: str | None = None,
    vouched: Vouched | None = None,
) -> Person:
    """A new person.

    Raises:
        NameTaken: someone has this login.
        UsageError: a login or name that cannot be used.
    """
    normal = normal_login(login)
    row = {
        "person_id": tokens.new_id(),
        "login": normal,
        "name": display_name(name, normal),
        "role": str(role),
        "password_hash": password_hash,
        "disabled": False,
        "created": now,
        "issuer": vouched.issuer if vouched else None,
        "subject": vouched.subject if vouched else None,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(people), row)
    except IntegrityError as error:
        raise NameTaken(normal) from error
    given = service_names(services)
    set_services(connection, str(row["person_id"]), given)
    return Person(services=given, **row)  # type: ignore[arg-type]


def anyone(connection: Connection) -> bool:
    """True when there is at least one person."""
    return connection.execute(select(people.c.person_id).limit(1)).first() is not None


def everyone(connection: Connection) -> list[Person]:
    """All of them, by login."""
    return _found(connection)


def by_login(connection: Connection, login: str) -> Person | None:
    """Whoever has this login, in any spelling."""
    spelt = loose_login(login)
    return _one(connection, people.c.login == spelt) if _LOGIN.fullmatch(spelt) else None


def by_id(connection: Connection, person_id: str) -> Person | None:
    """Whoever this is."""
    return _one(connection, people.c.person_id == person_id)


def vouched_for(connection: Connection, vouched: Vouched) -> Person | None:
    """Whoever an identity provider knows under this name."""
    return _one(connection, people.c.issuer == vouched.issuer, people.c.subject == vouched.subject)


def named(connection: Connection, login: str) -> Person:
    """Whoever has this login.

    Raises:
        UnknownAccount: nobody has it.
    """
    person = by_login(connection, login)
    if person is None:
        raise UnknownAccount(
            "personne n'a cet identifiant",
            where=loose_login(login)[:100],
            remedy="`referent people list` donne la liste",
        )
    return person


def locked_administrators(connection: Connection) -> list[str]:
    """The ids of those who can log in and administer, none of whom another writer can change
    before this transaction ends."""
    query = (
        select(people.c.person_id)
        .where(
            people.c.role == Role.ADMINISTRATOR,
            people.c.disabled.is_(False),
            or_(people.c.password_hash.is_not(None), people.c.issuer.is_not(None)),
        )
        .order_by(people.c.person_id)
        .with_for_update()
    )
    return list(connection.execute(query).scalars())


def set_services(connection: Connection, person_id: str, services: Iterable[str]) -> None:
    """These services, and no other.

    Raises:
        UsageError: a name that cannot be shown.
    """
    names = sorted(usable_services(services))
    connection.execute(delete(person_services).where(person_services.c.person_id == person_id))
    rows = [{"person_id": person_id, "service": name} for name in names]
    if rows:
        connection.execute(insert(person_services), rows)


def set_role(connection: Connection, person_id: str, role: Role) -> None:
    """This role."""
    _change(connection, person_id, role=str(role))


def set_password(connection: Connection, person_id: str, password_hash: str) -> None:
    """This password: what was opened with the one before is closed."""
    _change(connection, person_id, password_hash=password_hash)
    close_doors(connection, person_id)


def rehash(connection: Connection, person: Person, password_hash: str) -> None:
    """The same password, kept with today's parameters, unless it was changed meanwhile."""
    unchanged = people.c.password_hash == person.password_hash
    connection.execute(
        update(people)
        .where(people.c.person_id == person.person_id, unchanged)
        .values(password_hash=password_hash)
    )


def disable(connection: Connection, person_id: str, *, disabled: bool = True) -> None:
    """Nothing of theirs opens anything any more; or again, but for what was open."""
    _change(connection, person_id, disabled=disabled)
    close_doors(connection, person_id)


def close_doors(connection: Connection, person_id: str) -> None:
    """Their sessions end, and no link waits to set their password."""
    for table in (sessions, one_time_links):
        connection.execute(delete(table).where(table.c.person_id == person_id))


def _change(connection: Connection, person_id: str, **values: object) -> None:
    connection.execute(update(people).where(people.c.person_id == person_id).values(**values))


def _one(connection: Connection, *conditions: ColumnElement[bool]) -> Person | None:
    found = _found(connection, *conditions)
    return found[0] if found else None


def _found(connection: Connection, *conditions: ColumnElement[bool]) -> list[Person]:
    query = select(people).where(*conditions).order_by(people.c.login)
    rows: Sequence[RowMapping] = connection.execute(query).mappings().all()
    given = (
        select(person_services.c.person_id, person_services.c.service)
        .join(people, people.c.person_id == person_services.c.person_id)
        .where(*conditions)
    )
    services: dict[str, set[str]] = {}
    for person_id, service in connection.execute(given):
        services.setdefault(person_id, set()).add(service)
    return [Person(services=frozenset(services.get(row["person_id"], ())), **row) for row in rows]
