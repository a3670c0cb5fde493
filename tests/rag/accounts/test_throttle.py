"""Attempts at logging in: delays that grow, shared by every process, and that end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office import ADDRESS, PASSWORD, Clock, Office, office
from sqlalchemy import Engine, select

from rag.accounts.errors import LoginDelayed, LoginRefused
from rag.accounts.schema import login_attempts
from rag.accounts.throttle import ACCOUNT, Limit, delay, network
from rag.accounts.throttle import ADDRESS as BY_ADDRESS
from rag.registry.engine import open_registry

WRONG = "tuile lampe orage sept"


def attempt(desk: Office, login: str = "zoé", password: str = WRONG, address: str = ADDRESS) -> int:
    """Seconds that one is told to wait; 0: the attempt was judged, and refused."""
    try:
        desk.accounts.login(login, password, address)
    except LoginDelayed as delayed:
        return delayed.seconds
    except LoginRefused:
        return 0
    return -1


@pytest.mark.parametrize("limit", [ACCOUNT, BY_ADDRESS])
@given(failures=st.integers(0, 10**6))
def test_delays_grow_and_are_bounded(limit: Limit, failures: int) -> None:
    waits = delay(limit, failures)
    assert 0 <= waits <= limit.longest <= 900
    assert (waits == 0) == (failures < limit.free)
    assert waits <= delay(limit, failures + 1) <= max(1, 2 * waits)


def test_an_account_is_attacked(desk: Office) -> None:
    desk.person("zoé")
    told = []
    for number in range(12):
        told.append(attempt(desk, address=f"198.51.100.{number}"))  # from everywhere
        desk.clock.wait(seconds=told[-1])
        if told[-1]:
            assert attempt(desk, address=f"203.0.113.{number}") == 0
    assert told == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]


def test_a_delay_is_the_same_for_accounts_that_do_not_exist(desk: Office) -> None:
    desk.person("zoé")
    told = {
        login: [attempt(desk, login, address=f"{login}{number}") for number in range(6)]
        for login in ("zoé", "nobody", "a b")
    }
    assert told["zoé"] == told["nobody"] == told["a b"] == [0, 0, 0, 0, 1, 1]


def test_a_delayed_attempt_is_not_judged(desk: Office) -> None:
    desk.person("zoé")
    for _ in range(4):
        attempt(desk)
    desk.hashing.verified.clear()
    assert attempt(desk, password=PASSWORD) == 1
    assert desk.hashing.verified == []


def test_nobody_is_locked_out_for_ever(desk: Office) -> None:
    desk.person("zoé")
    for _ in range(200):
        desk.clock.wait(seconds=attempt(desk, address=f"198.51.100.{_}"))
    desk.clock.wait(seconds=60)
    assert attempt(desk, password=PASSWORD) == -1
    assert attempt(desk) == 0  # and all is forgotten


def test_an_address_attacks_many_accounts(desk: Office) -> None:
    told = [attempt(desk, f"p{number}") for number in range(30)]
    assert told[:20] == [0] * 20 and told[20:] == [1] * 10
    assert attempt(desk, "another", address="192.0.2.8") == 0


def test_having_an_account_washes_off_nothing(desk: Office) -> None:
    """Between attempts at others, the attacker logs in to their own account."""
    desk.person("eve")
    for number in range(20):
        assert attempt(desk, f"p{number}") == 0
        if number < 19:
            assert attempt(desk, "eve", PASSWORD) == -1
    assert attempt(desk, "p20") == 1


def test_attempts_are_forgotten_after_a_day(desk: Office) -> None:
    for _ in range(4):
        attempt(desk)
    assert attempt(desk) == 1
    desk.clock.wait(days=1)
    assert [attempt(desk) for _ in range(5)] == [0, 0, 0, 0, 1]
    desk.clock.wait(days=1)
    attempt(desk, "other", address="other")
    with desk.engine.connect() as connection:
        assert len(connection.execute(select(login_attempts)).all()) == 2


def test_processes_count_together_and_at_once(registry: Engine, clock: Clock) -> None:
    """Twenty at the same moment, from four servers: four are judged, as if one after the other."""
    desk = office(registry, clock)
    engines = [open_registry(str(registry.url), "le registre") for _ in range(4)]
    desks = [office(engine, clock) for engine in engines]
    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(lambda n: attempt(desks[n % 4], address=f"a{n}"), range(20)))
    for engine in engines:
        engine.dispose()
    assert sorted(told) == [0] * 4 + [1] * 16
    assert sum(len(each.hashing.verified) for each in desks) == 4
    assert desk.hashing.verified == []


def test_neither_logins_nor_addresses_are_kept_in_clear(desk: Office) -> None:
    attempt(desk, "zoé")
    with desk.engine.connect() as connection:
        subjects = connection.execute(select(login_attempts.c.subject)).scalars().all()
    assert len(subjects) == 2
    assert not any("zo" in each or ADDRESS in each for each in subjects)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1:2", True),  # one /64
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "unix", False),
        ("fe80::1%eth0", "fe80::1%eth0", True),
    ],
)
def test_who_shares_an_address(one: str, other: str, together: bool) -> None:
    assert (network(one) == network(other)) == together
