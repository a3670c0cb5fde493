"""Coming in and leaving by the pages, and what attacks on that get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from unittest import mock

import httpx
import pytest
from browser import Page, asked, opened, sent
from front_desk import PASSWORD, PUBLIC, Desk, csrf_of, desk, log_in

from api import rules
from api.rules import Rule
from api.serving import LOGINS, LOGINS_WAITING
from rag.accounts.roles import Role

XSS = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server with an administrator, a jurist and an agent."""
    with desk(tmp_path_factory.mktemp("office"), serve_public_url=PUBLIC) as made:
        made.person("chef", Role.ADMINISTRATOR)
        made.person("zoé", Role.AGENT, "rh")
        yield made


@pytest.mark.slow
def test_from_the_first_administrator_to_an_agent_who_leaves(tmp_path: Path) -> None:
    with desk(tmp_path) as empty, empty.browser() as chief, empty.browser() as agent:
        link = f"/bienvenue/{empty.accounts.first_link()}"
        page = opened(chief, link)
        answer = sent(
            chief,
            page,
            link,
            303,
            login="Chef",
            name="La cheffe",
            password=PASSWORD,
            again=PASSWORD,
        )
        assert answer.headers["location"] == "/"
        assert opened(chief, link, 410).words.count("ne vaut plus") == 1
        people = opened(chief, "/administration/personnes")
        made = sent(
            chief, people, "/administration/personnes", login="Léo", name="", services="rh\nvoirie"
        )
        (invitation,) = re.findall(r"<code>http://[^/]+(/bienvenue/[^<]+)</code>", made.text)
        assert invitation not in opened(chief, "/administration/personnes").source

        welcome = opened(agent, invitation)
        assert "Bienvenue, léo" in welcome.words
        sent(agent, welcome, invitation, 303, password=PASSWORD, again=PASSWORD)
        assert "trois mois" in asked(agent, "Quel délai pour le recours gracieux ?").words
        assert agent.get("/administration/personnes").status_code == 403
        left = sent(agent, opened(agent, "/"), "/deconnexion", 303)
        assert left.headers["location"] == "/connexion"
        assert agent.get("/").headers["location"] == "/connexion"
        log_in(agent, "LÉO")
        assert "léo" in opened(agent, "/").words

        (number,) = [p.person_id for p in empty.administration.people() if p.login == "léo"]
        rights = {"role": "agent", "services": ["rh", "voirie"]}
        assert empty.told() == [
            ("chef", {"did": "first-administrator"}),
            ("chef", {"did": "person-added", "person": number, "rights": rights}),
            ("léo", {"did": "password-chosen"}),
            ("léo", {"did": "logout", "person": "self"}),
            ("léo", {"did": "login"}),
        ]


@pytest.mark.parametrize("address", ["/", "/texts", "/verify", "/compte", "/administration/cles"])
def test_who_opens_a_page_is_led_to_the_login_and_back(office: Desk, address: str) -> None:
    with office.browser() as client:
        led = client.get(f"{address}?q=éé", follow_redirects=False)
        assert led.status_code == 303
        assert led.headers["location"].startswith("/connexion")
        assert led.headers["cache-control"] == "no-store"
        page = opened(client, led.headers["location"])
        back = sent(client, page, "/connexion", 303, login="chef", password=PASSWORD)
        assert back.headers["location"] == f"{address}?q=%C3%A9%C3%A9"


def test_programs_are_told_401(office: Desk) -> None:
    with office.browser(Accept="*/*") as client:
        assert client.get("/v1/texts").status_code == 401
        assert client.post("/ask/stream", data={"question": "?"}).status_code == 401
        assert client.get("/texts", headers={"Sec-Fetch-Mode": "cors"}).status_code == 401


ELSEWHERE = ["https://evil.example/", "//evil.example", "/\\evil.example", "/%0d%0aX:y\r\nZ: y"]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_led_elsewhere(office: Desk, address: str) -> None:
    with office.browser() as client:
        page = opened(client, f"/connexion?{httpx.QueryParams(next=address)}")
        assert page.form("/connexion")["next"] == "/"
        back = sent(client, page, "/connexion", 303, login="zoé", password=PASSWORD, next=address)
        assert back.headers["location"] == "/"
        already = client.get("/connexion", params={"next": address})
        assert (already.status_code, already.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    ("headers", "secure"),
    [
        pytest.param({}, False, id="http"),
        pytest.param({"X-Forwarded-Proto": "https"}, True, id="https before the proxy"),
        pytest.param({"Host": "referent.example"}, True, id="the public name"),
        pytest.param({"X-Forwarded-Proto": "javascript"}, False, id="no scheme"),
    ],
)
def test_the_cookie_of_a_session(office: Desk, headers: dict[str, str], secure: bool) -> None:
    with office.browser(**headers) as client:
        token = csrf_of(client)
        kept = {"csrf": client.cookies.get("csrf") or token}
        answer = client.post(
            "/connexion",
            data={"csrf": token, "login": "zoé", "password": PASSWORD},
            headers={"Cookie": f"csrf={kept['csrf']}"},
        )
    (given,) = [
        each
        for each in answer.headers.get_list("set-cookie")
        if each.startswith("referent_session")
    ]
    flags = {flag.strip().lower() for flag in given.split(";")[1:]}
    assert flags == {"httponly", "path=/", "samesite=lax"} | ({"secure"} if secure else set())


def test_a_session_that_was_planted_is_not_taken_over(office: Desk) -> None:
    with office.browser() as client:
        log_in(client, "zoé")
        first = client.cookies["referent_session"]
        with office.browser() as attacked:
            attacked.cookies.set("referent_session", "plante", domain="127.0.0.1")
            log_in(attacked, "zoé")
            values = [cookie.value for cookie in attacked.cookies.jar if "session" in cookie.name]
            assert len(set(values) - {"plante", first}) == 1
        # whoever logs in again, in the same browser, leaves nothing behind
        page = opened(client, "/")
        data = {"csrf": page.form("/preferences")["csrf"], "login": "chef", "password": PASSWORD}
        assert client.post("/connexion", data=data).status_code == 303
        assert client.cookies["referent_session"] != first
    assert office.accounts.caller_of_session(first) is None


POSTED = sorted(
    path
    for (method, path), needed in rules.RULES.items()
    if method == "POST"
    and not path.startswith(("/v1/", "/operator/", "/mcp"))
    and needed is not Rule.OPERATOR
)


@pytest.mark.parametrize("path", POSTED)
def test_every_form_needs_its_token(office: Desk, path: str) -> None:
    people = len(office.administration.people())
    with office.logged_in("chef") as client, office.browser() as stranger:
        theirs = csrf_of(stranger)
        for token in ("", "x", theirs, "é" * 64):
            answer = client.post(path, data={"csrf": token, "login": "intrus"})
            assert answer.status_code == 403, path
            by_header = client.post(path, headers={"X-CSRF-Token": token.replace("é", "e")})
            assert by_header.status_code == 403
        if rules.RULES["POST", path] is Rule.PUBLIC:
            for token in ("", "x", "a" * 43):
                assert stranger.post(path, data={"csrf": token}).status_code == 403
    assert len(office.administration.people()) == people


def test_an_unknown_account_is_answered_as_a_known_one(office: Desk) -> None:
    office.person("fermé")
    office.administration.disable("fermé")
    office.administration.add("invité", "", Role.AGENT, ())
    pages, counts = set(), set()
    for login in ("zoé", "nobody", "fermé", "invité", "", "a\0b", "x" * 5000):
        with office.browser() as client:
            page = opened(client, "/connexion")
            token = page.form("/connexion")["csrf"]
            before = len(office.hashing.verified)
            data = {"csrf": token, "login": login, "password": "faux mot de passe"}
            answer = client.post("/connexion", data=data)
            counts.add(len(office.hashing.verified) - before)
        said = re.sub(r'value="[^"]*"', "", answer.text)
        pages.add((answer.status_code, said))
        assert "incorrect" in said and "faux mot" not in answer.text
        assert not [c for c in answer.headers.get_list("set-cookie") if "session" in c]
    assert len(pages) == 1 and counts == {1}


def test_guessing_is_delayed(office: Desk) -> None:
    office.person("visé")
    with office.browser() as client:
        for _ in range(4):
            log_in(client, "visé", "mauvais", 403)
        late = log_in(client, "visé", PASSWORD, 429)
        assert late.headers["retry-after"] == "1" and "attendez 1 s" in late.text
    with office.browser() as elsewhere:
        log_in(elsewhere, "visé", PASSWORD, 429)
        with office.logged_in("zoé"):  # the others come in
            pass
        office.clock.now += 1
        log_in(elsewhere, "visé", "mauvais", 403)
        assert log_in(elsewhere, "visé", PASSWORD, 429).headers["retry-after"] == "2"


@pytest.mark.slow
def test_an_address_cannot_be_made_up(tmp_path: Path) -> None:
    """Twenty attempts at as many accounts; what stands before our proxy's hop is invention."""
    with desk(tmp_path) as made:
        made.person("zoé")
        for number in range(20):
            with made.browser(f"10.0.0.{number}, 203.0.113.9") as client:
                log_in(client, f"x{number}", "mauvais", 403)
        with made.browser("10.0.0.99, 203.0.113.9") as client:
            log_in(client, "zoé", PASSWORD, 429)
        with made.browser("203.0.113.10") as client:
            log_in(client, "zoé")


@pytest.mark.slow
def test_without_a_trusted_proxy_nobody_is_believed(tmp_path: Path) -> None:
    with desk(tmp_path, serve_trusted_proxies="") as made:
        made.person("zoé")
        for number in range(20):
            with made.browser(f"203.0.113.{number}", **{"X-Forwarded-Proto": "https"}) as client:
                answer = log_in(client, f"x{number}", "mauvais", 403)
                assert "secure" not in str(answer.headers.get_list("set-cookie")).lower()
        with made.browser("203.0.113.99") as client:
            log_in(client, "zoé", PASSWORD, 429)


def test_who_is_disabled_is_out_at_the_next_request(office: Desk) -> None:
    office.person("parti")
    with office.logged_in("parti") as client:
        assert client.get("/").status_code == 200
        office.administration.disable("parti")
        assert client.get("/").headers["location"] == "/connexion"
        log_in(client, "parti", PASSWORD, 403)


def test_names_are_only_words(office: Desk) -> None:
    office.person("xss", Role.ADMINISTRATOR, XSS, name=f'{XSS}" onmouseover="alert(2)')
    with office.logged_in("xss") as client:
        number = office.administration.person("xss").person_id
        key = {"key-name": XSS, "scope": "read", "days": "5"}
        made = sent(client, opened(client, "/compte"), "/compte/cles", **key)
        pages = [made.text]
        for address in ("/", "/compte", "/administration/personnes", "/administration/cles"):
            pages.append(opened(client, address).source)
        pages.append(opened(client, f"/administration/personnes/{number}").source)
        pages.append(opened(client, "/administration/services").source)
        office.administration.disable("xss")
        pages.append(log_in(client, f'"><img src=x onerror=a>{XSS}', "x", 403).text)
    for page in pages:
        assert XSS not in page
        tags = Page(page).tags
        assert all(given.get("src", "/static/").startswith("/static/") for _, given in tags)
        assert not [name for _, given in tags for name in given if name.startswith("on")]


def test_a_link_is_good_once_and_goes_nowhere(office: Desk) -> None:
    _, token = office.administration.add("nouveau", "", Role.AGENT, ())
    link = f"/bienvenue/{token}"
    with office.browser() as client:
        shown = client.get(link)
        assert shown.headers["referrer-policy"] == "no-referrer"
        assert shown.headers["cache-control"] == "no-store"
        page = Page(shown.text)
        for given, said in [
            ({"password": "bref !", "again": "bref !"}, "trop court"),
            ({"password": PASSWORD, "again": "autre chose !"}, "pas les mêmes"),
            ({"password": "motdepasse12345", "again": "motdepasse12345"}, "premiers"),
        ]:
            again = sent(client, page, link, 422, **given)
            fields = {g.get("id"): g for _, g in Page(again.text).tags}
            wrong = "again" if "mêmes" in said else "password"
            assert said in again.text and given["password"] not in again.text
            assert fields[wrong]["aria-invalid"] == "true"
            assert f"{wrong}-wrong" in fields[wrong]["aria-describedby"].split()
            assert f"{wrong}-wrong" in fields
        done = sent(client, page, link, 303, password=PASSWORD, again=PASSWORD)
        assert token not in done.headers["location"]
        assert client.get(link).status_code == 410
        log_out = opened(client, "/")
        sent(client, log_out, "/deconnexion", 303)
        spent = sent(
            client, page, link, 410, csrf=csrf_of(client), password=PASSWORD, again=PASSWORD
        )
        assert "ne vaut plus" in spent.text
    for wrong_token in ("x", "a" * 43, "../../etc/passwd", "%00"):
        assert client_status(office, f"/bienvenue/{wrong_token}") in (404, 410)


def client_status(office: Desk, address: str) -> int:
    with office.browser() as client:
        return client.get(address).status_code


def test_logins_wait_in_a_short_line(office: Desk) -> None:
    """While all verifications are under way, other pages are served; too long a line is refused."""
    going_on, may_end = Event(), Event()

    def slow(kept: str | None, password: str) -> bool:
        going_on.set()
        may_end.wait(20)
        return False

    many = LOGINS + LOGINS_WAITING + 3
    with (
        office.browser("203.0.113.77") as client,
        mock.patch.object(office.hashing, "matches", slow),
    ):
        token = csrf_of(client)
        data = {"csrf": token, "password": "x"}
        with ThreadPoolExecutor(many) as pool:
            tried = [
                pool.submit(client.post, "/connexion", data={**data, "login": f"l{number}"})
                for number in range(many)
            ]
            assert going_on.wait(10)
            assert opened(client, "/connexion").words
            refused = [each.result(10) for each in _first_done(tried, 3)]
            may_end.set()
        assert {answer.status_code for answer in refused} == {429}
        assert all(answer.headers["retry-after"] for answer in refused)
        ended = [each.result().status_code for each in tried]
        assert ended.count(403) == LOGINS + LOGINS_WAITING


def _first_done(tried: list, count: int) -> list:  # type: ignore[type-arg]
    from concurrent.futures import as_completed

    done = as_completed(tried, timeout=10)
    return [next(done) for _ in range(count)]


def test_english_is_spoken_here_too(office: Desk) -> None:
    with office.browser(**{"Accept-Language": "en"}) as client:
        refused = Page(log_in(client, "zoé", "mauvais", 403).text)
        assert "Wrong login or password." in refused.words and "Error: Log in" in refused.words
        page = opened(client, "/connexion")
        assert "Welcome" not in page.words and "Password" in page.words
