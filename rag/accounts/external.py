"""Logins that an identity provider vouches for: what waits meanwhile, and whom they open for.

The provider is the truth for role and services: both are set again at each login. It never takes
over an account that was made here, whatever name it gives.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from rag.accounts import keys, people, tokens
from rag.accounts.authority import Accounts
from rag.accounts.errors import LinkSpent, LoginDelayed, LoginsFull, NotAdmitted
from rag.accounts.mapping import GroupMapping, Rights
from rag.accounts.people import Person, Vouched
from rag.accounts.roles import Role
from rag.accounts.schema import external_logins
from rag.accounts.sessions import Opened
from rag.accounts.telling import Tell, untold

SECONDS = 600  # for someone to log in at the provider
# Logins under way: of one address, behind which a whole building may be, and of all. A row is some
# 300 bytes: this bounds what who only begins them can write.
MOST_OF_ONE, MOST = 500, 10_000


@dataclass(frozen=True, slots=True)
class Pending:
    """A login under way. `state` goes to the provider and into a cookie of the browser."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What a provider says of someone, verified."""

    vouched: Vouched
    login: str
    name: str
    groups: frozenset[str]


class ExternalLogins:
    """Logins through an identity provider, on the same registry as `accounts`."""

    def __init__(self, accounts: Accounts, mapping: GroupMapping) -> None:
        self._accounts = accounts
        self._store = accounts.store
        self._mapping = mapping

    def begin(self, address: str = "") -> Pending:
        """Someone at that address goes to the provider.

        Raises:
            LoginDelayed: too many from there have not come back.
            LoginsFull: too many from anywhere have not.
        """
        whence = self._accounts.sealed_address(address)
        now = self._store.now()
        pending = Pending(tokens.new_token(), tokens.new_token(), tokens.new_token())
        with self._store.writing() as connection:
            connection.execute(delete(external_logins).where(external_logins.c.expires <= now))
            _check_room(connection, whence, now)
            connection.execute(
                insert(external_logins).values(
                    state_hash=tokens.hashed(pending.state),
                    nonce=pending.nonce,
                    verifier=pending.verifier,
                    expires=now + SECONDS,
                    address=whence,
                )
            )
        return pending

    def take(self, state: str, cookie: str) -> Pending:
        """Someone comes back, once: `state` as the provider gives it, `cookie` as the browser does.

        Raises:
            LinkSpent: it was not begun here by this browser, was taken already, or took too long.
        """
        if not tokens.same(cookie, state):
            raise LinkSpent
        with self._store.writing() as connection:
            return _taken(connection, state, self._store.now())

    def sign_in(self, claims: Claims, replacing: str = "", tell: Tell = untold) -> Opened:
        """A new session; an account is made at the first one. `replacing`: as for `login`.

        Raises:
            NotAdmitted: no group gives anything here, or the account is disabled.
            NameTaken: an account of this name was made otherwise.
            UsageError: the provider gives a name that cannot be used.
        """
        rights = self._mapping.rights(claims.groups)
        if rights is None:
            self._shut_out(claims.vouched)
            raise NotAdmitted
        with self._store.writing() as connection:
            person = self._person(connection, claims, rights)
            tell(connection, person.person_id)
            return self._accounts.open_for(connection, person.person_id, replacing)

    def _person(self, connection: Connection, claims: Claims, rights: Rights) -> Person:
        known = people.vouched_for(connection, claims.vouched)
        if known is None:
            return people.add(
                connection,
                claims.login,
                claims.name,
                rights.role,
                rights.services,
                self._store.now(),
                vouched=claims.vouched,
            )
        if known.disabled:
            raise NotAdmitted
        people.set_role(connection, known.person_id, rights.role)
        people.set_services(connection, known.person_id, rights.services)
        return known

    def _shut_out(self, vouched: Vouched) -> None:
        """Who was admitted once, and no longer is, keeps no session, key, role or service."""
        with self._store.writing() as connection:
            known = people.vouched_for(connection, vouched)
            if known is not None:
                people.close_doors(connection, known.person_id)
                people.set_role(connection, known.person_id, Role.AGENT)
                people.set_services(connection, known.person_id, ())
                keys.revoke_all(connection, known.person_id, self._store.now())


def _check_room(connection: Connection, whence: str, now: int) -> None:
    counted = select(func.count(), func.min(external_logins.c.expires))
    theirs, first = connection.execute(counted.where(external_logins.c.address == whence)).one()
    if theirs >= MOST_OF_ONE:
        raise LoginDelayed(first - now)
    if connection.execute(counted).one()[0] >= MOST:
        raise LoginsFull


def _taken(connection: Connection, state: str, now: int) -> Pending:
    same = external_logins.c.state_hash == tokens.hashed(state)
    row = connection.execute(select(external_logins).where(same)).first()
    gone = connection.execute(delete(external_logins).where(same)).rowcount
    if row is None or gone != 1 or now >= row.expires:
        raise LinkSpent
    return Pending(state, row.nonce, row.verifier)
