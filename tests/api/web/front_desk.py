"""A server with accounts, behind a proxy that it trusts, so that each test has its own address."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
from browser import Page, opened, sent
from serving import Served, serving
from small_folder import filled

from rag.accounts.administration import Administration
from rag.accounts.authority import Accounts
from rag.accounts.passwords import Parameters, Passwords
from rag.accounts.roles import Role
from rag.bootstrap import open_parts
from rag.database import reading
from rag.journal.filters import Filter
from rag.journal.reading import entries
from rag.settings import NO_MODEL, Settings

PASSWORD = "cheval agrafe pile juste"
PUBLIC = "https://referent.example"
CHEAP = Parameters(passes=1, memory=8, threads=1)  # what hashing costs is another test's business


class Counting(Passwords):
    """Notes each verification: against the hash of an account, or None for nobody's."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.verified: list[bool] = []

    def matches(self, kept: str | None, password: str) -> bool:
        self.verified.append(kept is not None)
        return super().matches(kept, password)


class Clock:
    """The time of accounts, which stands still unless a test lets it pass."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@dataclass
class Desk:
    """The server, and what its registry holds. Addresses are of RFC 5737."""

    served: Served
    accounts: Accounts
    administration: Administration
    hashing: Counting
    clock: Clock
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def browser(self, address: str = "", **headers: str) -> Iterator[httpx.Client]:
        """A browser of its own, at an address of its own."""
        number = next(self._numbers)
        address = address or f"198.51.{number // 256}.{number % 256}"
        with httpx.Client(
            base_url=self.served.everyone.base_url,
            trust_env=False,
            timeout=30,
            headers={"Accept": "text/html", "X-Forwarded-For": address, **headers},
        ) as client:
            yield client

    def person(self, login: str, role: Role = Role.AGENT, *services: str, name: str = "") -> str:
        """Someone new, with `PASSWORD`; their number."""
        _, token = self.administration.add(login, name, role, services)
        return self.accounts.accept(token, PASSWORD).person_id

    @contextmanager
    def logged_in(self, login: str, **headers: str) -> Iterator[httpx.Client]:
        """Someone's browser, once they came in by the page."""
        with self.browser(**headers) as client:
            log_in(client, login)
            yield client

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What the journal says of accounts: who, and what."""
        with reading(self.accounts.store.engine) as connection:
            found = [each.entry for each in entries(connection, Filter())]
        return [(e.who, json.loads(e.detail)) for e in found if e.kind == "account"]


def log_in(
    client: httpx.Client, login: str, password: str = PASSWORD, status: int = 303
) -> httpx.Response:
    """Log in by the page."""
    page = opened(client, "/connexion")
    return sent(client, page, "/connexion", status, login=login, password=password)


@contextmanager
def desk(folder: Path, **settings: object) -> Iterator[Desk]:
    """Such a server over a small data folder, with nobody yet."""
    data, hashing, clock = filled(folder), Counting(), Clock()
    made = partial(Accounts, clock=clock, hashing=hashing)
    chosen = Settings(data=data, embedding_model=NO_MODEL)
    given = {"serve_trusted_proxies": "127.0.0.1", **settings}
    with (
        mock.patch("api.serving.Accounts", made),
        open_parts(chosen) as parts,
        serving(data, **given) as served,
    ):
        accounts = made(parts.registry, chosen)
        yield Desk(served, accounts, Administration(accounts.store), hashing, clock)


def csrf_of(client: httpx.Client) -> str:
    """The token that this browser's forms carry."""
    page: Page = opened(client, "/connexion" if "referent_session" not in client.cookies else "/")
    return page.form("/preferences")["csrf"]
