"""Somebody can always administer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from office import ADDRESS, PASSWORD, Office

from rag.accounts.errors import LastAdministrator, UnknownAccount
from rag.accounts.roles import Role

CHIEF = Role.ADMINISTRATOR


def test_the_last_administrator_is_spared(desk: Office) -> None:
    token = desk.person("chef", CHIEF).token
    desk.person("zoé", Role.MAINTAINER)
    for attempt in (
        lambda: desk.administration.disable("chef"),
        lambda: desk.administration.set_role("chef", Role.MAINTAINER),
    ):
        with pytest.raises(LastAdministrator) as refused:
            attempt()
        assert refused.value.where == "chef" and refused.value.remedy
    assert desk.accounts.caller_of_session(token) is not None
    desk.administration.set_role("chef", CHIEF)
    desk.administration.disable("chef", disabled=False)
    desk.administration.disable("zoé")
    desk.administration.set_role("zoé", Role.AGENT)


def test_of_two_one_may_go(desk: Office) -> None:
    desk.person("un", CHIEF)
    desk.person("deux", CHIEF)
    desk.administration.set_role("un", Role.AGENT)
    with pytest.raises(LastAdministrator):
        desk.administration.disable("deux")
    desk.administration.set_role("un", CHIEF)
    desk.administration.disable("deux")


def test_who_never_came_in_does_not_count(desk: Office) -> None:
    desk.person("chef", CHIEF)
    desk.administration.add("invité", "", CHIEF, ())
    with pytest.raises(LastAdministrator):
        desk.administration.disable("chef")
    desk.administration.disable("invité")  # nothing is lost


def test_of_two_who_are_demoted_at_once_one_stays(desk: Office) -> None:
    for login in ("un", "deux"):
        desk.person(login, CHIEF)

    def demote(login: str) -> bool:
        try:
            desk.administration.set_role(login, Role.AGENT)
        except LastAdministrator:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(demote, ("un", "deux"))) == [False, True]


def test_a_person_by_number(desk: Office) -> None:
    desk.person("zoé")
    zoe = desk.administration.person("zoé")
    assert desk.administration.numbered(zoe.person_id) == zoe
    for number in ("", "zoé", "0" * 24, "x\0"):
        with pytest.raises(UnknownAccount):
            desk.administration.numbered(number)


def test_the_sessions_of_a_person(desk: Office) -> None:
    desk.person("zoé")
    desk.clock.wait(minutes=5)
    opened = desk.accounts.login("zoé", PASSWORD, ADDRESS)
    desk.person("léo")
    identity = desk.accounts.caller_of_session(opened.token)
    assert identity is not None
    held = desk.accounts.sessions_of(identity)
    assert [each.created for each in held] == [desk.clock.now, desk.clock.now - 300]
    assert held[0].session_id == opened.session_id
    desk.clock.wait(minutes=57)  # the first has been idle for too long
    assert [each.session_id for each in desk.accounts.sessions_of(identity)] == [opened.session_id]
