"""An office for the tests of the desk: a server with people of two services, and their pages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from browser import Page
from serving import Served, serving

from rag.accounts.administration import Administration
from rag.accounts.authority import Accounts
from rag.accounts.roles import Role
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings

PASSWORD = "cheval agrafe pile juste"
PEOPLE = (
    ("agent", Role.AGENT, "rh"),
    ("juriste", Role.LEGAL, "rh"),
    ("mainteneur", Role.MAINTAINER, "rh"),
    ("ailleurs", Role.MAINTAINER, "voirie"),
    ("admin", Role.ADMINISTRATOR, "accueil"),
    ("admin-rh", Role.ADMINISTRATOR, "rh"),
)
UPDATES = "/mises-a-jour"
SECONDS = 60.0  # for an ingest in a process of its own, on a busy machine


@dataclass(frozen=True)
class Person:
    """Somebody logged in: what their browser does."""

    client: httpx.Client
    session: str
    csrf: str

    def get(self, address: str, status: int = 200) -> httpx.Response:
        """What is at that address."""
        response = self.client.get(address, headers=self._headers)
        assert response.status_code == status, response.text
        return response

    def page(self, address: str) -> Page:
        """The page at that address."""
        return Page(self.get(address).text)

    def post(
        self, address: str, status: int = 200, files: object = None, **fields: object
    ) -> httpx.Response:
        """What comes of a form."""
        response = self.client.post(
            address,
            data={"csrf": self.csrf, **fields},
            files=files,  # type: ignore[arg-type]
            headers=self._headers,
        )
        assert response.status_code == status, response.text
        return response

    def ask(self, question: str) -> None:
        """Ask through the API, as a script of this person's pages could."""
        headers = {**self._headers, "X-CSRF-Token": self.csrf}
        response = self.client.post("/v1/ask", json={"question": question}, headers=headers)
        assert response.status_code == 200, response.text

    def send(self, status: int = 303, files: dict[str, str] | None = None, **fields: object) -> str:
        """Send files to bring in; where the update is shown."""
        parts = [("files", (name, words.encode())) for name, words in (files or {}).items()]
        response = self.post(UPDATES, status, files=parts or None, **fields)
        return response.headers.get("location", "")

    def ended(self, address: str) -> Page:
        """The page of an update once nothing runs any more."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            page = self.page(address)
            if not any("data-waiting" in given for _, given in page.tags):
                return page
            time.sleep(0.05)
        raise AssertionError("it never ended")

    @property
    def _headers(self) -> dict[str, str]:
        return {"Cookie": f"referent_session={self.session}", "Accept": "text/html"}


@dataclass(frozen=True)
class Office:
    """The server, and who works there."""

    served: Served
    people: dict[str, Person]

    def __getitem__(self, login: str) -> Person:
        return self.people[login]


@contextmanager
def office(data: Path, **settings: object) -> Iterator[Office]:
    """A server over `data` with `PEOPLE`."""
    opened = _people(data)
    with serving(data, **settings) as served:
        found = {
            login: Person(served.everyone, session, csrf)
            for login, (session, csrf) in opened.items()
        }
        yield Office(served, found)


def _people(data: Path) -> dict[str, tuple[str, str]]:
    chosen = Settings(data=data, embedding_model=NO_MODEL)
    found = {}
    with open_parts(chosen) as parts:
        accounts = Accounts(parts.registry, chosen)
        desk = Administration(accounts.store)
        for login, role, service in PEOPLE:
            _, link = desk.add(login, login.title(), role, [service])
            token = accounts.accept(link, PASSWORD).token
            identity = accounts.caller_of_session(token)
            assert identity is not None
            found[login] = token, identity.csrf
    return found
