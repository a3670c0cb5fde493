"""One-time links: the first administrator, and passwords."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from office import ADDRESS, PASSWORD, Clock, Office, office
from sqlalchemy import Engine, select

from rag.accounts.errors import AccountError, LinkSpent, LoginRefused, UnknownAccount, WeakPassword
from rag.accounts.roles import Permission, Role
from rag.accounts.schema import one_time_links
from rag.errors import UsageError
from rag.registry.engine import open_registry

OTHER = "tuile lampe orage sept"


def test_the_first_link_creates_the_administrator(desk: Office) -> None:
    assert desk.administration.people() == []  # no default account
    token = desk.accounts.first_link()
    assert token is not None
    assert desk.accounts.invitation(token).person is None
    opened = desk.accounts.accept_first(token, "Maire", "La maire", PASSWORD)
    identity = desk.accounts.caller_of_session(opened.token)
    assert identity is not None and identity.may(Permission.ADMIN_PEOPLE)
    assert identity.caller.name == "maire" and identity.name == "La maire"
    assert identity.caller.services == frozenset() and not identity.caller.unrestricted
    assert desk.accounts.first_link() is None
    with pytest.raises(LinkSpent):
        desk.accounts.accept_first(token, "eve", "", PASSWORD)


def test_a_new_first_link_replaces_the_one_before(desk: Office) -> None:
    """The server prints one at each start, while there is nobody."""
    before, after = desk.accounts.first_link(), desk.accounts.first_link()
    assert before is not None and after is not None
    with pytest.raises(LinkSpent):
        desk.accounts.accept_first(before, "eve", "", PASSWORD)
    desk.accounts.accept_first(after, "maire", "", PASSWORD)


def test_a_first_link_is_worth_nothing_once_there_is_somebody(desk: Office) -> None:
    token = desk.accounts.first_link()
    assert token is not None
    desk.administration.add("zoé", "", Role.AGENT, ())
    with pytest.raises(LinkSpent):
        desk.accounts.accept_first(token, "eve", "", PASSWORD)


@pytest.mark.parametrize(
    ("login", "name", "password", "error"),
    [
        ("maire", "", "court", WeakPassword),
        ("un maire", "", PASSWORD, UsageError),
        ("maire", "\0", PASSWORD, UsageError),
    ],
)
def test_what_cannot_be_used_leaves_the_link_good(
    desk: Office, login: str, name: str, password: str, error: type[Exception]
) -> None:
    token = desk.accounts.first_link()
    assert token is not None
    with pytest.raises(error):
        desk.accounts.accept_first(token, login, name, password)
    desk.accounts.accept_first(token, "maire", "", PASSWORD)


def test_an_invitation(desk: Office) -> None:
    person, token = desk.administration.add("zoé", "Zoé D.", Role.LEGAL, ["rh"])
    assert desk.accounts.invitation(token).person == person
    with pytest.raises(WeakPassword):
        desk.accounts.accept(token, "zoé")
    opened = desk.accounts.accept(token, PASSWORD)
    assert desk.accounts.caller_of_session(opened.token) is not None
    for _ in range(2):
        with pytest.raises(LinkSpent):
            desk.accounts.accept(token, OTHER)
    desk.accounts.login("zoé", PASSWORD, ADDRESS)


def test_a_reset_ends_what_the_old_password_opened(desk: Office) -> None:
    before = desk.person("zoé").token
    _, token = desk.administration.password_link("zoé")
    assert desk.accounts.caller_of_session(before) is not None  # asked for is not yet done
    desk.accounts.accept(token, OTHER)
    assert desk.accounts.caller_of_session(before) is None
    with pytest.raises(LoginRefused):
        desk.accounts.login("zoé", PASSWORD, ADDRESS)
    desk.accounts.login("zoé", OTHER, ADDRESS)


@pytest.mark.parametrize("case", ["expired", "replaced", "disabled", "password changed"])
def test_a_link_that_is_worth_nothing_any_more(desk: Office, case: str) -> None:
    opened = desk.person("zoé")
    identity = desk.accounts.caller_of_session(opened.token)
    assert identity is not None
    _, token = desk.administration.password_link("zoé")
    match case:
        case "expired":
            desk.clock.wait(hours=23, minutes=59, seconds=59)
            desk.accounts.invitation(token)
            desk.clock.wait(seconds=1)
        case "replaced":
            desk.administration.password_link("zoé")
        case "disabled":
            desk.administration.disable("zoé")
        case _:
            desk.accounts.change_password(identity, PASSWORD, OTHER, ADDRESS)
    for attempt in (
        lambda: desk.accounts.invitation(token),
        lambda: desk.accounts.accept(token, OTHER),
    ):
        with pytest.raises(LinkSpent):
            attempt()


def test_links_are_for_what_they_are_for(desk: Office) -> None:
    first = desk.accounts.first_link()
    assert first is not None
    with pytest.raises(LinkSpent):
        desk.accounts.accept(first, PASSWORD)
    _, invitation = desk.administration.add("zoé", "", Role.AGENT, ())
    with pytest.raises(LinkSpent):
        desk.accounts.accept_first(invitation, "eve", "", PASSWORD)
    desk.accounts.accept(invitation, PASSWORD)


def test_a_closed_account_gets_no_link(desk: Office) -> None:
    desk.person("zoé")
    desk.administration.disable("zoé")
    with pytest.raises(UnknownAccount, match="désactivé"):
        desk.administration.password_link("zoé")


@pytest.mark.parametrize("token", ["", "x", "\0", "\ud800", "x" * 100_000])
def test_nothing_else_is_a_link(desk: Office, token: str) -> None:
    with pytest.raises(LinkSpent):
        desk.accounts.accept(token, PASSWORD)


def test_the_registry_holds_no_link(desk: Office) -> None:
    token = desk.accounts.first_link()
    with desk.engine.connect() as connection:
        row = connection.execute(select(one_time_links)).one()
    assert token not in map(str, row)


def test_of_many_who_come_at_once_one_creates_the_administrator(
    registry: Engine, clock: Clock
) -> None:
    """Each as a server of its own."""
    desk = office(registry, clock)
    token = desk.accounts.first_link()
    assert token is not None

    def come(number: int) -> bool:
        engine = open_registry(str(registry.url), "le registre")
        try:
            office(engine, clock).accounts.accept_first(token, f"p{number}", "", PASSWORD)
        except AccountError:
            return False
        finally:
            engine.dispose()
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(come, range(6))) == [False] * 5 + [True]
    assert len(desk.administration.people()) == 1
