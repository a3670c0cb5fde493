"""Who may come through which route: the table of routes, tried by every role and service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from serving import Served, serving
from small_folder import filled

from api import rules
from api.app import create_app
from api.doors import Door
from api.rules import Rule
from api.serving import Service
from rag.accounts.administration import Administration
from rag.accounts.authority import Accounts
from rag.accounts.roles import KEY_PERMISSIONS, PERMISSIONS, Permission, Role
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings

PASSWORD = "cheval agrafe pile juste"


@dataclass(frozen=True)
class Office:
    """A server with people: one of each role in the service "rh", one in another."""

    served: Served
    keys: dict[str, str]  # login → key
    sessions: dict[str, str]  # login → token
    csrf: dict[str, str]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = filled(tmp_path_factory.mktemp("office"))
    chosen = Settings(data=data, embedding_model=NO_MODEL)
    keys, sessions, csrf = {}, {}, {}
    with open_parts(chosen) as parts:
        accounts = Accounts(parts.registry, chosen)
        administration = Administration(accounts.store)
        for login, role, service in [
            *((role.value, role, "rh") for role in Role),
            ("ailleurs", Role.MAINTAINER, "voirie"),
        ]:
            _, link = administration.add(login, login.title(), role, [service])
            opened = accounts.accept(link, PASSWORD)
            sessions[login] = opened.token
            identity = accounts.caller_of_session(opened.token)
            assert identity is not None
            csrf[login] = identity.csrf
            scope = PERMISSIONS[role] & KEY_PERMISSIONS
            keys[login], _ = administration.create_key(login, "essai", scope, 30)
    with serving(data) as served:
        yield Office(served, keys, sessions, csrf)


def routes() -> list[tuple[str, str]]:
    """Every route of both doors' applications."""
    found: set[tuple[str, str]] = set()
    with TemporaryDirectory() as folder:
        chosen = Settings(data=Path(folder), embedding_model=NO_MODEL)
        with open_parts(chosen) as parts, closing(Service(parts)) as service:
            for operator in (False, True):
                for route in create_app(Door(service, operator=operator)).routes:
                    found |= set(_listed(route))
    return sorted(found)


def _listed(route: Any) -> Iterator[tuple[str, str]]:
    """FastAPI keeps a router that was included as one route."""
    for inner in getattr(route, "original_router", route).routes if _has_routes(route) else ():
        yield from _listed(inner)
    for method in getattr(route, "methods", None) or ():
        if method != "HEAD":
            yield method, route.path


def _has_routes(route: Any) -> bool:
    return hasattr(route, "original_router") or hasattr(route, "routes")


@pytest.mark.parametrize(("method", "path"), routes())
def test_every_route_has_a_rule(method: str, path: str) -> None:
    assert rules.needed(method, path) is not None, f"{method} {path} is in no rule"


def test_every_rule_has_a_route() -> None:
    assert set(rules.RULES) == set(routes())


ASKED = {
    ("POST", "/v1/search"): {"json": {"question": "recours"}},
    ("POST", "/v1/ask"): {"json": {"question": "recours"}},
    ("POST", "/v1/chat/completions"): {"json": {"messages": [{"role": "user", "content": "?"}]}},
    ("POST", "/v1/feedback"): {"json": {"answer_id": "0" * 32, "useful": True}},
    ("POST", "/v1/verify"): {"json": {"text": "Vu l'article 2."}},
}
HTTP = [(method, path) for method, path in routes() if not path.startswith("/operator/")]
JSON_ROUTES = [(m, p) for m, p in HTTP if p.startswith("/v1/") or p in ("/metrics",)]


# What these do to the session at hand would change the tests after them.
ENDS_A_SESSION = {"/deconnexion", "/compte/sessions", "/compte/mot-de-passe"}
OWN_TOKEN = ("POST", "/connexion")  # that of who is nobody yet


def request(client: httpx.Client, method: str, path: str, **headers: str) -> httpx.Response:
    at = path.replace("{reference:path}", "article 2 règlement général")
    more = ASKED.get((method, path), {})
    return client.request(method, at, headers=headers, **more)  # type: ignore[arg-type]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("method", "path"), JSON_ROUTES)
def test_a_route_is_open_to_those_whose_role_says_so(
    office: Office, method: str, path: str, role: Role
) -> None:
    needed = rules.needed(method, path)
    allowed = needed is Rule.PUBLIC or needed in PERMISSIONS[role]
    client = office.served.everyone
    by_key = request(client, method, path, **bearer(office.keys[role.value]))
    cookie = {"Cookie": f"referent_session={office.sessions[role.value]}"}
    by_page = request(client, method, path, **cookie, **{"X-CSRF-Token": office.csrf[role.value]})
    for response in (by_key, by_page):
        assert (response.status_code == 403) == (not allowed), response.text
        assert response.status_code < 500 and response.status_code != 401


PAGES = [(m, p) for m, p in HTTP if (m, p) not in JSON_ROUTES and p not in ENDS_A_SESSION]
PAGES.remove(OWN_TOKEN)


@pytest.mark.parametrize("login", [*(role.value for role in Role), "ailleurs"])
@pytest.mark.parametrize(("method", "path"), PAGES)
def test_a_page_is_open_to_those_whose_role_says_so(
    office: Office, method: str, path: str, login: str
) -> None:
    """A form that holds nothing but its token is refused as a form, not as a right."""
    needed = rules.needed(method, path)
    role = Role.MAINTAINER if login == "ailleurs" else Role(login)
    allowed = needed is Rule.PUBLIC or needed in PERMISSIONS[role]
    at = path.replace("{reference:path}", "article 2 règlement général")
    at = re.sub(r"\{[^}]*\}", "aucun", at)
    cookie = {"Cookie": f"referent_session={office.sessions[login]}"}
    form = {"data": {"csrf": office.csrf[login]}} if method == "POST" else {}
    response = office.served.everyone.request(method, at, headers=cookie, **form)  # type: ignore[arg-type]
    if not allowed:
        assert response.status_code == 403, response.text
    else:
        assert response.status_code not in (401, 403) and response.status_code < 500, response.text
    assert "des agents est tax" not in response.text


@pytest.mark.parametrize(("method", "path"), HTTP)
def test_who_is_unknown_is_asked_who_they_are(office: Office, method: str, path: str) -> None:
    public = rules.needed(method, path) is Rule.PUBLIC
    for headers in ({}, bearer("ref_" + "a" * 43), {"Cookie": "referent_session=x"}):
        response = request(office.served.everyone, method, path, **headers)
        assert (response.status_code in (401, 303)) == (not public), response.text


@pytest.mark.parametrize("login", ["agent", "administrator", "ailleurs"])
def test_only_ones_own_services_are_read(office: Office, login: str) -> None:
    client, headers = office.served.everyone, bearer(office.keys[login])
    asked = {"question": "La zibeline est-elle taxée ?"}
    answers = [
        client.post(at, json=asked, headers=headers).text for at in ("/v1/search", "/v1/ask")
    ]
    read = any("des agents est tax" in answer for answer in answers)
    texts = client.get("/v1/texts", headers=headers).text
    assert read == ("Note interne" in texts) == (login != "ailleurs")
    for wanted in ("rh", "voirie"):
        claimed = client.post("/v1/search", json={**asked, "services": [wanted]}, headers=headers)
        mine = (wanted == "voirie") == (login == "ailleurs")
        assert claimed.status_code == (200 if mine else 403)


def test_a_session_changes_nothing_without_its_token(office: Office) -> None:
    client = office.served.everyone
    cookie = {"Cookie": f"referent_session={office.sessions['agent']}"}
    asked = {"question": "recours"}
    for token in ({}, {"X-CSRF-Token": office.csrf["legal"]}, {"X-CSRF-Token": ""}):
        response = client.post("/v1/search", json=asked, headers={**cookie, **token})
        assert response.status_code == 403
    assert client.get("/v1/texts", headers=cookie).status_code == 200


def test_what_is_revoked_counts_from_the_next_request(office: Office) -> None:
    client = office.served.everyone
    chosen = Settings(data=office.served.data, embedding_model=NO_MODEL)
    with open_parts(chosen) as parts:
        administration = Administration(Accounts(parts.registry, chosen).store)
        key, kept = administration.create_key("legal", "perdue", [Permission.READ], 30)
        assert client.get("/v1/texts", headers=bearer(key)).status_code == 200
        assert client.get("/v1/changes", headers=bearer(key)).status_code == 403
        administration.revoke_key(kept.key_id)
    assert client.get("/v1/texts", headers=bearer(key)).status_code == 401
