"""`referent people` and `referent keys`, as the owner of the data folder uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import Ran, referent

from api.accounts_commands import WELCOME
from rag.accounts.administration import Administration
from rag.accounts.authority import Accounts
from rag.accounts.people import Person
from rag.accounts.store import Store
from rag.bootstrap import Parts, open_parts
from rag.database import reading
from rag.journal.filters import Filter
from rag.journal.reading import entries
from rag.settings import NO_MODEL, Settings

PASSWORD = "cheval agrafe pile juste"


def people(data: Path, *arguments: object) -> Ran:
    return referent("people", *arguments, "--data", data)


def keys(data: Path, *arguments: object) -> Ran:
    return referent("keys", *arguments, "--data", data)


def added(data: Path, *arguments: object) -> dict[str, object]:
    ran = people(data, "add", *arguments, "--json")
    assert ran.status == 0, ran
    shape: dict[str, object] = ran.json
    return shape


def test_a_person_is_added_and_chooses_a_password(tmp_path: Path) -> None:
    given = ("--name", "Zoé D.", "--role", "legal", "--service", "RH", "--service", "Voirie")
    shape = added(tmp_path, "Zoé", *given)
    link = str(shape.pop("link"))
    assert shape.pop("created")
    assert shape == {
        "login": "zoé",
        "name": "Zoé D.",
        "role": "legal",
        "services": ["rh", "voirie"],
        "disabled": False,
    }
    assert link.startswith(WELCOME)
    with open_parts(Settings(data=tmp_path)) as parts:
        opened = Accounts(parts.registry, parts.settings).accept(link[len(WELCOME) :], PASSWORD)
        assert opened.token


@pytest.mark.slow
def test_every_change_is_journalled(tmp_path: Path) -> None:
    link = added(tmp_path, "zoé", "--service", "RH")["link"]
    people(tmp_path, "role", "zoé", "legal")
    people(tmp_path, "services", "zoé", "Voirie")
    people(tmp_path, "disable", "zoé")
    people(tmp_path, "disable", "zoé", "--undo")
    people(tmp_path, "password-link", "zoé")
    key = keys(tmp_path, "create", "zoé", "essai", "--scope", "read", "--json").json
    keys(tmp_path, "revoke", key["key_id"])
    assert people(tmp_path, "role", "personne", "legal").status != 0
    with open_parts(Settings(data=tmp_path, embedding_model=NO_MODEL)) as parts:
        number = people_of(parts)[0].person_id
        with reading(parts.registry) as connection:
            found = [each.entry for each in entries(connection, Filter())]
    assert {(e.kind, e.who, e.door) for e in found} == {("account", "operator", "command")}
    told = [json.loads(e.detail) for e in found]
    assert {each.pop("person") for each in told} == {number}
    assert told == [
        {"did": "person-added", "rights": {"role": "agent", "services": ["rh"]}},
        {"did": "rights", "rights": {"role": "legal"}},
        {"did": "rights", "rights": {"services": ["voirie"]}},
        {"did": "disabled"},
        {"did": "enabled"},
        {"did": "password-link"},
        {"did": "key-created", "scope": ["read"]},
        {"did": "key-revoked"},
    ]
    assert str(link) not in str(found) and key["key"] not in str(found)


def people_of(parts: Parts) -> list[Person]:
    return Administration(Store(parts.registry)).people()


def test_what_a_person_sees(tmp_path: Path) -> None:
    out = people(tmp_path, "add", "zoé").out
    assert "zoé\tzoé\tagent\t\tactif" in out and f"\n{WELCOME}" in out and "24 h" in out
    assert people(tmp_path, "list").out == "zoé\tzoé\tagent\t\tactif\n"
    assert "désactivé" in people(tmp_path, "disable", "zoé").out
    assert "actif" in people(tmp_path, "disable", "zoé", "--undo").out
    assert "maintainer" in people(tmp_path, "role", "zoé", "maintainer").out
    assert "rh, voirie" in people(tmp_path, "services", "zoé", "Voirie", "RH").out
    assert people(tmp_path, "services", "zoé").out == "zoé\tzoé\tmaintainer\t\tactif\n"
    assert WELCOME in people(tmp_path, "password-link", "zoé").out


def test_a_list_holds_nothing_that_opens_anything(tmp_path: Path) -> None:
    added(tmp_path, "zoé")
    (shape,) = people(tmp_path, "list", "--json").json["people"]
    assert set(shape) == {"login", "name", "role", "services", "disabled", "created"}


def test_a_key_is_shown_once(tmp_path: Path) -> None:
    added(tmp_path, "zoé", "--role", "legal")
    scope = ("--scope", "ask", "--scope", "verify")
    made = keys(tmp_path, "create", "zoé", "mon script", *scope, "--days", 7, "--json").json
    secret = made.pop("key")
    assert secret.startswith("ref_") and made["scope"] == ["ask", "verify"]
    listed = keys(tmp_path, "list", "--json")
    assert listed.json == {"keys": [made]} and secret[4:] not in listed.out
    with open_parts(Settings(data=tmp_path)) as parts:
        accounts = Accounts(parts.registry, parts.settings)
        assert accounts.caller_of_key(secret) is not None
        assert keys(tmp_path, "revoke", made["key_id"]).status == 0
        assert accounts.caller_of_key(secret) is None
    assert "révoquée" in keys(tmp_path, "list", "zoé").out
    assert keys(tmp_path, "revoke", made["key_id"], "--json").status == 1


def test_a_key_for_people(tmp_path: Path) -> None:
    added(tmp_path, "zoé")
    out = keys(tmp_path, "create", "zoé", "essai", "--scope", "ask").out
    assert out.startswith("ref_") and "ne sera plus affichée" in out
    assert "essai\task\t" in keys(tmp_path, "list").out


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("people", "add", "zoé"), 1, "déjà pris"),
        (("people", "add", "deux mots"), 2, "identifiant inutilisable"),
        (("people", "add", "x", "--role", "roi"), 2, "--role"),
        (("people", "role", "nobody", "agent"), 1, "personne n'a cet identifiant"),
        (("people", "disable", "nobody"), 1, "personne n'a cet identifiant"),
        (("people", "password-link", "\udcff"), 1, "personne n'a cet identifiant"),
        (("people", "add"), 2, "argument manquant"),
        (("people", "add", "x", "--password", PASSWORD), 2, "option inconnue"),
        (("keys", "create", "zoé", "k", "--scope", "fly"), 2, "fly"),
        (("keys", "create", "zoé", "k", "--scope", "verify"), 2, "portée"),
        (("keys", "create", "zoé", "k", "--scope", "own-keys"), 2, "portée"),
        (("keys", "create", "zoé", "k", "--scope", "ask", "--days", "400"), 2, "366"),
        (("keys", "create", "zoé", "k"), 2, "--scope"),
        (("keys", "list", "nobody"), 1, "personne n'a cet identifiant"),
        (("keys", "revoke", "12"), 1, "aucune clé"),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    added(tmp_path, "zoé")
    ran = referent(*arguments, "--data", tmp_path)
    assert ran.status == status and said in ran.err and "À faire" in ran.err, ran
    assert len(json.loads(people(tmp_path, "list", "--json").out)["people"]) == 1


def test_control_characters_do_not_reach_the_screen(tmp_path: Path) -> None:
    assert people(tmp_path, "add", "zoé", "--name", "a\x1b[2Jb").status == 2
    assert people(tmp_path, "add", "zoé", "--service", "a\x1b[2Jb").status == 2
