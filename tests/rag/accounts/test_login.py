"""Logging in: one verification whatever is wrong, one message, and a token of its own."""

from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office import ADDRESS, CHEAP, PASSWORD, Counting, Office
from sqlalchemy import Engine, select

from rag.accounts.authority import Accounts
from rag.accounts.errors import LoginRefused, WeakPassword
from rag.accounts.passwords import Parameters, Passwords
from rag.accounts.people import normal_login
from rag.accounts.roles import Role, permissions_of
from rag.accounts.schema import people
from rag.errors import UsageError

OTHER = "tuile lampe orage sept"


def test_the_right_password_opens_a_session(desk: Office) -> None:
    desk.person("Zoé", Role.LEGAL, "RH", " État civil ")
    opened = desk.accounts.login("ZOÉ", PASSWORD, ADDRESS)
    identity = desk.accounts.caller_of_session(opened.token)
    assert identity is not None
    assert identity.caller.name == "zoé" and identity.caller.role == "legal"
    assert identity.caller.services == {"rh", "état civil"}
    assert identity.permissions == permissions_of("legal")
    assert identity.session_id == opened.session_id and identity.key_id == ""
    assert len(identity.csrf) == 64


def people_of_every_kind(desk: Office) -> None:
    desk.person("known")
    desk.person("closed")
    desk.administration.disable("closed")
    desk.administration.add("invited", "", Role.AGENT, ())


@pytest.mark.parametrize(
    ("login", "password"),
    [
        pytest.param("known", OTHER, id="wrong password"),
        pytest.param("known", "", id="no password"),
        pytest.param("nobody", PASSWORD, id="unknown account"),
        pytest.param("closed", PASSWORD, id="disabled, right password"),
        pytest.param("closed", OTHER, id="disabled, wrong password"),
        pytest.param("invited", PASSWORD, id="no password chosen yet"),
        pytest.param("", PASSWORD, id="no login"),
        pytest.param("a b\0c", PASSWORD, id="no login could be so"),
        pytest.param("\ud800", PASSWORD, id="no text"),
        pytest.param("x" * 100_000, PASSWORD, id="oversized login"),
        pytest.param("known", "x" * 1_000_000, id="oversized password"),
    ],
)
def test_whatever_is_wrong_costs_and_says_the_same(desk: Office, login: str, password: str) -> None:
    people_of_every_kind(desk)
    desk.hashing.verified.clear()
    desk.hashing.hashed = 0
    with pytest.raises(LoginRefused) as refused:
        desk.accounts.login(login, password, ADDRESS)
    assert (len(desk.hashing.verified), desk.hashing.hashed) == (1, 0)
    assert str(refused.value) == str(LoginRefused())


def test_an_unknown_account_makes_as_many_statements_as_a_known_one(desk: Office) -> None:
    people_of_every_kind(desk)
    counted = []
    for login in ("known", "nobody"):
        with (
            mock.patch.object(
                desk.engine.dialect, "do_execute", wraps=desk.engine.dialect.do_execute
            ) as statements,
            pytest.raises(LoginRefused),
        ):
            desk.accounts.login(login, OTHER, ADDRESS + login)
        counted.append(statements.call_count)
    assert counted[0] == counted[1] > 0


def test_no_session_is_fixed(desk: Office) -> None:
    """Whatever token the browser brought, the session gets another, and the brought one ends."""
    victim = desk.person("zoé")
    attacker = desk.person("eve")
    opened = desk.accounts.login("zoé", PASSWORD, ADDRESS, replacing=attacker.token)
    assert opened.token not in {attacker.token, victim.token}
    assert desk.accounts.caller_of_session(attacker.token) is None
    chosen = desk.accounts.login("zoé", PASSWORD, ADDRESS, replacing="chosen-by-the-attacker")
    assert desk.accounts.caller_of_session("chosen-by-the-attacker") is None
    assert desk.accounts.caller_of_session(chosen.token) is not None


def kept(engine: Engine, login: str) -> str:
    with engine.connect() as connection:
        query = select(people.c.password_hash).where(people.c.login == login)
        return str(connection.execute(query).scalar_one())


def test_new_parameters_are_applied_at_the_next_login(desk: Office) -> None:
    desk.person("zoé")
    before = kept(desk.engine, "zoé")
    dearer = Counting(Parameters(passes=2, memory=16, threads=1))
    accounts = Accounts(desk.engine, desk.settings, desk.clock, dearer)
    with pytest.raises(LoginRefused):
        accounts.login("zoé", OTHER, ADDRESS)
    assert kept(desk.engine, "zoé") == before and dearer.hashed == 0
    accounts.login("zoé", PASSWORD, ADDRESS)
    after = kept(desk.engine, "zoé")
    assert "m=16,t=2" in after and dearer.hashed == 1
    accounts.login("zoé", PASSWORD, ADDRESS)
    assert kept(desk.engine, "zoé") == after and dearer.hashed == 1


class Meanwhile(Passwords):
    """Something happens while a password is verified."""

    def __init__(self, happens: object) -> None:
        super().__init__(CHEAP)
        self.happens = happens

    def matches(self, kept: str | None, password: str) -> bool:
        self.happens()  # type: ignore[operator]
        return super().matches(kept, password)


@pytest.mark.parametrize("what", ["disabled", "another password"])
def test_what_changes_during_the_verification_counts(desk: Office, what: str) -> None:
    desk.person("zoé")
    _, link = desk.administration.password_link("zoé")

    def happens() -> None:
        if what == "disabled":
            desk.administration.disable("zoé")
        else:
            desk.accounts.accept(link, OTHER)

    slow = Accounts(desk.engine, desk.settings, desk.clock, Meanwhile(happens))
    with pytest.raises(LoginRefused):
        slow.login("zoé", PASSWORD, ADDRESS)


def test_changing_the_password_ends_every_session(desk: Office) -> None:
    first = desk.person("zoé")
    second = desk.accounts.login("zoé", PASSWORD, ADDRESS)
    identity = desk.accounts.caller_of_session(second.token)
    assert identity is not None
    with pytest.raises(LoginRefused):
        desk.accounts.change_password(identity, OTHER, OTHER, ADDRESS)
    with pytest.raises(WeakPassword):
        desk.accounts.change_password(identity, PASSWORD, "zoé", ADDRESS)
    assert desk.accounts.caller_of_session(first.token) is not None
    desk.clock.wait(minutes=2)
    third = desk.accounts.change_password(identity, PASSWORD, OTHER, ADDRESS)
    assert desk.accounts.caller_of_session(first.token) is None
    assert desk.accounts.caller_of_session(second.token) is None
    assert desk.accounts.caller_of_session(third.token) is not None
    with pytest.raises(LoginRefused):
        desk.accounts.login("zoé", PASSWORD, ADDRESS)
    desk.accounts.login("zoé", OTHER, ADDRESS)


@pytest.mark.parametrize(
    "login", ["", " ", "a b", "a\tb", "a\0b", "x" * 101, "<b>", "a/b", "\u202ea"]
)
def test_a_login_that_cannot_be_used(login: str) -> None:
    with pytest.raises(UsageError):
        normal_login(login)


@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_a_login_has_one_spelling(login: str) -> None:
    try:
        normal = normal_login(login)
    except UsageError:
        return
    assert normal_login(normal) == normal == normal_login(f" {normal} ")
    assert normal.casefold() == normal and not any(char.isspace() for char in normal)
