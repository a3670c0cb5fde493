"""A change of an account and what is told of it are kept together, or neither is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from office import ADDRESS, PASSWORD, Office
from sqlalchemy import Connection, select

from rag.accounts.identity import Identity
from rag.accounts.roles import Permission, Role
from rag.accounts.schema import api_keys, one_time_links, people, person_services, sessions
from rag.accounts.telling import Tell
from rag.database import reading

OTHER = "une girafe danse le tango"
Deed = Callable[[Office, Tell], object]
DEEDS: dict[str, Deed] = {
    "add": lambda o, tell: o.administration.add("léo", "", Role.LEGAL, ["rh"], tell),
    "disable": lambda o, tell: o.administration.disable("zoé", tell=tell),
    "services": lambda o, tell: o.administration.set_services("zoé", ["voirie"], tell),
    "role": lambda o, tell: o.administration.set_role("zoé", Role.LEGAL, tell),
    "rights": lambda o, tell: o.administration.set_rights("zoé", Role.LEGAL, ["voirie"], tell),
    "link": lambda o, tell: o.administration.password_link("zoé", tell),
    "key": lambda o, tell: o.administration.create_key("zoé", "a", [Permission.READ], 5, tell),
    "revoke": lambda o, tell: o.administration.revoke_key(
        o.administration.keys_of()[0].key_id, tell=tell
    ),
    "login": lambda o, tell: o.accounts.login("zoé", PASSWORD, ADDRESS, tell=tell),
    "logout": lambda o, tell: o.accounts.logout(opened(o), tell),
    "everywhere": lambda o, tell: o.accounts.logout_everywhere(identity(o), tell),
    "password": lambda o, tell: o.accounts.change_password(
        identity(o), PASSWORD, OTHER, ADDRESS, tell
    ),
    "accept": lambda o, tell: o.accounts.accept(
        o.administration.password_link("zoé")[1], OTHER, tell
    ),
}


class Crash(Exception):
    """Between the change and its commit."""


def opened(office: Office) -> str:
    return office.accounts.login("zoé", PASSWORD, ADDRESS).token


def identity(office: Office) -> Identity:
    found = office.accounts.caller_of_session(opened(office))
    assert found is not None
    return found


def kept(connection: Connection) -> list[object]:
    """All that deeds change; attempts to log in count even where nothing comes of them."""
    columns = (
        people, person_services, api_keys, sessions.c.person_id, one_time_links.c.person_id,
    )  # fmt: skip
    return [sorted(map(str, connection.execute(select(each)))) for each in columns]


@pytest.fixture
def told(desk: Office) -> Office:
    desk.person("zoé", Role.AGENT, "rh")
    desk.administration.create_key("zoé", "a", [Permission.READ], 5)
    return desk


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_both_or_neither(told: Office, deed: Deed) -> None:
    states: list[list[object]] = []

    def crash(connection: Connection, _person_id: str) -> None:
        with reading(told.engine) as other:
            states.append(kept(other))
        raise Crash

    with pytest.raises(Crash):
        deed(told, crash)
    with reading(told.engine) as connection:
        assert kept(connection) == states[0]

    numbers: list[str] = []
    deed(told, lambda _connection, person_id: numbers.append(person_id))
    (number,) = numbers
    login = "léo" if deed is DEEDS["add"] else "zoé"
    assert told.administration.person(login).person_id == number
    with reading(told.engine) as connection:
        changed = kept(connection) != states[0]
    assert changed or deed is DEEDS["logout"]  # which ends what was opened for it


def test_the_first_administrator_too(desk: Office) -> None:
    def crash(_connection: Connection, _person_id: str) -> None:
        raise Crash

    link = desk.accounts.first_link() or ""
    with pytest.raises(Crash):
        desk.accounts.accept_first(link, "chef", "", PASSWORD, crash)
    assert not desk.accounts.anyone()
    assert desk.accounts.accept_first(link, "chef", "", PASSWORD).token
