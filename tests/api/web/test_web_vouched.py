"""Coming in through an identity provider, by the pages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from browser import Page, opened
from fake_provider import CLIENT, SECRET, FakeProvider, provider
from front_desk import PUBLIC, Desk, desk, log_in
from serving import serving
from small_folder import filled

from rag.accounts.roles import Role
from rag.errors import SettingsError

BACK = "/connexion/oidc/retour"


@pytest.fixture(scope="module")
def running() -> Iterator[FakeProvider]:
    with provider() as fake:
        yield fake


@pytest.fixture
def fake(running: FakeProvider) -> FakeProvider:
    """The provider as it should be, by today's clock."""
    running.__init__(running.url)  # type: ignore[misc]
    now = int(time.time())
    running.claims = {"iat": now, "exp": now + 300}
    return running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, running: FakeProvider) -> Iterator[Desk]:
    """A server that knows a provider, and an administrator with a password."""
    settings = {
        "serve_public_url": PUBLIC,
        "oidc_issuer": running.url,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_groups": "grp-rh=rh",
    }
    with desk(tmp_path_factory.mktemp("vouched"), **settings) as made:
        made.person("chef", Role.ADMINISTRATOR)
        yield made


def sent_away(client: httpx.Client, fake: FakeProvider, back: str = "/") -> dict[str, str]:
    """From the login page to the provider, where one logs in: what it sends back."""
    page = opened(client, f"/connexion?{httpx.QueryParams(next=back)}")
    (button,) = [link["href"] for link in page.links if link["href"].startswith("/connexion/oidc")]
    led = client.get(button)
    assert led.status_code == 303 and led.headers["location"].startswith(f"{fake.url}/authorize?")
    query = parse_qs(urlsplit(led.headers["location"]).query)
    asked = {name: values[0] for name, values in query.items()}
    assert asked["redirect_uri"] == PUBLIC + BACK
    for cookie in led.headers.get_list("set-cookie"):
        flags = cookie.lower()
        assert "httponly" in flags and "samesite=lax" in flags and "path=/connexion/oidc" in flags
    code = f"code-{len(fake.codes)}"
    fake.codes[code] = asked
    return {"state": asked["state"], "code": code}


def test_someone_comes_in_through_the_provider(office: Desk, fake: FakeProvider) -> None:
    with office.browser() as client:
        given = sent_away(client, fake, "/texts?q=zibeline")
        back = client.get(BACK, params=given)
        assert (back.status_code, back.headers["location"]) == (303, "/texts?q=zibeline")
        (session,) = [c for c in back.headers.get_list("set-cookie") if "referent_session" in c]
        assert "httponly" in session.lower() and "samesite=lax" in session.lower()
        assert "zibeline des agents" in opened(client, "/texts?q=zibeline").words
        mine = opened(client, "/compte")
        assert "Zoé D." in mine.words and "se change là-bas" in mine.words
        again = client.get(BACK, params=given)
        assert again.status_code == 410  # once
    assert ("zoé", "login-oidc") in [(who, told["did"]) for who, told in office.told()]


def test_a_login_begun_elsewhere_is_not_taken(office: Desk, fake: FakeProvider) -> None:
    with office.browser() as attacker, office.browser() as victim:
        given = sent_away(attacker, fake)
        for cookies in ({}, {"referent_oidc": "x"}, {"referent_oidc": "é"}):
            cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
            answer = victim.get(BACK, params=given, headers={"Cookie": cookie.encode()})
            assert answer.status_code == 410
            assert "referent_session" not in str(answer.headers.get_list("set-cookie"))
        assert attacker.get(BACK, params={"state": given["state"]}).status_code == 502  # no code


@pytest.mark.parametrize(
    ("claims", "status", "said"),
    [
        ({"groups": ["autre"], "sub": "étranger"}, 403, "admis"),
        ({"preferred_username": "chef", "sub": "imposteur"}, 409, "déjà pris"),
        ({"nonce": "x"}, 502, "confirmé"),
        ({"aud": "other"}, 502, "confirmé"),
    ],
)
def test_who_is_not_let_in(
    office: Desk, fake: FakeProvider, claims: dict[str, object], status: int, said: str
) -> None:
    fake.claims |= claims
    with office.browser() as client:
        answer = client.get(BACK, params=sent_away(client, fake))
        assert answer.status_code == status and said in Page(answer.text).words
        assert "referent_session" not in client.cookies


def test_a_provider_that_does_not_answer(office: Desk, fake: FakeProvider) -> None:
    fake.answers["/.well-known/openid-configuration"] = (500, b"x", {})
    with office.browser() as client:
        answer = client.get("/connexion/oidc")
        assert answer.status_code == 502 and "confirmé" in answer.text
        log_in(client, "chef")  # by password, all the same


def test_too_many_begun_logins_are_a_clear_page(
    office: Desk, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.accounts.external.MOST_OF_ONE", 1)
    with office.browser() as client:
        assert client.get("/connexion/oidc").status_code == 303
        late = client.get("/connexion/oidc")
        assert late.status_code == 429 and 0 < int(late.headers["retry-after"]) <= 600
        assert "Trop d'essais : attendez" in Page(late.text).words
    monkeypatch.setattr("rag.accounts.external.MOST", 1)
    with office.browser() as client:
        late = client.get("/connexion/oidc")
        assert late.status_code == 503 and int(late.headers["retry-after"])
        assert "Trop de connexions sont en cours." in Page(late.text).words
        log_in(client, "chef")  # by password, all the same


def test_where_to_come_back_is_ours(office: Desk, fake: FakeProvider) -> None:
    with office.browser() as client:
        given = sent_away(client, fake)
        back = client.get(BACK, params=given, headers={"Cookie": _cookies(client)})
        assert back.headers["location"] == "/"


def _cookies(client: httpx.Client) -> str:
    kept = {cookie.name: cookie.value or "" for cookie in client.cookies.jar}
    kept["referent_next"] = "%2F%2Fevil.example"
    return "; ".join(f"{name}={value}" for name, value in kept.items())


def test_without_a_provider(tmp_path: Path) -> None:
    data = filled(tmp_path)
    with serving(data) as served:
        assert served.everyone.get("/connexion/oidc").status_code == 404
        assert served.everyone.get(BACK).status_code == 404
        assert "/connexion/oidc" not in served.everyone.get("/connexion").text
    issuer = {"oidc_issuer": "https://sso.example", "oidc_client_id": "x"}
    with pytest.raises(SettingsError, match="renvoyer"), serving(data, **issuer):
        pass
