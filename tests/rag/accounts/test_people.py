"""People as administrators manage them."""

from __future__ import annotations

import pytest
from office import ADDRESS, PASSWORD, Office

from rag.accounts.errors import LoginRefused, NameTaken, UnknownAccount
from rag.accounts.roles import Role
from rag.errors import UsageError


def test_people_are_listed_by_login(desk: Office) -> None:
    desk.administration.add("Zoé", " Zoé  D. ", Role.LEGAL, ["RH", "rh ", "", "Voirie"])
    desk.administration.add("léo", "", Role.AGENT, ())
    leo, zoe = desk.administration.people()
    assert (zoe.login, zoe.name, zoe.role) == ("zoé", "Zoé D.", "legal")
    assert zoe.services == {"rh", "voirie"} and not zoe.disabled
    assert zoe.created == int(desk.clock.now) and zoe.password_hash is None
    assert (leo.login, leo.name, leo.services) == ("léo", "léo", frozenset())
    assert desk.administration.person("ZOÉ") == zoe


@pytest.mark.parametrize("login", ["zoé", "ZOÉ", " Zoé ", "zoe\u0301", "\uff3aoé"])
def test_a_login_is_taken_in_any_spelling(desk: Office, login: str) -> None:
    desk.administration.add("Zoé", "", Role.AGENT, ())
    with pytest.raises(NameTaken) as refused:
        desk.administration.add(login, "", Role.ADMINISTRATOR, ())
    assert refused.value.where == "zoé"
    assert [person.role for person in desk.administration.people()] == ["agent"]


def test_nobody_of_that_name(desk: Office) -> None:
    act = desk.administration
    for attempt in (
        lambda: act.person("x"),
        lambda: act.disable("x"),
        lambda: act.set_role("x", Role.AGENT),
        lambda: act.set_services("x", ()),
        lambda: act.password_link("x"),
        lambda: act.person("a\0b"),
    ):
        with pytest.raises(UnknownAccount) as refused:
            attempt()
        assert refused.value.remedy


@pytest.mark.parametrize("service", ["a\0b", "a\nb", "x" * 201])
def test_a_service_that_cannot_be_shown(desk: Office, service: str) -> None:
    with pytest.raises(UsageError):
        desk.administration.add("zoé", "", Role.AGENT, ["rh", service])
    assert desk.administration.people() == []  # all of it, or none


def test_services_replace_those_before(desk: Office) -> None:
    desk.administration.add("zoé", "", Role.AGENT, ["rh", "voirie"])
    assert desk.administration.set_services("zoé", [" VOIRIE", "état civil"]).services == {
        "voirie",
        "état civil",
    }
    assert desk.administration.person("zoé").services == {"voirie", "état civil"}
    desk.administration.set_services("zoé", [])
    assert desk.administration.person("zoé").services == frozenset()


def test_a_disabled_account_opens_again_but_not_its_sessions(desk: Office) -> None:
    token = desk.person("zoé").token
    assert desk.administration.disable("zoé").disabled
    with pytest.raises(LoginRefused):
        desk.accounts.login("zoé", PASSWORD, ADDRESS)
    assert not desk.administration.disable("zoé", disabled=False).disabled
    assert desk.accounts.caller_of_session(token) is None
    assert desk.accounts.caller_of_session(desk.accounts.login("zoé", PASSWORD, ADDRESS).token)
