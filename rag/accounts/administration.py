"""People, roles, services and keys, for who manages them. Who may is for the doors to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import Connection

from rag.accounts import keys, links, people
from rag.accounts.errors import LastAdministrator, UnknownAccount
from rag.accounts.keys import Key
from rag.accounts.people import Person
from rag.accounts.roles import Permission, Role
from rag.accounts.store import Store
from rag.accounts.telling import Tell, untold
from rag.types import service_names


class Administration:
    """Each method is one transaction, and `tell` is told within it; what it changes counts from
    everyone's next request."""

    def __init__(self, store: Store, most_keys: int = keys.MOST) -> None:
        self._store = store
        self._most_keys = most_keys

    def add(
        self, login: str, name: str, role: Role, services: Iterable[str], tell: Tell = untold
    ) -> tuple[Person, str]:
        """A new person, and the token of the link by which they choose a password.

        Raises:
            NameTaken: someone has this login.
            UsageError: a login or name that cannot be used.
        """
        with self._store.writing() as connection:
            now = self._store.now()
            person = people.add(connection, login, name, role, services, now)
            tell(connection, person.person_id)
            return person, links.make(connection, person.person_id, now)

    def people(self) -> list[Person]:
        """Everyone, by login."""
        with self._store.reading() as connection:
            return people.everyone(connection)

    def person(self, login: str) -> Person:
        """Whoever has this login.

        Raises:
            UnknownAccount: nobody.
        """
        with self._store.reading() as connection:
            return people.named(connection, login)

    def numbered(self, person_id: str) -> Person:
        """Whoever has this number.

        Raises:
            UnknownAccount: nobody.
        """
        with self._store.reading() as connection:
            person = people.by_id(connection, person_id)
        if person is None:
            raise UnknownAccount(
                "personne n'a ce numéro",
                where=person_id[:100],
                remedy="la liste des personnes donne leurs numéros",
            )
        return person

    def disable(self, login: str, *, disabled: bool = True, tell: Tell = untold) -> Person:
        """Close the account, or open it again. Its sessions and links end in both cases.

        Raises:
            UnknownAccount: nobody has this login.
            LastAdministrator: nobody could open it again.
        """

        def change(connection: Connection, person: Person) -> Person:
            if disabled:
                _spare_the_last(connection, person)
            people.disable(connection, person.person_id, disabled=disabled)
            return replace(person, disabled=disabled)

        return self._changed(login, change, tell)

    def set_services(self, login: str, services: Iterable[str], tell: Tell = untold) -> Person:
        """These services, and no other.

        Raises:
            UnknownAccount: nobody has this login.
            UsageError: a name of a service that cannot be shown.
        """
        given = service_names(services)

        def change(connection: Connection, person: Person) -> Person:
            people.set_services(connection, person.person_id, given)
            return replace(person, services=given)

        return self._changed(login, change, tell)

    def set_role(self, login: str, role: Role, tell: Tell = untold) -> Person:
        """This role.

        Raises:
            UnknownAccount: nobody has this login.
            LastAdministrator: nobody could give it back.
        """

        def change(connection: Connection, person: Person) -> Person:
            _set_role(connection, person, role)
            return replace(person, role=role)

        return self._changed(login, change, tell)

    def set_rights(
        self, login: str, role: Role, services: Iterable[str], tell: Tell = untold
    ) -> Person:
        """This role, these services and no other.

        Raises:
            UnknownAccount, LastAdministrator, UsageError: as for each.
        """
        given = service_names(services)

        def change(connection: Connection, person: Person) -> Person:
            people.set_services(connection, person.person_id, given)
            _set_role(connection, person, role)
            return replace(person, role=role, services=given)

        return self._changed(login, change, tell)

    def password_link(self, login: str, tell: Tell = untold) -> tuple[Person, str]:
        """The token of a link to choose a (new) password; the present one holds until then.

        Raises:
            UnknownAccount: nobody has this login, or it is disabled.
        """
        with self._store.writing() as connection:
            person = people.named(connection, login)
            if person.disabled:
                raise UnknownAccount(
                    "ce compte est désactivé",
                    where=person.login,
                    remedy=f"rouvrez-le : `referent people disable {person.login} --undo`",
                )
            tell(connection, person.person_id)
            return person, links.make(connection, person.person_id, self._store.now())

    def create_key(
        self,
        login: str,
        name: str,
        permissions: Iterable[Permission],
        days: int,
        tell: Tell = untold,
    ) -> tuple[str, Key]:
        """A key for this person: what to give them, once, and what is known of it.

        Raises:
            UnknownAccount: nobody has this login.
            TooManyKeys: they have as many in force as one may.
            UsageError: a name, scope or duration that cannot be used.
        """
        with self._store.writing() as connection:
            person = people.named(connection, login)
            tell(connection, person.person_id)
            now, most = self._store.now(), self._most_keys
            return keys.create(connection, person, name, permissions, days, now, most)

    def keys_of(self, login: str | None = None) -> list[Key]:
        """Everyone's keys, or one person's.

        Raises:
            UnknownAccount: nobody has this login.
        """
        with self._store.reading() as connection:
            owner = people.named(connection, login).person_id if login else None
            return keys.known(connection, owner)

    def revoke_key(self, key_id: str, owner: str | None = None, tell: Tell = untold) -> None:
        """The key opens nothing any more. `owner` (person id): only if it is theirs.

        Raises:
            UnknownAccount: no such key, not theirs, or revoked already.
        """
        with self._store.writing() as connection:
            whose = keys.revoke(connection, key_id, self._store.now(), owner)
            if not whose:
                raise UnknownAccount(
                    "aucune clé en service n'a ce numéro",
                    where=key_id[:100],
                    remedy="la liste des clés donne leurs numéros",
                )
            tell(connection, whose)

    def _changed(
        self, login: str, change: Callable[[Connection, Person], Person], tell: Tell
    ) -> Person:
        with self._store.writing() as connection:
            changed = change(connection, people.named(connection, login))
            tell(connection, changed.person_id)
            return changed


def _set_role(connection: Connection, person: Person, role: Role) -> None:
    if role is not Role.ADMINISTRATOR:
        _spare_the_last(connection, person)
    people.set_role(connection, person.person_id, role)


def _spare_the_last(connection: Connection, person: Person) -> None:
    if people.locked_administrators(connection) == [person.person_id]:
        raise LastAdministrator(person.login)
