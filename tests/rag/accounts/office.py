"""An office of accounts for tests: a clock that is set by hand, and hashing that costs little.

Parameters are the smallest that argon2 takes: what they cost is `test_passwords`' business.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from rag.accounts.administration import Administration
from rag.accounts.authority import Accounts
from rag.accounts.passwords import Parameters, Passwords
from rag.accounts.roles import Role
from rag.accounts.sessions import Opened
from rag.settings import Settings

CHEAP = Parameters(passes=1, memory=8, threads=1)
PASSWORD = "cheval agrafe pile juste"
ADDRESS = "192.0.2.7"


class Clock:
    """The time, in seconds since 1970, as the test sets it."""

    def __init__(self, now: float = 1_800_000_000) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def wait(self, **spans: float) -> None:
        """Let time pass: seconds, minutes, hours or days."""
        lengths = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
        self.now += sum(lengths[unit] * count for unit, count in spans.items())


class Counting(Passwords):
    """Counts what it does, and notes for whom."""

    def __init__(self, parameters: Parameters = CHEAP) -> None:
        super().__init__(parameters)
        self.verified: list[str | None] = []
        self.hashed = 0

    def hash(self, password: str) -> str:
        self.hashed += 1
        return super().hash(password)

    def matches(self, kept: str | None, password: str) -> bool:
        self.verified.append(kept)
        return super().matches(kept, password)


@dataclass(frozen=True)
class Office:
    """The accounts of a registry, with what tests look at."""

    engine: Engine
    settings: Settings
    clock: Clock
    hashing: Counting
    accounts: Accounts
    administration: Administration

    def person(self, login: str, role: Role = Role.AGENT, *services: str) -> Opened:
        """Someone new, with `PASSWORD`, logged in."""
        _, token = self.administration.add(login, "", role, services)
        return self.accounts.accept(token, PASSWORD)


def office(engine: Engine, clock: Clock, **settings: object) -> Office:
    """Accounts on this registry."""
    chosen = Settings(**settings)  # type: ignore[arg-type]
    hashing = Counting()
    accounts = Accounts(engine, chosen, clock, hashing)
    return Office(engine, chosen, clock, hashing, accounts, Administration(accounts.store))
