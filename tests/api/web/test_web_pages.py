"""Every page that one reads: what it shows, to whom, behind which headers."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from browser import Page, asked, opened, sent
from serving import Served

from rag.bootstrap import open_parts
from rag.database import reading
from rag.journal.entry import Entry
from rag.journal.filters import Filter
from rag.journal.reading import entries
from rag.settings import NO_MODEL, Settings

RULES = "/articles/article 2 règlement général"
READ = ["/", "/texts", "/texts?q=recours", "/verify", "/changes?since=2024-01-01", RULES]
SECRET = ("zibeline", "Zibeline", "secret", "Barème")


@pytest.mark.parametrize("address", READ)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_are_whole(served: Served, address: str, language: str) -> None:
    response = served.everyone.get(address, headers={"Accept-Language": language})
    page = Page(response.text)
    assert response.status_code == 200
    assert dict(page.tags)["html"]["lang"] == language
    assert sum(tag == "h1" for tag, _ in page.tags) == 1
    assert len(page.ids) == len(set(page.ids))
    assert {"header", "nav", "main", "footer"} <= {tag for tag, _ in page.tags}
    assert page.links[0]["href"] == "#main" and "main" in page.ids


@pytest.mark.parametrize("address", [*READ, "/texts/nowhere", "/articles/nowhere"])
def test_nothing_foreign_runs_or_is_kept(served: Served, address: str) -> None:
    response = served.everyone.get(address)
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    page = Page(response.text)
    inline = [
        given for _, given in page.tags if "style" in given or any(n[:2] == "on" for n in given)
    ]
    assert not inline
    assert all(
        given.get("src", "").startswith("/static/") for tag, given in page.tags if tag == "script"
    )
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", response.text)


def test_an_article_with_its_versions(served: Served) -> None:
    page = opened(served.everyone, RULES)
    assert "dans un délai de trois mois" in page.words
    assert "En vigueur du 1er janvier 2025 au 1er janvier 2026 exclu" in page.words
    then = opened(served.everyone, f"{RULES}?as_of=2025-06-01")
    assert "dans un délai de deux mois" in then.words
    before = opened(served.everyone, f"{RULES}?as_of=2020-01-01")
    assert "Aucune version en vigueur au 1er janvier 2020" in before.words
    assert opened(served.everyone, f"{RULES}?start=3&end=10").marked == ["recours"]
    assert {"prev"} <= {link.get("rel", "") for link in page.links}


def test_two_dates_are_compared_for_the_ear_too(served: Served) -> None:
    page = opened(served.everyone, f"{RULES}?as_of=2026-01-01&as_of=2025-01-01")
    assert "[retiré :] deux" in page.words and "[ajouté :] trois" in page.words
    assert {"ins", "del"} <= {tag for tag, _ in page.tags}
    english = opened(
        served.everyone, f"{RULES}?as_of=2026-01-01&as_of=2025-01-01", **{"Accept-Language": "en"}
    )
    assert "[removed:] deux" in english.words and "From 1 January 2025" in english.words


@pytest.mark.parametrize(
    "query", ["as_of=hier", "start=-1", "as_of=2025-01-01&as_of=2025-01-02&as_of=2025-01-03"]
)
def test_a_wrong_address_is_a_page_too(served: Served, query: str) -> None:
    assert "valable" in opened(served.everyone, f"{RULES}?{query}", 422).words


def test_texts_by_tree_number_and_words(served: Served) -> None:
    every = opened(served.everyone, "/texts")
    (text,) = [link["href"] for link in every.links if link["href"].startswith("/texts/")]
    page = opened(served.everyone, text)
    assert [link["href"] for link in page.links if link["href"].startswith("/articles/")]
    for words in ("2", "article 2", "recours gracieux"):
        found = opened(served.everyone, f"{text}?q={words}")
        assert "Article 2" in found.words and "résultat" in found.words
    part = served.everyone.get("/texts?q=recours&part=found")
    assert "<html" not in part.text and "Article 2" in Page(part.text).words
    assert "0 résultat" in opened(served.everyone, "/texts?q=xylophone").words


def test_changes_with_their_words(served: Served) -> None:
    page = opened(served.everyone, "/changes?since=2025-06-01")
    assert "1er janvier 2026" in page.words and "[ajouté :] trois" in page.words
    assert "0 changement" in opened(served.everyone, "/changes?since=2026-06-01").words
    opened(served.everyone, "/changes?text=nowhere", 404)


def test_what_one_may_not_read_does_not_exist(guarded: Served) -> None:
    every = opened(guarded.operator, "/texts")
    assert "Barème secret" in every.words
    for address in (
        "/texts",
        "/texts?q=article 2",
        "/texts/secret-rh",
        f"/articles/{quote('secret-rh#2', safe='')}",
        "/changes?since=2020-01-01",
        "/articles/article 2 règlement général",
    ):
        seen = guarded.everyone.get(address).text.replace(quote("secret-rh"), "")
        assert not any(word in seen for word in SECRET), address
    hidden = guarded.everyone.get("/texts/secret-rh")
    absent = guarded.everyone.get("/texts/secret-xy")
    assert hidden.status_code == absent.status_code == 404
    csrf = re.compile(r'value="[\w-]{43}"')
    assert csrf.sub("", hidden.text) == csrf.sub("", absent.text).replace("secret-xy", "secret-rh")


def test_who_cites_is_told_to_who_may_read_it(guarded: Served) -> None:
    page = opened(guarded.operator, "/articles/article 2 règlement général")
    assert "Barème secret des zibelines" in page.words and "Il est cité par" in page.words


def test_hostile_words_are_words(hostile: Served) -> None:
    client = hostile.everyone
    pages = [
        opened(client, address)
        for address in (
            "/texts",
            "/texts/attaque",
            "/changes?since=2020-01-01",
            "/texts?q=coquelicot",
        )
    ]
    pages += [opened(client, f"/articles/{quote('attaque#1', safe='')}")]
    pages += [asked(client, "Le coquelicot est-il interdit ? <script>alert(5)</script>")]
    verify = sent(
        client,
        opened(client, "/verify"),
        "/verify",
        text='Vu <b onclick="x">l\'article 1 de la note</b> </textarea><script>alert(6)</script>',
    )
    pages.append(Page(verify.text))
    for page in pages:
        scripts = [given for tag, given in page.tags if tag == "script"]
        assert all(set(given) == {"src", "defer"} for given in scripts)
        assert not any(tag in ("img", "b", "iframe") for tag, _ in page.tags)
        assert not any(name[:2] == "on" for _, given in page.tags for name in given)
        assert not any(
            "javascript:" in link["href"] or "evil" in link["href"] for link in page.links
        )
    assert "<script>alert(1)</script>" in pages[5].words


@pytest.mark.parametrize("accept", ["text/html,*/*;q=0.8"])
def test_errors_speak_the_language_asked_for(served: Served, accept: str) -> None:
    page = opened(
        served.everyone, "/articles/nowhere", 404, Accept=accept, **{"Accept-Language": "en"}
    )
    assert "This page could not be given" in page.words


def test_static_files_are_ours_and_named_by_content(served: Served) -> None:
    page = opened(served.everyone, "/")
    address = next(given["href"] for tag, given in page.tags if given.get("rel") == "stylesheet")
    first = served.everyone.get(address)
    assert "immutable" in first.headers["cache-control"]
    again = served.everyone.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    for name in ("../pages.py", "..%2fpages.py", "nothing.css", "%2e%2e/pages.py"):
        assert served.everyone.get(f"/static/{name}").status_code == 404


def test_an_unknown_address_is_a_page_for_a_browser_alone(served: Served) -> None:
    page = opened(served.everyone, "/nowhere", 404, Accept="text/html")
    assert "Cette adresse n'existe pas" in page.words
    told = served.everyone.get("/nowhere", headers={"Accept": "application/json"})
    assert told.json()["type"] == "urn:referent:no-such-address"


def test_what_is_read_is_in_the_journal(served: Served) -> None:
    form = opened(served.everyone, "/verify")
    before = _journal(served)
    opened(served.everyone, RULES)
    opened(served.everyone, "/articles/nowhere", 404)
    opened(served.everyone, "/changes")
    opened(served.everyone, "/verify")
    sent(served.everyone, form, "/verify", text="L'article 2 du règlement général.")
    asked(served.everyone, "Quel est le délai du recours gracieux ?")
    new = _journal(served)[len(before) :]
    assert [(entry.kind, entry.door) for entry in new] == [
        (kind, "page") for kind in ("article", "article", "changes", "verify", "ask")
    ]
    assert new[0].status != new[1].status


def _journal(served: Served) -> list[Entry]:
    chosen = Settings(data=served.data, embedding_model=NO_MODEL)
    with open_parts(chosen) as parts, reading(parts.registry) as connection:
        return [each.entry for each in entries(connection, Filter())]
