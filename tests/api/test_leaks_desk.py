"""Administrators see use, not what is restricted; errors show nothing of the server's inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from leaks_asks import Ask, tool
from leaks_world import Office, Person, office, thing

from rag.accounts.roles import Role
from rag.bootstrap import open_parts
from rag.database import reading
from rag.journal.entry import EXPORT, READ_QUESTION
from rag.journal.filters import Filter
from rag.journal.reading import Recorded, entries
from rag.settings import NO_MODEL, Settings

pytestmark = pytest.mark.slow
HELD = thing(21, ["voirie"], ["copie"])
READER = Person("lectrice", Role.AGENT, frozenset({"voirie"}))
LEGAL = Person("juriste", Role.LEGAL, frozenset())
HEAD = Person("responsable", Role.ADMINISTRATOR, frozenset({"ecoles"}))
QUESTION = f"Où la demande de {HELD.later} est-elle adressée ?"
UNANSWERED = f"Que dit-on de {HELD.words} et de la zibeline ?"
REASON = "réclamation du 3 mars"
JOURNAL = "/administration/journal"
INSIDE = re.compile(r"Traceback|\.py\b|sqlite|sqlalchemy|pydantic_core|/site-packages|/tmp/|/root/")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office where a restricted text was asked about, cited, and not."""
    with office(tmp_path_factory.mktemp("desk"), [HELD], [READER, HEAD, LEGAL]) as made:
        for question in (QUESTION, UNANSWERED):
            asked = Ask(("POST", "/v1/ask"), "/v1/ask", more={"json": {"question": question}})
            assert asked.send(made.served.everyone, made.people[0]).status_code == 200
        for reference in (f"{HELD.ident}#2", f"article {HELD.number} {HELD.full_title}"):
            at = f"/v1/articles/{quote(reference, safe='')}"
            read = Ask(("GET", "/v1/articles"), at).send(made.served.everyone, made.people[0])
            assert read.status_code == 200
        yield made


def at_desk(opened: Office, method: str, path: str, **form: str) -> tuple[int, str]:
    """Status and body that the administrator gets."""
    ask = Ask((method, path), path, True, more={"data": form} if form else {})
    response = ask.send(opened.served.everyone, opened.people[1])
    return response.status_code, response.text


def recorded(opened: Office) -> list[Recorded]:
    """The journal."""
    chosen = Settings(data=opened.served.data, embedding_model=NO_MODEL)
    with open_parts(chosen) as parts, reading(parts.registry) as connection:
        return list(entries(connection, Filter()))


def names_in(words: str) -> set[str]:
    """The secrets of the text that stand there."""
    return {name for name in HELD.secrets if name in words}


@pytest.mark.parametrize(
    "path",
    ["/administration/statistiques", JOURNAL, f"{JOURNAL}?kind=ask", f"{JOURNAL}?service=voirie"],
)
def test_pages_of_use_name_nothing_restricted(opened: Office, path: str) -> None:
    assert any(each.entry.versions for each in recorded(opened)), "nothing is cited"
    status, body = at_desk(opened, "GET", path)
    assert status == 200 and not names_in(body)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_without_words_names_nothing_restricted(opened: Office, form: str) -> None:
    status, body = at_desk(opened, "POST", f"{JOURNAL}/export", format=form)
    assert status == 200 and READER.login in body and not names_in(body)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_with_words_is_for_a_reason_and_names_no_version(
    opened: Office, form: str
) -> None:
    before = len(recorded(opened))
    wanted = {"format": form, "words": "1", "kind": "ask"}
    status, body = at_desk(opened, "POST", f"{JOURNAL}/export", **wanted)
    assert status == 422 and not names_in(body) and len(recorded(opened)) == before
    status, body = at_desk(opened, "POST", f"{JOURNAL}/export", **wanted, reason=REASON)
    assert status == 200 and names_in(body) == {HELD.later, HELD.words}
    told = [each.entry for each in recorded(opened) if each.entry.kind == EXPORT]
    assert told[-1].reason == REASON and told[-1].who == HEAD.login


def test_questions_are_read_for_a_reason(opened: Office) -> None:
    asked = next(each.entry for each in recorded(opened) if each.entry.kind == "ask")
    given = {"request_id": asked.request_id}
    status, body = at_desk(opened, "POST", f"{JOURNAL}/question", **given, reason=" ")
    assert status == 422 and not names_in(body)
    assert not [each for each in recorded(opened) if each.entry.kind == READ_QUESTION]
    status, body = at_desk(opened, "POST", f"{JOURNAL}/question", **given, reason=REASON)
    assert status == 200 and names_in(body) == {HELD.later}
    (told,) = (each.entry for each in recorded(opened) if each.entry.kind == READ_QUESTION)
    assert (told.reason, told.who, told.about) == (REASON, HEAD.login, asked.request_id)


def test_what_is_held_of_a_person_names_no_version(opened: Office) -> None:
    given = {"who": READER.login, "do": "export"}
    status, body = at_desk(opened, "POST", f"{JOURNAL}/personne", **given)
    assert status == 422 and not names_in(body)
    status, body = at_desk(opened, "POST", f"{JOURNAL}/personne", **given, reason=REASON)
    assert status == 200 and QUESTION in body
    versions = opened.versions[HELD.ident]
    assert not [version for version in versions if version in body]


# Errors

HOSTILE = (
    "../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "\0", "a" * 3000, "\u202e",
    "'; DROP TABLE texts", "<script>alert(1)</script>",
    "{{7*7}}", "%s%n", "\n\r\nX: y", "#", "?", "article 1" * 200,
    "🦦", "\\\\host\\share", "file:///etc/passwd", "reglement#2' OR 1=1 --",
)  # fmt: skip
PATHS = (
    "/v1/articles/", "/articles/", "/texts/", "/mises-a-jour/", "/static/", "/bienvenue/",
    "/conversations/", "/administration/personnes/", "/administration/services/",
)  # fmt: skip
FIELDS = (
    "/v1/changes?text=", "/v1/changes?since=", "/changes?text=", "/changes?since=", "/texts?q=",
    "/texts?as_of=", "/articles/reglement%232?version=", "/articles/reglement%232?start=", "/?q=",
    "/mises-a-jour?q=", "/administration/journal?who=", "/administration/journal?before=",
    "/administration/statistiques?since=", "/administration/services?q=",
    "/v1/articles/reglement%232?as_of=",
)  # fmt: skip


@pytest.mark.parametrize("start", [*PATHS, *FIELDS])
def test_hostile_names_show_nothing_of_the_inside(opened: Office, start: str) -> None:
    for name in (*(quote(each, safe="") for each in HOSTILE), "%ED%A0%80", "%FF"):
        for person in opened.people[:2]:
            for page in (False, True):
                ask = Ask(("GET", start), f"{start}{name}", page)
                check_closed(opened, ask, person)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_show_nothing_of_the_inside(opened: Office, name: str) -> None:
    bodies = ({"question": name}, {"question": "recours", "model": name}, {name: name})
    for body in bodies:
        for path in ("/v1/search", "/v1/ask", "/v1/verify", "/v1/feedback"):
            ask = Ask(("POST", path), path, more={"json": body})
            check_closed(opened, ask, opened.people[0])
    for ask in (tool("article", reference=name), tool(name, question="recours")):
        check_closed(opened, ask, opened.people[0])


@pytest.mark.parametrize("suffix", ["pdf", "docx", "odt", "html", "md", "xlsx", "eml", "exe", ""])
def test_a_document_that_cannot_be_read_says_only_so(opened: Office, suffix: str) -> None:
    name = f"../../{HELD.file}.{suffix}"
    for content in (b"", b"\0\xff" * 500, b"PK\x03\x04" + b"\0" * 300, b"%PDF-1.7\n%broken"):
        file = {"file": (name, content)}
        ask = Ask(("POST", "/v1/verify"), "/v1/verify", more={"files": file})
        assert HELD.file not in check_closed(opened, ask, opened.people[2])


def check_closed(opened: Office, ask: Ask, person: Person) -> str:
    """Whatever is asked, the answer is no failure of the server and shows nothing of it."""
    response = ask.send(opened.served.everyone, person)
    told = response.text
    assert response.status_code < 500, f"{ask}: {told}"
    found = INSIDE.search(told)
    assert not found, f"{ask}: {found}"
    assert person.may_read(HELD) or not names_in(told) & ask.hidden(HELD)
    return told
