"""Sessions end: at their time, when idle, at logout; and nothing but their token opens them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import ADDRESS, PASSWORD, Clock, Office, office
from sqlalchemy import Engine, event, select

from rag.accounts.schema import sessions
from rag.database import reading, writing
from rag.errors import SettingsError, StorageError
from rag.settings import load


def test_it_ends_at_its_time_however_busy(desk: Office) -> None:
    token = desk.person("zoé").token
    for _ in range(12 * 4 - 1):
        desk.clock.wait(minutes=15)
        assert desk.accounts.caller_of_session(token) is not None
    desk.clock.wait(minutes=15)
    assert desk.accounts.caller_of_session(token) is None


def test_it_ends_when_idle(desk: Office) -> None:
    token = desk.person("zoé").token
    desk.clock.wait(minutes=59)
    assert desk.accounts.caller_of_session(token) is not None
    desk.clock.wait(minutes=59, seconds=59)
    assert desk.accounts.caller_of_session(token) is not None
    desk.clock.wait(minutes=60)
    assert desk.accounts.caller_of_session(token) is None


@pytest.mark.parametrize(
    ("hours", "idle", "minutes", "open_"),
    [(1, 90, 59, True), (1, 90, 60, False), (10, 5, 4, True), (10, 5, 5, False)],
)
def test_spans_are_settings(
    registry: Engine, clock: Clock, hours: float, idle: float, minutes: float, open_: bool
) -> None:
    desk = office(registry, clock, session_hours=hours, session_idle_minutes=idle)
    token = desk.person("zoé").token
    clock.wait(minutes=minutes)
    assert (desk.accounts.caller_of_session(token) is not None) == open_


def test_reading_a_page_writes_nothing(desk: Office) -> None:
    """A request costs a read; that the session is alive is written down once a minute."""
    token = desk.person("zoé").token
    spoken: list[str] = []
    event.listen(
        desk.engine, "before_cursor_execute", lambda _c, _k, words, *_: spoken.append(words)
    )
    for _ in range(5):
        desk.clock.wait(seconds=10)
        desk.accounts.caller_of_session(token)
    assert not any(words.startswith("UPDATE") for words in spoken)
    desk.clock.wait(seconds=10)
    desk.accounts.caller_of_session(token)
    assert sum(words.startswith("UPDATE") for words in spoken) == 1


READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET default_transaction_read_only = on",
}


def test_a_registry_that_cannot_be_written_locks_nobody_out(desk: Office) -> None:
    token = desk.person("zoé").token
    desk.clock.wait(minutes=5)
    with reading(desk.engine) as connection:  # the pool hands the same connection out again
        connection.exec_driver_sql(READ_ONLY[connection.dialect.name])
    with pytest.raises(StorageError):
        desk.accounts.logout(token)
    assert desk.accounts.caller_of_session(token) is not None
    with reading(desk.engine) as connection:
        seen = connection.execute(select(sessions.c.seen)).scalar_one()
    assert seen == int(desk.clock.now) - 300


def test_logout_ends_this_one_or_all(desk: Office) -> None:
    tokens = [desk.person("zoé").token]
    tokens += [desk.accounts.login("zoé", PASSWORD, ADDRESS).token for _ in range(3)]
    other = desk.person("léo").token
    desk.accounts.logout(tokens.pop())
    found = [desk.accounts.caller_of_session(token) for token in tokens]
    assert found[0] is not None and None not in found
    assert desk.accounts.logout_everywhere(found[0]) == 3
    assert [desk.accounts.caller_of_session(token) for token in tokens] == [None] * 3
    assert desk.accounts.caller_of_session(other) is not None


def test_the_registry_holds_no_token(desk: Office) -> None:
    opened = desk.person("zoé")
    with desk.engine.connect() as connection:
        row = connection.execute(select(sessions)).one()
    assert opened.token not in map(str, row)
    assert desk.accounts.caller_of_session(row.token_hash) is None
    assert desk.accounts.caller_of_session(row.session_id) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(token=st.text(st.characters(exclude_categories=()), max_size=80))
def test_nothing_else_opens_one(desk: Office, token: str) -> None:
    if not desk.administration.people():
        desk.person("zoé")
    assert desk.accounts.caller_of_session(token) is None
    assert desk.accounts.caller_of_key(token) is None
    assert desk.accounts.caller_of_key("ref_" + token) is None


def test_expired_sessions_are_swept(desk: Office) -> None:
    desk.person("zoé")
    desk.clock.wait(hours=13)
    desk.accounts.login("zoé", PASSWORD, ADDRESS)
    with desk.engine.connect() as connection:
        assert len(connection.execute(select(sessions)).all()) == 1


def test_csrf_tokens_are_of_one_session_and_one_server(
    desk: Office, registry: Engine, clock: Clock
) -> None:
    one, two = desk.person("zoé").token, desk.person("léo").token
    first, second = (desk.accounts.caller_of_session(token) for token in (one, two))
    assert first is not None and second is not None
    assert first.csrf != second.csrf
    again = office(registry, clock).accounts.caller_of_session(one)  # another process, same secret
    assert again is not None and again.csrf == first.csrf
    given_ = office(registry, clock, serve_secret="s" * 43).accounts.caller_of_session(one)
    assert given_ is not None and given_.csrf != first.csrf


def test_a_short_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFERENT_SERVE_SECRET", "hunter2-hunter2-hunter2-hunter2")
    with pytest.raises(SettingsError) as refused:
        load()
    assert "SERVE_SECRET" in refused.value.where and "hunter2" not in str(refused.value)


def test_a_person_of_no_known_role_may_nothing(desk: Office) -> None:
    token = desk.person("zoé").token
    with writing(desk.engine, "test") as connection:
        connection.exec_driver_sql("UPDATE people SET role = 'emperor'")
    identity = desk.accounts.caller_of_session(token)
    assert identity is not None and identity.permissions == frozenset()
    assert not identity.caller.unrestricted
