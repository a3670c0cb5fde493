"""Pages to send to colleagues: everything escaped, nothing loaded from elsewhere."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import pytest

from api import article_view, changes_view, page
from rag.history import Changes
from rag.legal.comparison import Kind, Segment
from rag.legal.lookup import Found
from rag.legal.updates import ChangeKind, Event
from rag.types import Article, Link, Text, Validity, Version

A, B = date(2024, 1, 1), date(2025, 1, 1)
EVIL = '<script>alert("x")</script><img src=http://evil.test/x onerror="y">\'&amp;'
TEXT = Text("t", EVIL)
ARTICLE = Article("A", "t", EVIL, EVIL, (EVIL, EVIL))
LINK = Link("MODIFIE", "cible", EVIL)
OLD = Version("a", "A", f"Vieux {EVIL}", Validity(A, B), EVIL, EVIL, links=(LINK,))
NEW = Version("b", "A", f"Neuf {EVIL}", Validity(B), EVIL)
UNKNOWN = Version("c", "A", None, Validity(B))

ALLOWED = set(
    "html head meta title style body h1 h2 p article div em ins del "
    "table thead tbody tr th td".split()
)
NO_END = {"meta"}


class Checked(HTMLParser):
    """Collects the words; every tag and attribute must be one of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        assert {name for name, _ in attrs} <= {
            "lang",
            "charset",
            "name",
            "content",
            "class",
            "scope",
        }
        if tag not in NO_END:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words += data


def words_of(html: str) -> str:
    """The words of a page, once it is checked."""
    assert html.startswith('<!DOCTYPE html>\n<html lang="fr">')
    checked = Checked()
    checked.feed(html)
    checked.close()
    assert checked.open == []
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style and not re.search(r"url|@import|//", style[1])
    return checked.words


def view(versions: list[Version], *days: date, history: bool = False) -> article_view.View:
    return article_view.view(Found(ARTICLE, TEXT), versions, days, history=history)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        pytest.param(view([OLD, NEW], B), ["Neuf", EVIL], id="one day"),
        pytest.param(view([OLD, NEW], B, history=True), ["Vieux", "Neuf"], id="history"),
        pytest.param(view([OLD, NEW], A, B), ["Du 2024-01-01 au 2025-01-01", "Vieux"], id="two"),
        pytest.param(view([OLD, UNKNOWN], B), ["Texte inconnu."], id="unknown words"),
        pytest.param(view([OLD, UNKNOWN], A, B), ["Texte inconnu."], id="compared with unknown"),
        pytest.param(view([NEW], A), ["Aucune version en vigueur au 2024-01-01"], id="not yet"),
        pytest.param(view([NEW], A, B), ["Aucune version en vigueur", "Neuf"], id="then made"),
        pytest.param(view([], A), ["Aucune version en vigueur"], id="no version"),
    ],
)
def test_articles(shown: article_view.View, said: list[str]) -> None:
    words = words_of(article_view.page(shown))
    assert all(part in words for part in said)


def event(kind: ChangeKind, before: Version | None, after: Version | None) -> Event:
    return Event(TEXT, ARTICLE, kind, B, before, after)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        pytest.param([], ["Aucun changement depuis le 2024-01-01."], id="none"),
        pytest.param([event(ChangeKind.CHANGED, OLD, NEW)], ["modifié", "1 changement "], id="one"),
        pytest.param(
            [event(ChangeKind.ADDED, None, NEW), event(ChangeKind.REPEALED, OLD, None)],
            ["ajouté", "abrogé", "2 changements"],
            id="two",
        ),
        pytest.param(
            [event(ChangeKind.CHANGED, UNKNOWN, NEW)], ["Texte inconnu."], id="unknown words"
        ),
    ],
)
def test_changes(events: list[Event], said: list[str]) -> None:
    words = words_of(changes_view.page(Changes(A, None, tuple(events))))
    assert all(part in words for part in said)


def test_differences_are_marked_for_all_eyes() -> None:
    made = page.comparison(
        [Segment(Kind.SAME, "<a>"), Segment(Kind.REMOVED, "<b>"), Segment(Kind.ADDED, "<c>")]
    )
    assert made == ('<div class="words">&lt;a&gt;<del>&lt;b&gt;</del><ins>&lt;c&gt;</ins></div>')


def test_table_cells_are_text() -> None:
    words = words_of(page.page(EVIL, page.table((EVIL,), [(EVIL, "1")])))
    assert words.count(EVIL) == 4


# What made a version, as LEGI's links say it


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([("MODIFIE", "cible", "LOI 1")], ["Modifié par LOI 1"], id="modified"),
        pytest.param([("MODIFIE", "source", "Code - art. L1")], [], id="it modifies another"),
        pytest.param([("ABROGE", "source", "Décret")], [], id="it repeals another"),
        pytest.param([("CITATION", "cible", "Décret")], [], id="cited"),
        pytest.param(
            [("CODIFICATION", "source", "ORD"), ("CREE", "cible", "ORD")],
            ["Créé par ORD"],
            id="one law said twice",
        ),
        pytest.param(
            [("ABROGE", "cible", "LOI 2"), ("MODIFIE", "cible", "LOI 1")],
            ["Modifié par LOI 1", "Abrogé par LOI 2"],
            id="two laws",
        ),
    ],
)
def test_modified_by(links: list[tuple[str, str, str]], expected: list[str]) -> None:
    version = Version("v", "A", "", links=tuple(Link(*link) for link in links))
    assert article_view.modified_by(version) == expected


def test_the_number_that_legi_gives_apart() -> None:
    link = Link("CREE", "cible", "ORDONNANCE n°2015-1341 - art.", number="Annexe")
    version = Version("v", "A", "", links=(link,))
    assert article_view.modified_by(version) == ["Créé par ORDONNANCE n°2015-1341 - art. Annexe"]
