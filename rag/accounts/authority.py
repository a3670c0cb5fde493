"""Who asks: passwords, sessions, keys and links turned into an `Identity`, or refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Connection, Engine

from rag.accounts import keys, links, passwords, people, secret, sessions, throttle
from rag.accounts.errors import LinkSpent, LoginRefused
from rag.accounts.identity import Identity
from rag.accounts.links import Invitation
from rag.accounts.passwords import Passwords
from rag.accounts.people import Person
from rag.accounts.roles import Role
from rag.accounts.sessions import Held, Opened
from rag.accounts.store import Clock, Store
from rag.accounts.telling import Tell, untold
from rag.accounts.throttle import Attempts
from rag.accounts.tokens import KEY_PREFIX
from rag.errors import CatalogueError
from rag.settings import Settings

HOUR, MINUTE = 3600, 60  # seconds


class Accounts:
    """The accounts of one registry. Safe to share between threads; keeps nothing of what it read.
    What opens or closes something can be told (`tell`) within its transaction.

    Making one reads the server's secret, and writes it the first time.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        clock: Clock = time.time,
        hashing: Passwords | None = None,
    ) -> None:
        self.store = Store(engine, clock)
        self._lasts = int(settings.session_hours * HOUR)
        self._idle = int(settings.session_idle_minutes * MINUTE)
        self._secret = secret.server_secret(self.store, settings.serve_secret)
        self._hashing = hashing or Passwords()

    def caller_of_session(self, token: str) -> Identity | None:
        """Who is logged in with this token, as of now; None: nobody (any more)."""
        now = self.store.now()
        with self.store.reading() as connection:
            found = sessions.find(connection, token, now, self._idle, self._secret)
        if found is None:
            return None
        if found.stale:
            self._note(lambda writer: sessions.touch(writer, found.identity.session_id, now))
        return found.identity

    def caller_of_key(self, key: str) -> Identity | None:
        """Whose key this is, as of now; None: nobody's (any more)."""
        if not key.startswith(KEY_PREFIX):
            return None
        now = self.store.now()
        with self.store.reading() as connection:
            found = keys.find(connection, key, now)
        if found is None:
            return None
        if found.stale:
            self._note(lambda writer: keys.touch(writer, found.identity.key_id, now))
        return found.identity

    def anyone(self) -> bool:
        """True when there is at least one account, disabled ones included."""
        with self.store.reading() as connection:
            return people.anyone(connection)

    def sealed_address(self, address: str) -> str:
        """What is kept of an address."""
        return throttle.sealed(self._secret, address)

    def _note(self, write: Callable[[Connection], None]) -> None:
        """Write it down if possible: a full disk or a long writer must not lock people out."""
        with suppress(CatalogueError), self.store.writing() as connection:
            write(connection)

    def login(
        self, login: str, password: str, address: str, replacing: str = "", tell: Tell = untold
    ) -> Opened:
        """A new session for who proves to be `login`. `replacing`: the browser's token, ended.

        Whatever is wrong, one verification of a password is made, and the same is said.

        Raises:
            LoginRefused: no such account and password, or it is disabled.
            LoginDelayed: too many attempts at this account or from this address.
        """
        attempts = Attempts(self._secret, people.loose_login(login), address)
        person = self._proven(attempts, login, password)
        kept = person.password_hash or ""
        renewed = self._hashing.hash(password) if self._hashing.outdated(kept) else None
        with self.store.writing() as connection:
            self._still(connection, person)
            attempts.succeeded(connection)
            if renewed:
                people.rehash(connection, person, renewed)
            tell(connection, person.person_id)
            return self.open_for(connection, person.person_id, replacing)

    def _proven(self, attempts: Attempts, login: str, password: str) -> Person:
        with self.store.writing() as connection:
            attempts.count(connection, self.store.now())
            person = people.by_login(connection, login)
        kept = person.password_hash if person else None
        if not self._hashing.matches(kept, password) or person is None or person.disabled:
            raise LoginRefused
        return person

    def _still(self, connection: Connection, person: Person) -> None:
        """Refuse what was disabled, or given another password, while this one was verified."""
        present = people.by_id(connection, person.person_id)
        if present is None or present.disabled or present.password_hash != person.password_hash:
            raise LoginRefused

    def logout(self, token: str, tell: Tell = untold) -> None:
        """The session with this token is over."""
        with self.store.writing() as connection:
            if whose := sessions.end(connection, token):
                tell(connection, whose)

    def logout_everywhere(self, identity: Identity, tell: Tell = untold) -> int:
        """All sessions of this person are over; how many there were."""
        with self.store.writing() as connection:
            tell(connection, identity.person_id)
            return sessions.end_of(connection, identity.person_id)

    def sessions_of(self, identity: Identity) -> list[Held]:
        """This person's sessions that are in force, the newest first."""
        with self.store.reading() as connection:
            return sessions.held(connection, identity.person_id, self.store.now(), self._idle)

    def change_password(
        self, identity: Identity, current: str, new: str, address: str, tell: Tell = untold
    ) -> Opened:
        """Another password for who is logged in: every session ends, and a new one begins.

        Raises:
            LoginRefused: `current` is wrong.
            LoginDelayed: too many attempts.
            WeakPassword: `new` would be guessed.
        """
        login = identity.caller.name
        passwords.check(new, login)
        attempts = Attempts(self._secret, login, address)
        person = self._proven(attempts, login, current)
        kept = self._hashing.hash(new)
        with self.store.writing() as connection:
            self._still(connection, person)
            attempts.succeeded(connection)
            people.set_password(connection, person.person_id, kept)
            tell(connection, person.person_id)
            return self.open_for(connection, person.person_id)

    def first_link(self) -> str | None:
        """The token of the link that creates the administrator, while there is nobody at all."""
        with self.store.reading() as connection:
            if people.anyone(connection):
                return None
        with self.store.writing() as connection:
            return links.make(connection, None, self.store.now())

    def invitation(self, token: str) -> Invitation:
        """Whom a one-time link is for; it stays good.

        Raises:
            LinkSpent: it opens nothing (any more).
        """
        with self.store.reading() as connection:
            return links.look(connection, token, self.store.now())

    def accept(self, token: str, password: str, tell: Tell = untold) -> Opened:
        """Choose the password that a link is for: the link is spent, and a session begins.

        Raises:
            LinkSpent: it opens nothing (any more).
            WeakPassword: this one would be guessed; the link stays good.
        """
        person = self.invitation(token).person
        if person is None:
            raise LinkSpent
        passwords.check(password, person.login)
        kept = self._hashing.hash(password)
        with self.store.writing() as connection:
            links.spend(connection, token, self.store.now())
            people.set_password(connection, person.person_id, kept)
            tell(connection, person.person_id)
            return self.open_for(connection, person.person_id)

    def accept_first(
        self, token: str, login: str, name: str, password: str, tell: Tell = untold
    ) -> Opened:
        """Create the first administrator: the link is spent, and a session begins.

        Raises:
            LinkSpent: it opens nothing (any more), or is for someone who exists.
            WeakPassword, UsageError: what cannot be used; the link stays good.
        """
        if self.invitation(token).person is not None:
            raise LinkSpent
        passwords.check(password, people.normal_login(login))
        kept = self._hashing.hash(password)
        with self.store.writing() as connection:
            now = self.store.now()
            links.spend(connection, token, now)
            first = people.add(
                connection, login, name, Role.ADMINISTRATOR, (), now, password_hash=kept
            )
            tell(connection, first.person_id)
            return self.open_for(connection, first.person_id)

    def open_for(self, connection: Connection, person_id: str, replacing: str = "") -> Opened:
        """A new session for who was proven otherwise to be this person."""
        if replacing:
            sessions.end(connection, replacing)
        return sessions.open_session(connection, person_id, self.store.now(), self._lasts)
