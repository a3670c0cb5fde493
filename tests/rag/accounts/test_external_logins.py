"""Logins that are begun at an identity provider and not ended: so many, and no more."""

from __future__ import annotations

import pytest
from office import Office
from sqlalchemy import func, select

from rag.accounts import external
from rag.accounts.errors import LoginDelayed, LoginsFull
from rag.accounts.external import ExternalLogins
from rag.accounts.mapping import group_mapping
from rag.accounts.schema import external_logins
from rag.database import reading


def test_logins_that_nobody_ends_have_a_bound(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external, "MOST_OF_ONE", 2)
    monkeypatch.setattr(external, "MOST", 3)
    logins = ExternalLogins(desk.accounts, group_mapping(desk.settings))

    def begun() -> int:
        with reading(desk.engine) as connection:
            count = select(func.count()).select_from(external_logins)
            return int(connection.execute(count).scalar_one())

    first = logins.begin("2001:db8::1")
    desk.clock.wait(minutes=1)
    logins.begin("2001:db8::2")  # the same network
    with pytest.raises(LoginDelayed) as delayed:
        logins.begin("2001:db8::3")
    assert delayed.value.seconds == external.SECONDS - 60
    logins.begin("192.0.2.1")
    with pytest.raises(LoginsFull):
        logins.begin("192.0.2.2")
    assert begun() == 3
    logins.take(first.state, first.state)  # who comes back makes room
    logins.begin("2001:db8::3")
    desk.clock.wait(seconds=external.SECONDS + 1)
    logins.begin("192.0.2.2")
    assert begun() == 1
