"""Pages over a folder where everything that has a name attacks whoever shows it.

The table of all attacks is in ../test_attacks.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import fake_ollama as ollama
import httpx
import pytest
from browser import Page
from desk_office import Office, Person, office
from test_web_model import writes

from ingest.pipeline import Ingest, IngestOptions
from ingest.sources.base import ReadOptions
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings

EVIL = (
    "\"><img src=https://evil.example/i onerror=alert(1)>'</script><script>alert(2)</script>"
    "</textarea></title>{{ 7777*7 }} ![x](https://evil.example/m) [y](javascript:alert(3))"
)
NAME = "x\"><img src=x onerror=alert(4)>' ![x](y).txt"
TEXT = f"""Règlement {EVIL}

Article 1 – {EVIL}

Le coquelicot est interdit, selon l'article 2 du présent règlement {EVIL}

Article 2 – Recours

Le recours gracieux est formé dans un délai de {{delay}} mois, data:text/html;base64,PHNjcmlwdD4=
"""
PUBLISHER = "https://www.legifrance.gouv.fr/"
NEVER = {"img", "iframe", "object", "embed", "base", "video", "audio", "applet", "frame", "style"}
ADDRESSES = ("href", "src", "action", "formaction", "srcset", "poster", "data", "xlink:href")
MOST = 150  # pages of one walk


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Two states of a hostile text, one of a service, a hostile model, hostile people and keys."""
    folder = tmp_path_factory.mktemp("attacks")
    source, data = folder / NAME, folder / "data"
    with open_parts(Settings(data=data, embedding_model=NO_MODEL)) as parts:
        for year, delay in (("2025", "deux"), ("2026", "trois")):
            source.write_text(TEXT.replace("{delay}", delay), "utf-8")
            read = ReadOptions(effective=date(int(year), 1, 1))
            assert not Ingest(parts, IngestOptions(read=read)).run([source]).failures
    hostile = EVIL.replace("{", "{{").replace("}", "}}")
    wrong = f"Le recours gracieux est formé dans un délai de neuf mois {hostile} [{{n}}]."
    model = {f"m {EVIL}"[:60]: writes(wrong)}
    with (
        ollama.serving(**model) as fake,
        office(data, model_url=fake.url, model=next(iter(model))) as opened,
    ):
        _people(opened["admin-rh"])
        yield opened


def _people(admin: Person) -> None:
    given = {"login": "méchant", "name": EVIL[:190], "role": "agent"}
    admin.post("/administration/personnes", **given, services=f"rh\n{EVIL}"[:190])
    admin.post("/compte/cles", **{"key-name": EVIL[:190], "scope": "read", "days": "5"})


def ask(person: Person, question: str, model: str = "") -> Page:
    """The page of the answer, where it is kept."""
    headers = {"Cookie": f"referent_session={person.session}", "Accept": "text/html"}
    data = {"csrf": person.csrf, "question": question, "model": model}
    answer = person.client.post("/ask", data=data, headers=headers)
    assert answer.status_code in (200, 303), answer.text
    return person.page(answer.headers["location"]) if answer.is_redirect else Page(answer.text)


def check(page: Page, address: str) -> None:
    """Nothing in it runs, is fetched or leads elsewhere."""
    for tag, given in page.tags:
        assert tag not in NEVER, (address, tag, given)
        for name, value in given.items():
            assert not name.startswith("on") and name != "style", (address, tag, given)
            if name in ADDRESSES:
                ours = value[:1] in ("/", "#", "?", "") and value[:2] != "//"
                assert ours or (tag == "a" and value.startswith(PUBLISHER)), (address, tag, given)
        if tag == "script":
            assert set(given) == {"src", "defer"} and given["src"].startswith("/static/")
        if tag == "link":
            assert given["href"].startswith("/static/")
        if given.get("http-equiv"):
            assert given["content"].isdigit(), (address, given)
    assert "54439" not in page.source, address


def walk(person: Person) -> dict[str, Page]:
    """Every page that its links lead to, each checked; of an address with a query, some."""
    seen: dict[str, Page] = {}
    waiting, queries = ["/"], dict[str, int]()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        path = address.partition("?")[0]
        queries[path] = queries.get(path, 0) + 1
        if address in seen or queries[path] > 3:
            continue
        answer = person.client.get(address, headers=person._headers)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        assert answer.status_code in (200, 403), (address, answer.text)
        seen[address] = page = Page(answer.text)
        check(page, address)
        found = (urldefrag(urljoin(address, link.get("href", "")))[0] for link in page.links)
        waiting += [each for each in found if each.startswith("/")]
    return seen


@pytest.mark.slow
@pytest.mark.parametrize(
    ("login", "some"),
    [
        ("juriste", {"/texts", "/verify", "/changes"}),
        ("mainteneur", {"/texts", "/mises-a-jour"}),
        ("admin-rh", {"/administration/personnes", "/administration/journal"}),
    ],
)
def test_every_page_that_can_be_reached(place: Office, login: str, some: set[str]) -> None:
    for question in (f"Le recours ? {EVIL}", f"Le coquelicot ? {EVIL}"):
        ask(place[login], question)
    seen = walk(place[login])
    assert some <= {address.partition("?")[0] for address in seen}
    assert any(address.startswith("/articles/") for address in seen)
    hostile = [address for address, page in seen.items() if "https://evil.example/i" in page.words]
    assert len(hostile) > 3, hostile  # it is there, as words
    assert len(seen) < MOST


@pytest.mark.parametrize("model", ["", "extractive"])
def test_an_answer_and_its_copy(place: Office, model: str) -> None:
    asked = f"Le coquelicot est-il interdit ? {EVIL}"
    answer = ask(place["juriste"], asked, model)
    check(answer, "/ask")
    stream = place["juriste"].post("/ask/stream", question=asked, model=model)
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert "<script>alert" not in stream.text.replace("\\", "")
    assert answer.words.count("https://evil.example/i") > 1


@pytest.mark.parametrize("kind", ["html", "csv"])
def test_an_export_to_send_to_others(place: Office, kind: str) -> None:
    words = f"Selon l'article 2 du Règlement {EVIL}, et l'article 99 du code civil."
    answer = place["juriste"].post("/verify/export", text=words, name=NAME, title=EVIL, format=kind)
    assert answer.headers["content-disposition"] == f'attachment; filename="verification.{kind}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    if kind == "html":
        page = Page(answer.text)
        assert not {tag for tag, _ in page.tags} & (NEVER - {"style"}) and "script" not in page.ids
        assert all(link["href"].startswith("#") for link in page.links)
        policy = {given.get("http-equiv"): given.get("content") for _, given in page.tags}
        assert policy["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"


# What a form may hold, with a session as without one


def multipart(person: Person, address: str, files: list[object]) -> httpx.Response:
    """A form whose token is a field."""
    return person.client.post(
        address,
        files=[("csrf", (None, person.csrf)), *files],  # type: ignore[list-item]
        headers=person._headers,
    )


def test_as_many_files_as_the_page_takes(place: Office) -> None:
    many = [("files", (f"f{n}.md", b"# x")) for n in range(51)]
    assert multipart(place["mainteneur"], "/mises-a-jour", [*many]).status_code == 422
    two = [("file", ("a.txt", b"x")), ("file", ("b.txt", b"x"))]
    assert multipart(place["juriste"], "/verify", [*two]).status_code == 422


def test_a_document_as_long_as_the_page_takes(place: Office) -> None:
    """Of characters that take three bytes each."""
    words = "Article 2 du code civil. " + "€" * 480_000
    assert multipart(place["juriste"], "/verify", [("text", (None, words))]).status_code == 200


def test_a_form_of_ten_thousand_fields(place: Office) -> None:
    for address in ("/verify", "/ask", "/compte/cles", "/preferences"):
        fields = {f"f{n}": "1" for n in range(10_000)}
        place["juriste"].post(address, 422, **fields)


def test_the_folder_is_hostile() -> None:
    """What the walk would find if one page showed it as it is."""
    for words in (EVIL, NAME):
        with pytest.raises(AssertionError):
            check(Page(f"<p>{words}</p>"), "")
    assert Path(NAME).name == NAME
