"""Keys: never more than their person at the moment, shown once, ending."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import Clock, Office, office
from sqlalchemy import Engine, select

from rag.accounts.administration import Administration
from rag.accounts.errors import TooManyKeys, UnknownAccount
from rag.accounts.identity import Identity
from rag.accounts.roles import KEY_PERMISSIONS, Permission, Role, permissions_of
from rag.accounts.schema import api_keys
from rag.errors import UsageError

ASK, SEARCH = Permission.ASK, Permission.SEARCH


def key_of(desk: Office, *scope: Permission, days: int = 30) -> str:
    return desk.administration.create_key("zoé", "essai", scope or (ASK,), days)[0]


def test_a_key_answers_for_its_person_within_its_scope(desk: Office) -> None:
    desk.person("zoé", Role.LEGAL, "rh")
    identity = desk.accounts.caller_of_key(key_of(desk, ASK, Permission.VERIFY))
    assert identity is not None
    assert identity.caller.name == "zoé" and identity.caller.services == {"rh"}
    assert identity.permissions == {ASK, Permission.VERIFY}
    assert identity.key_id and identity.session_id == "" == identity.csrf
    assert identity.may(ASK) and not identity.may(SEARCH)


def test_a_person_has_so_many_keys(registry: Engine) -> None:
    made = office(registry, Clock())
    desk = replace(made, administration=Administration(made.accounts.store, most_keys=2))
    desk.person("zoé")
    desk.person("léo")
    held = [key_of(desk, days=days) for days in (1, 5)]
    with pytest.raises(TooManyKeys, match="trop de clés"):
        key_of(desk)
    desk.administration.create_key("léo", "essai", (ASK,), 5)  # each for themselves
    desk.clock.wait(days=2)  # one is over
    key_of(desk)
    with pytest.raises(TooManyKeys):
        key_of(desk)
    assert desk.accounts.caller_of_key(held[1]) is not None
    for _ in range(5):  # what is over is kept to be seen, and not for ever
        desk.clock.wait(seconds=1)
        newest = desk.administration.keys_of("zoé")[0].key_id
        desk.administration.revoke_key(newest)
        key_of(desk)
        assert len(desk.administration.keys_of("zoé")) <= 4
        assert newest in {key.key_id for key in desk.administration.keys_of("zoé")}


scopes = st.sets(st.sampled_from(sorted(KEY_PERMISSIONS)), min_size=1)
services = st.sets(st.sampled_from(["rh", "état civil", "voirie"]))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
)
@given(
    first=st.sampled_from(Role),
    later=st.lists(st.tuples(st.sampled_from(Role), services), max_size=3),
    scope=scopes,
)
def test_never_more_than_the_person_at_the_moment(
    registry: Engine,
    first: Role,
    later: list[tuple[Role, set[str]]],
    scope: set[Permission],
) -> None:
    desk = office(registry, Clock())
    if not desk.accounts.anyone():
        desk.person("chef", Role.ADMINISTRATOR)  # the last one could not be demoted
    login = f"p{len(desk.administration.people())}"
    session = desk.person(login, first)
    if not scope <= permissions_of(first):
        with pytest.raises(UsageError):
            desk.administration.create_key(login, "essai", scope, 30)
        return
    key, _ = desk.administration.create_key(login, "essai", scope, 30)
    for role, given_ in [(first, set()), *later]:
        desk.administration.set_role(login, role)
        desk.administration.set_services(login, given_)
        person = desk.accounts.caller_of_session(session.token)
        holder = desk.accounts.caller_of_key(key)
        assert isinstance(person, Identity) and isinstance(holder, Identity)
        assert holder.permissions == scope & person.permissions
        assert holder.caller == person.caller and holder.caller.services == given_
        assert not holder.caller.unrestricted


@pytest.mark.parametrize(
    "scope",
    [
        pytest.param(set(), id="nothing"),
        pytest.param({ASK, Permission.UPDATE_TEXTS}, id="not the person's"),
        pytest.param({ASK, Permission.OWN_KEYS}, id="to make keys"),
    ],
)
def test_a_scope_that_is_refused(desk: Office, scope: set[Permission]) -> None:
    desk.person("zoé")
    with pytest.raises(UsageError, match="portée"):
        desk.administration.create_key("zoé", "essai", scope, 30)


@pytest.mark.parametrize("days", [0, -1, 367, 10**9])
def test_a_key_ends_within_a_year(desk: Office, days: int) -> None:
    desk.person("zoé")
    with pytest.raises(UsageError, match="durée"):
        key_of(desk, days=days)


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "x" * 201])
def test_a_key_says_what_it_is_for(desk: Office, name: str) -> None:
    desk.person("zoé")
    with pytest.raises(UsageError, match="nom"):
        desk.administration.create_key("zoé", name, {ASK}, 1)


def test_it_expires(desk: Office) -> None:
    desk.person("zoé")
    key = key_of(desk, days=2)
    desk.clock.wait(days=1, hours=23, minutes=59, seconds=59)
    assert desk.accounts.caller_of_key(key) is not None
    desk.clock.wait(seconds=1)
    assert desk.accounts.caller_of_key(key) is None


def test_the_day_of_its_last_use_is_known_and_no_more(desk: Office) -> None:
    desk.person("zoé")
    key = key_of(desk)
    assert desk.administration.keys_of("zoé")[0].last_used is None
    desk.clock.now = 1_800_000_000  # 2027-01-15 08:00 UTC
    desk.accounts.caller_of_key(key)
    assert desk.administration.keys_of("zoé")[0].last_used == date(2027, 1, 15)
    desk.clock.wait(days=1)
    desk.accounts.caller_of_key(key)
    assert desk.administration.keys_of()[0].last_used == date(2027, 1, 16)


def test_revoking_and_whose_it_is(desk: Office) -> None:
    zoe, leo = desk.person("zoé"), desk.person("léo")
    key = key_of(desk)
    key_id = desk.administration.keys_of("zoé")[0].key_id
    for wrong, owner in ((key_id, leo.person_id), ("0" * 24, None), ("\0" * 24, None)):
        with pytest.raises(UnknownAccount):
            desk.administration.revoke_key(wrong, owner)
    assert desk.accounts.caller_of_key(key) is not None
    desk.administration.revoke_key(key_id, zoe.person_id)
    assert desk.accounts.caller_of_key(key) is None
    assert desk.administration.keys_of("zoé")[0].revoked == int(desk.clock.now)
    with pytest.raises(UnknownAccount):
        desk.administration.revoke_key(key_id)


def test_the_registry_holds_no_key(desk: Office) -> None:
    desk.person("zoé")
    key = key_of(desk)
    with desk.engine.connect() as connection:
        row = connection.execute(select(api_keys)).one()
    assert not any(key in str(cell) or key[4:] in str(cell) for cell in row)
    assert desk.accounts.caller_of_key(f"ref_{row.key_hash}") is None


def test_a_session_token_is_no_key_and_a_key_no_session(desk: Office) -> None:
    token = desk.person("zoé").token
    key = key_of(desk)
    assert desk.accounts.caller_of_key(token) is None
    assert desk.accounts.caller_of_session(key) is None


def test_keys_are_listed_by_person(desk: Office) -> None:
    desk.person("zoé")
    desk.person("léo")
    key_of(desk)
    desk.administration.create_key("léo", "autre", {SEARCH}, 1)
    assert [key.login for key in desk.administration.keys_of()] == ["léo", "zoé"]
    assert [key.name for key in desk.administration.keys_of("zoé")] == ["essai"]
    with pytest.raises(UnknownAccount):
        desk.administration.keys_of("nobody")
