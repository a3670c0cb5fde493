"""One's own account, and the administration of people, keys and rights."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from browser import Page, opened, sent
from front_desk import PASSWORD, Desk, csrf_of, desk, log_in
from sqlalchemy import text

from rag.accounts.roles import Permission, Role

NEW = "quatre mots bien rangés"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server with an administrator of no service."""
    with desk(tmp_path_factory.mktemp("people")) as made:
        made.person("chef", Role.ADMINISTRATOR)
        yield made


@pytest.fixture
def chief(office: Desk) -> Iterator[httpx.Client]:
    with office.logged_in("chef") as client:
        yield client


def post(client: httpx.Client, address: str, status: int = 303, **given: str) -> httpx.Response:
    """Send a form that carries its token."""
    answer = client.post(address, data={"csrf": csrf_of(client), **given})
    assert answer.status_code == status, answer.text
    return answer


def secret_of(page: str) -> str:
    """The key that is shown."""
    (key,) = re.findall(r"<code>(ref_[^<]+)</code>", page)
    return str(key)


# One's own account


def test_a_key_is_shown_once_and_opens_what_it_says(office: Desk) -> None:
    office.person("prog", Role.LEGAL)
    with office.logged_in("prog") as client:
        page = opened(client, "/compte")
        assert 'value="admin-people"' not in page.source and 'value="verify"' in page.source
        made = sent(client, page, "/compte/cles", **{"key-name": "robot", "scope": "read"})
        key = secret_of(made.text)
        assert made.headers["cache-control"] == "no-store"
        again = opened(client, "/compte")
        assert key not in again.source and "robot" in again.words
        bearer = {"Authorization": f"Bearer {key}"}
        with office.browser() as program:
            assert program.get("/v1/texts", headers=bearer).status_code == 200
            assert program.get("/v1/changes", headers=bearer).status_code == 403
            assert program.get("/compte", headers=bearer).status_code == 403
            key_id = again.form("/compte/cles/revoquer")["key"]
            sent(client, again, "/compte/cles/revoquer", 303, key=key_id)
            assert program.get("/v1/texts", headers=bearer).status_code == 401
    did = [told["did"] for who, told in office.told() if who == "prog"]
    assert did == ["login", "key-created", "key-revoked"]
    assert key not in str(office.told())


@pytest.mark.slow
def test_one_has_so_many_keys(tmp_path: Path) -> None:
    with desk(tmp_path, keys_per_person=1) as made:
        made.person("prog")
        with made.logged_in("prog") as client:
            given = {"key-name": "robot", "scope": "read"}
            sent(client, opened(client, "/compte"), "/compte/cles", **given)
            refused = sent(client, opened(client, "/compte"), "/compte/cles", 409, **given)
            assert "Trop de clés en service." in Page(refused.text).words
        assert len(made.administration.keys_of("prog")) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        pytest.param({"key-name": "", "scope": "read"}, "key-name", id="no name"),
        pytest.param({"key-name": "a"}, "scope", id="no scope"),
        pytest.param({"key-name": "a", "scope": "admin-people"}, "scope", id="not for keys"),
        pytest.param({"key-name": "a", "scope": "read-journal"}, "scope", id="not theirs"),
        pytest.param({"key-name": "a", "scope": "read", "days": "367"}, "days", id="too long"),
        pytest.param({"key-name": "a", "scope": "read", "days": "-1"}, "days", id="no days"),
        pytest.param({"key-name": "a", "scope": "read", "days": "9" * 400}, "days", id="digits"),
    ],
)
def test_a_key_that_cannot_be_made(office: Desk, given: dict[str, str], field: str) -> None:
    if not [person for person in office.administration.people() if person.login == "sans"]:
        office.person("sans")
    with office.logged_in("sans") as client:
        refused = post(client, "/compte/cles", 422, **{"days": "90", **given})
        assert f'href="#{field}"' in refused.text and field in Page(refused.text).ids
        assert "ref_" not in refused.text
    assert office.administration.keys_of("sans") == []


def test_nobody_revokes_anothers_key(office: Desk) -> None:
    office.person("une")
    office.person("autre")
    secret, key = office.administration.create_key("une", "à elle", [Permission.READ], 5)
    with office.logged_in("autre") as client:
        post(client, "/compte/cles/revoquer", 404, key=key.key_id)
        post(client, "/administration/cles/revoquer", 403, key=key.key_id)
    assert office.accounts.caller_of_key(secret) is not None


def test_another_password_ends_every_session(office: Desk) -> None:
    office.person("pass")
    with office.logged_in("pass") as client, office.logged_in("pass") as other:
        page = opened(client, "/compte")
        assert page.source.count("<li>depuis le") == 3  # with the one that the link opened
        old = client.cookies["referent_session"]
        change = "/compte/mot-de-passe"
        for status, given, field in [
            (403, {"current": "faux", "password": NEW, "again": NEW}, "current"),
            (422, {"current": PASSWORD, "password": "court", "again": "court"}, "password"),
            (422, {"current": PASSWORD, "password": NEW, "again": PASSWORD}, "again"),
        ]:
            wrong = Page(sent(client, page, change, status, **given).text)
            fields = {given.get("id"): given for _, given in wrong.tags}
            assert fields[field]["aria-invalid"] == "true" and f"{field}-wrong" in fields
        sent(client, page, change, 303, current=PASSWORD, password=NEW, again=NEW)
        assert client.cookies["referent_session"] != old
        assert "est changé" in opened(client, "/compte?fait=mot-de-passe").words
        assert other.get("/").status_code == 303
        log_in(other, "pass", PASSWORD, 403)
        log_in(other, "pass", NEW)
        sent(client, opened(client, "/compte"), "/compte/sessions", 303)
        assert client.get("/").status_code == other.get("/").status_code == 303


# People


def test_what_an_administrator_changes_counts_at_once(office: Desk, chief: httpx.Client) -> None:
    number = office.person("mobile", Role.AGENT)
    one = f"/administration/personnes/{number}"
    secret, key = office.administration.create_key("mobile", "clé", [Permission.READ], 5)
    with office.logged_in("mobile") as client:
        assert client.get("/verify").status_code == 403
        post(chief, f"{one}/droits", role="legal", services="RH\n\n voirie ")
        assert client.get("/verify").status_code == 200
        assert "rh, voirie" in opened(client, "/compte").words
        page = opened(chief, f"{one}?fait=droits")
        assert "sont changés" in page.words and page.form(f"{one}/droits")["services"]
        post(chief, f"{one}/etat", disabled="1")
        assert client.get("/").status_code == 303
        assert office.accounts.caller_of_key(secret) is None
        refused = post(chief, f"{one}/lien", 404)
        assert "désactivé" in refused.text
        post(chief, f"{one}/etat", disabled="0")
        assert client.get("/").status_code == 303  # the session stays ended
    link = re.search(r"(/bienvenue/[^<]+)</code>", post(chief, f"{one}/lien", 200).text)
    assert link
    with office.browser() as client:
        sent(client, opened(client, link[1]), link[1], 303, password=NEW, again=NEW)
        log_in_again = opened(client, "/")
        assert "mobile" in log_in_again.words
    assert key.name in opened(chief, "/administration/cles").words
    post(chief, "/administration/cles/revoquer", key=key.key_id)
    post(chief, "/administration/cles/revoquer", 404, key=key.key_id)
    mine = [told for who, told in office.told() if told.get("person") == number and who == "chef"]
    did = ["rights", "disabled", "enabled", "password-link", "key-revoked"]
    assert [told["did"] for told in mine] == did
    assert mine[0]["rights"] == {"role": "legal", "services": ["rh", "voirie"]}
    assert "mobile" not in str(mine)  # people stand there by number: names can be erased


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"login": "chef"}, "login"),
        ({"login": "a b"}, "login"),
        ({"login": "neuf", "name": "x" * 201}, "name"),
        ({"login": "neuf", "services": "x" * 201}, "services"),
    ],
)
def test_who_cannot_be_added(
    office: Desk, chief: httpx.Client, given: dict[str, str], field: str
) -> None:
    before = office.administration.people()
    status = 409 if given["login"] == "chef" else 422
    refused = post(chief, "/administration/personnes", status, role="agent", **given)
    page = Page(refused.text)
    assert f'href="#{field}"' in refused.text and f"{field}-wrong" in page.ids
    assert page.form("/administration/personnes")["login"] == given["login"]
    assert office.administration.people() == before


def test_a_role_of_no_such_name_is_the_least(office: Desk, chief: httpx.Client) -> None:
    post(chief, "/administration/personnes", 200, login="douteux", role="operator")
    assert office.administration.person("douteux").role == "agent"


def test_the_last_administrator_stays(office: Desk, chief: httpx.Client) -> None:
    one = f"/administration/personnes/{office.administration.person('chef').person_id}"
    refused = post(chief, f"{one}/droits", 409, role="agent", services="rh")
    assert "dernier compte" in refused.text
    assert "dernier compte" in post(chief, f"{one}/etat", 409, disabled="1").text
    chef = office.administration.person("chef")
    assert (chef.role, chef.services, chef.disabled) == ("administrator", frozenset(), False)


def test_nobody_of_that_number(chief: httpx.Client) -> None:
    for number in ("0" * 24, "x", "..%2f..", "%00"):
        assert chief.get(f"/administration/personnes/{number}").status_code == 404
        post(chief, f"/administration/personnes/{number}/etat", 404, disabled="1")


def test_only_administrators_administer(office: Desk) -> None:
    for role in (Role.AGENT, Role.LEGAL, Role.MAINTAINER):
        number = office.person(f"r-{role}", role)
        with office.logged_in(f"r-{role}") as client:
            assert "Administration" not in opened(client, "/").words
            for address in ("personnes", f"personnes/{number}", "cles", "services", "services/x"):
                assert client.get(f"/administration/{address}").status_code == 403
            post(client, f"/administration/personnes/{number}/droits", 403, role="administrator")
        assert office.administration.person(f"r-{role}").role == role


@pytest.mark.slow
def test_under_pseudonyms_nothing_tells_whose_they_are(tmp_path: Path) -> None:
    with desk(tmp_path, journal_names="pseudonym") as made:
        number = made.person("chef", Role.ADMINISTRATOR)
        with made.logged_in("chef") as client:
            one = f"/administration/personnes/{number}"
            post(client, f"{one}/droits", role="administrator", services="rh")
            post(client, "/compte/cles", 200, **{"key-name": "a", "scope": "read", "days": "5"})
        told = made.told()
        assert [did["did"] for _, did in told] == ["login", "rights", "key-created"]
        assert told[1][1]["person"] == "self"
        assert len({who for who, _ in told}) == 1
        assert "chef" not in str(told) and number not in str(told)


@pytest.mark.slow
def test_what_cannot_be_journalled_is_not_changed(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        number = made.person("zoé", Role.AGENT, "rh")
        made.person("chef", Role.ADMINISTRATOR)
        with made.logged_in("chef") as client:
            page = opened(client, "/compte").form("/compte/cles")
            with made.accounts.store.writing() as connection:
                connection.execute(text("ALTER TABLE journal RENAME TO torn"))
            one = f"/administration/personnes/{number}"
            for address, given in (
                ("/administration/personnes", {"login": "léo", "role": "agent"}),
                (f"{one}/droits", {"role": "legal", "services": "voirie"}),
                (f"{one}/etat", {"disabled": "1"}),
                (f"{one}/lien", {}),
                ("/compte/cles", {"key-name": "a", "scope": "read", "days": "5"}),
                ("/administration/services/secret-md", {"to": "tous"}),
            ):
                answer = client.post(address, data={"csrf": page["csrf"], **given})
                assert answer.status_code == 503, address
            with made.accounts.store.writing() as connection:
                connection.execute(text("ALTER TABLE torn RENAME TO journal"))
            assert opened(client, "/administration/services/secret-md").form(
                "/administration/services/secret-md"
            )["services"].split() == ["rh"]
    zoe = made.administration.person("zoé")
    assert (zoe.role, zoe.services, zoe.disabled) == ("agent", frozenset({"rh"}), False)
    assert {person.login for person in made.administration.people()} == {"zoé", "chef"}
    assert made.administration.keys_of() == []


# Rights of texts


def found(client: httpx.Client) -> bool:
    """Whether this person's search finds the note of the service "rh"."""
    return "zibeline des agents" in client.get("/texts?q=zibeline").text


def soon(true: Callable[[], bool]) -> bool:
    """Whether it becomes true: the index follows within a moment."""
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


@pytest.mark.slow
def test_rights_are_managed_without_reading(office: Desk, chief: httpx.Client) -> None:
    office.person("voyer", Role.AGENT, "voirie")
    with office.logged_in("voyer") as client:
        listed = opened(chief, "/administration/services?q=interne")
        assert "Note interne" in listed.words and "Règlement général" not in listed.words
        assert not found(chief) and not found(client)
        assert "Note interne" not in opened(chief, "/texts").words
        (address,) = [
            link["href"]
            for link in listed.links
            if link["href"].startswith("/administration/services/")
        ]
        page = opened(chief, address)
        assert "zibeline" not in page.source and "rh" in page.form(address)["services"]
        post(chief, address, 422, to="services", services=" \n ")  # must not open it to everyone
        assert not found(client)
        post(chief, address, to="services", services="RH\nVoirie")
        assert soon(lambda: found(client)) and not found(chief)
        post(chief, address, to="services", services="rh")
        assert not found(client)
        post(chief, address, to="tous", services="rh")
        assert soon(lambda: found(client)) and soon(lambda: found(chief))
        post(chief, address, to="services", services="rh")
        assert not found(client) and not found(chief)
        post(chief, address, 422, to="services", services="x" * 201)
        post(chief, "/administration/services/absent", 404, to="tous")
        assert chief.get("/administration/services/absent").status_code == 404
    rights = [told for _, told in office.told() if told["did"] == "text-services"]
    assert [(told["before"], told["after"]) for told in rights] == [
        (["rh"], ["rh", "voirie"]),
        (["rh", "voirie"], ["rh"]),
        (["rh"], []),
        ([], ["rh"]),
    ]
