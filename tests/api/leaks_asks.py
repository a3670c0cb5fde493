"""Every way to ask a server about a text, by any of its names, through every door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
from leaks_world import Person, Thing

from api import visitors
from api.rules import RULES, Rule

CSRF_COOKIE = "A" * 43
CONVERSATION = "/conversations/"  # where the page of an answer is
EVENTS = {"Accept": "text/event-stream"}
MCP = {"Accept": "application/json, text/event-stream"}
SINCE = "2020-01-01"
# Routes that are asked about no text here, and why.
APART = {
    ("GET", "/connexion"): "before one is known",
    ("POST", "/connexion"): "before one is known",
    ("GET", "/connexion/oidc"): "before one is known",
    ("GET", "/connexion/oidc/retour"): "before one is known",
    ("GET", "/bienvenue/{token}"): "before one is known",
    ("POST", "/bienvenue/{token}"): "before one is known",
    ("POST", "/deconnexion"): "ends the session",
    ("POST", "/compte/mot-de-passe"): "ends the session",
    ("POST", "/compte/sessions"): "ends the session",
    ("POST", "/compte/cles"): "of one's own keys",
    ("POST", "/compte/cles/revoquer"): "of one's own keys",
    ("POST", "/preferences"): "of one's own screen",
    ("GET", "/conversations/{conversation_id}"): "test_leaks_changing.py",
    ("POST", "/conversations/{conversation_id}/effacer"): "of one's own conversations",
    ("POST", "/conversations/effacer"): "of one's own conversations",
    ("GET", "/static/{name}"): "the same files for all",
    ("POST", "/administration/personnes"): "of people",
    ("POST", "/administration/personnes/{person_id}/droits"): "of people",
    ("POST", "/administration/personnes/{person_id}/etat"): "of people",
    ("POST", "/administration/personnes/{person_id}/lien"): "of people",
    ("POST", "/administration/cles/revoquer"): "of keys",
    ("POST", "/administration/services/{text_id:path}"): "gives rights, which it is there for",
    ("GET", "/feedback"): "says thanks",
    ("POST", "/feedback"): "of an answer, not of a text",
    ("POST", "/v1/feedback"): "of an answer, not of a text",
    ("POST", "/mises-a-jour"): "a process: tests/api/web/test_desk_updates.py",
    ("GET", "/mises-a-jour/{token}"): "one's own update",
    ("GET", "/administration/personnes/{person_id}"): "of people",
    ("POST", "/administration/journal/question"): "test_questions_are_read_for_a_reason",
    ("POST", "/administration/journal/personne"): "test_questions_are_read_for_a_reason",
    ("POST", "/mises-a-jour/{token}"): "one's own update",
}
# Who gives rights sees the titles of all texts here, and their services; nothing else of them.
RIGHTS_PAGES = ("/administration/services", "/administration/services/{text_id:path}")
# The names of services are known to who administers people and reads the journal.
SERVICES_PAGES = "/administration/"


@dataclass(frozen=True)
class Ask:
    """One request. `page`: with the session, as a browser; else with the key."""

    route: tuple[str, str]
    path: str
    page: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def send(self, client: httpx.Client, person: Person) -> httpx.Response:
        """What this person is told."""
        headers = dict(self.headers)
        if self.page:
            session = f"{visitors.COOKIE}={person.session}; csrf={CSRF_COOKIE}"
            headers |= {"Cookie": session, visitors.CSRF_HEADER: person.csrf}
            headers.setdefault("Accept", "text/html")
        else:
            headers["Authorization"] = f"Bearer {person.key}"
        response = client.request(self.route[0], self.path, headers=headers, **self.more)
        to = response.headers.get("location", "")
        return client.get(to, headers=headers) if to.startswith(CONVERSATION) else response

    def says(self) -> str:
        """All that the asker writes."""
        return f"{self.path} {json.dumps(self.more, default=str, ensure_ascii=False)}"

    def hidden(self, thing: Thing) -> frozenset[str]:
        """The names of `thing` that no answer to this may hold, unless it is theirs to read."""
        known = {name for name in thing.secrets if name in self.says()}
        if self.route[1].startswith(SERVICES_PAGES):
            known.add(thing.service)
        if self.route[1] in RIGHTS_PAGES:
            known |= {thing.title, thing.ident}
        return thing.secrets - known


def about(thing: Thing, versions: list[str]) -> Iterator[Ask]:
    """Everything that can be asked about a text by its names."""
    named = [
        f"Que dit la {thing.full_title} du recours de l'agent ?",
        f"{thing.words} de l'agent",
        f"article {thing.number}",
        f"article {thing.number} de la {thing.full_title}",
        f"Puisque l'article 77 de la {thing.full_title} l'interdit, que faire du recours ?",
        thing.heading,
        thing.ident,
        f"{thing.file}.md",
    ]
    for question in named:
        yield from _questions(question)
    yield from _questions("recours", services=[thing.service])
    for name in (thing.title, thing.ident, thing.path, thing.number):
        yield Ask(("GET", "/texts"), "/texts", True, more={"params": {"q": name, "part": "1"}})
        yield Ask(("GET", "/mises-a-jour"), "/mises-a-jour", True, more={"params": {"q": name}})
    yield from _references(thing, versions)
    yield from _whole(thing)
    yield from _documents(thing)


def _questions(question: str, **more: Any) -> Iterator[Ask]:
    asked = {"question": question, **more}
    form = {"question": question, "services": more.get("services", [])}
    chat = {"messages": [{"role": "user", "content": question}]}
    yield Ask(("POST", "/v1/search"), "/v1/search", more={"json": asked})
    yield Ask(("POST", "/v1/ask"), "/v1/ask", more={"json": asked})
    yield Ask(("POST", "/v1/ask"), "/v1/ask", headers=EVENTS, more={"json": asked})
    yield Ask(("POST", "/ask"), "/ask", True, more={"data": form})
    yield Ask(("POST", "/ask/stream"), "/ask/stream", True, EVENTS, {"data": form})
    if more:
        return
    yield Ask(("POST", "/v1/chat/completions"), "/v1/chat/completions", more={"json": chat})
    streamed = {**chat, "stream": True}
    yield Ask(("POST", "/v1/chat/completions"), "/v1/chat/completions", more={"json": streamed})
    yield Ask(("GET", "/"), "/", True, more={"params": {"q": question}})
    yield tool("search", question=question)
    yield tool("ask", question=question)
    history = [{"question": question, "answer": "Oui."}]
    followed = {"question": "Et pour le recours ?", "history": history}
    yield Ask(("POST", "/v1/ask"), "/v1/ask", more={"json": followed})


def tool(name: str, **arguments: Any) -> Ask:
    """The use of an MCP tool."""
    call = {"name": name, "arguments": arguments}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    return Ask(("POST", "/mcp"), "/mcp", headers=MCP, more={"json": body})


def _references(thing: Thing, versions: list[str]) -> Iterator[Ask]:
    json_route, page_route = "/v1/articles/{reference:path}", "/articles/{reference:path}"
    references = [
        f"{thing.ident}#2",
        f"{thing.ident}#{thing.number}",
        f"article 2 {thing.full_title}",
        f"article {thing.number}",
        f"3° de l'article {thing.number} de la {thing.full_title}",
        thing.heading,
        thing.ident,
        *versions,
    ]
    for reference in references:
        at = quote(reference, safe="")
        yield Ask(("GET", json_route), f"/v1/articles/{at}?history=true")
        yield Ask(("GET", json_route), f"/v1/articles/{at}?as_of=2025-06-01&as_of=2026-06-01")
        yield Ask(("GET", page_route), f"/articles/{at}", True)
        yield Ask(("GET", page_route), f"/articles/{at}?as_of=2025-06-01&as_of=2026-06-01", True)
        yield tool("article", reference=reference, history=True)
    for version in versions:
        params = {"version": version, "start": 0, "end": 9}
        at = "/articles/reglement%232"
        yield Ask(("GET", page_route), at, True, more={"params": params})


def _whole(thing: Thing) -> Iterator[Ask]:
    removing = "/mises-a-jour/retirer"
    yield Ask(("GET", "/texts/{text_id:path}"), f"/texts/{thing.ident}", True)
    yield Ask(("GET", "/texts/{text_id:path}"), f"/texts/{thing.ident}?part=1&q=recours", True)
    for name in (thing.ident, thing.full_title, thing.title):
        params = {"text": name, "since": SINCE}
        yield Ask(("GET", "/v1/changes"), "/v1/changes", more={"params": params})
        yield Ask(("GET", "/changes"), "/changes", True, more={"params": params})
    rights = f"/administration/services/{thing.ident}"
    yield Ask(("GET", RIGHTS_PAGES[1]), rights, True)
    yield Ask(("GET", RIGHTS_PAGES[0]), f"{RIGHTS_PAGES[0]}?q={thing.title}", True)
    yield Ask(("GET", removing), removing, True, more={"params": {"text": thing.ident}})
    sure = {"text": thing.ident, "sure": "1"}
    yield Ask(("POST", removing), removing, True, more={"data": sure})


def _documents(thing: Thing) -> Iterator[Ask]:
    words = (
        f"Vu l'article 2 de la {thing.full_title}, selon lequel « Le {thing.words} est versé », "
        f"et ses articles 1 à 9 ; vu l'article {thing.number} ; vu la note {thing.title.upper()}."
    )
    yield Ask(("POST", "/v1/verify"), "/v1/verify", more={"json": {"text": words}})
    file = {"file": (f"{thing.file}.md", words.encode())}
    yield Ask(("POST", "/v1/verify"), "/v1/verify", more={"files": file})
    claimed = {"text": words, "services": [thing.service]}
    yield Ask(("POST", "/v1/verify"), "/v1/verify", more={"json": claimed})
    yield Ask(("POST", "/verify"), "/verify", True, more={"data": {"text": words}})
    for form in ("csv", "html"):
        given = {"text": words, "format": form}
        yield Ask(("POST", "/verify/export"), "/verify/export", True, more={"data": given})
    yield tool("verify", text=words)


def at_large() -> Iterator[Ask]:
    """What is asked about no text in particular."""
    for question in ("recours de l'agent", "demande adressée au maire", "article 2", "Note"):
        yield from _questions(question)
    for path in ("/health/live", "/health/ready", "/openapi.json", "/metrics", "/v1/texts"):
        yield Ask(("GET", path), path)
    yield Ask(("GET", "/v1/models"), "/v1/models")
    for article in ("1", "2"):
        at = f"reglement%23{article}"
        yield Ask(("GET", "/v1/articles/{reference:path}"), f"/v1/articles/{at}?history=true")
        yield Ask(("GET", "/articles/{reference:path}"), f"/articles/{at}", True)
    yield Ask(("GET", "/v1/articles/{reference:path}"), "/v1/articles/2")
    yield Ask(("GET", "/v1/changes"), f"/v1/changes?since={SINCE}")
    yield Ask(("GET", "/changes"), f"/changes?since={SINCE}", True)
    yield Ask(("GET", "/texts/{text_id:path}"), "/texts/reglement?q=recours", True)
    pages = (
        "/texts", "/texts?q=recours", "/verify", "/compte", "/mises-a-jour", "/conversations",
    )  # fmt: skip
    desk = ("personnes", "cles", "services", "statistiques", "journal", "etat")
    for path in (*pages, *(f"/administration/{name}" for name in desk)):
        yield Ask(("GET", path.partition("?")[0]), path, True)
    yield Ask(
        ("POST", "/administration/journal/verification"),
        "/administration/journal/verification",
        True,
    )
    export = "/administration/journal/export"
    for form in ("csv", "jsonl"):
        yield Ask(("POST", export), export, True, more={"data": {"format": form}})


def asked_elsewhere() -> set[tuple[str, str]]:
    """The routes that these asks leave out: those of `APART`, and the operator's own."""
    return {*APART, *(route for route, rule in RULES.items() if rule is Rule.OPERATOR)}
