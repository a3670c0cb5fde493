"""What is taken away counts from the next request, in every process, while requests go on."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from office import PASSWORD, Clock, Office, office
from sqlalchemy import Engine, update

from rag.accounts.errors import LinkSpent
from rag.accounts.roles import Permission, Role
from rag.accounts.schema import people
from rag.database import writing
from rag.registry.engine import open_registry

CHANGES: dict[str, Callable[[Office], object]] = {
    "disabled": lambda desk: desk.administration.disable("zoé"),
    "role": lambda desk: desk.administration.set_role("zoé", Role.AGENT),
    "services": lambda desk: desk.administration.set_services("zoé", ()),
    "key": lambda desk: desk.administration.revoke_key(
        desk.administration.keys_of("zoé")[0].key_id
    ),
}


def rights(desk: Office, token: str, key: str) -> list[tuple[bool, bool, bool]]:
    """Of the session and of the key: someone, who may verify, who is of the service."""
    found = [desk.accounts.caller_of_session(token), desk.accounts.caller_of_key(key)]
    return [
        (
            each is not None,
            each is not None and each.may(Permission.VERIFY),
            each is not None and "rh" in each.caller.services,
        )
        for each in found
    ]


ALL, NONE = (True, True, True), (False, False, False)


@pytest.mark.parametrize(
    ("change", "session", "key"),
    [
        ("disabled", NONE, NONE),
        ("role", (True, False, True), (True, False, True)),
        ("services", (True, True, False), (True, True, False)),
        ("key", ALL, NONE),
    ],
)
def test_between_two_servers_under_load(
    registry: Engine,
    clock: Clock,
    change: str,
    session: tuple[bool, bool, bool],
    key: tuple[bool, bool, bool],
) -> None:
    """One server changes; every request that another begins afterwards has the new rights."""
    desk = office(registry, clock)
    token = desk.person("zoé", Role.LEGAL, "rh").token
    secret, _ = desk.administration.create_key("zoé", "essai", {Permission.VERIFY}, 30)
    other_engine = open_registry(str(registry.url), "le registre")
    other = office(other_engine, clock)
    done, seen = threading.Event(), []

    def keep_asking() -> None:
        while True:
            after = done.is_set()
            seen.append((after, rights(other, token, secret)))
            if after:
                return

    threads = [threading.Thread(target=keep_asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    while len(seen) < 10:
        pass
    CHANGES[change](desk)
    done.set()
    for thread in threads:
        thread.join()
    other_engine.dispose()
    assert [found for after, found in seen if after] == [[session, key]] * 3
    assert seen[0] == (False, [ALL, ALL])
    # A session and its key are two requests: between them the change may have come.
    assert all(one in (ALL, session) and two in (ALL, key) for _, (one, two) in seen)


def test_disabled_is_looked_at_besides_what_disabling_closes(desk: Office) -> None:
    """Whatever was opened at the same moment, elsewhere, opens nothing either."""
    token = desk.person("zoé").token
    _, link = desk.administration.password_link("zoé")
    with writing(desk.engine, "test") as connection:
        connection.execute(update(people).values(disabled=True))
    assert desk.accounts.caller_of_session(token) is None
    with pytest.raises(LinkSpent):
        desk.accounts.accept(link, PASSWORD)
