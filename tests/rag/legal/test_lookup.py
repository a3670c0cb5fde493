"""From what a person types to the one article meant, or to a message that helps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from made_up import state, take_in
from sqlalchemy import Connection, Engine

from rag.catalogue.engine import open_catalogue, sqlite_url
from rag.database import reading
from rag.errors import NotFound
from rag.legal.lookup import find_article
from rag.types import Article, Caller, Text, TextState, Version

CRPA = "Code des relations entre le public et l'administration"


def headed(text_id: str, title: str, headings: dict[str, str]) -> TextState:
    """A document of sections: number → heading."""
    articles = tuple(
        Article(f"{text_id}#{number}", text_id, number, heading, order=order)
        for order, (number, heading) in enumerate(headings.items())
    )
    versions = tuple(Version(f"{a.article_id}@x", a.article_id, "Mots.") for a in articles)
    return TextState(Text(text_id, title), articles, versions)


NUMBERS = ["L311-1", "L311-5", "R*311-12", "L300 bis", "Préambule"]
STATES = (
    state("crpa", dict.fromkeys(NUMBERS, "Mots."), title=CRPA),
    state("cja", {"L311-5": "Mots.", "R122": "Mots."}, title="Code de justice administrative"),
    state(
        "rgs",
        dict.fromkeys(["1", "3", "12 bis", "12", "Préambule", "Annexe II"], "Mots."),
        title="Règlement général des services",
    ),
    headed(
        "proc",
        "Recours gracieux",
        {"2": "Qui répond", "3.1": "L’accusé de réception", "3.2": "La réponse", "3.10": "Suites"},
    ),
    state("rh", {"77": "Mots.", "5.1": "Mots."}, services=["rh"], title="Secret"),
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("lookup")
    engine = open_catalogue(sqlite_url(folder), str(folder))
    take_in(engine, *STATES)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(filled: Engine) -> Iterator[Connection]:
    with reading(filled) as opened:
        yield opened


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        pytest.param("L. 311-5 CRPA", "crpa#L311-5", id="as jurists write"),
        pytest.param("CRPA L311-5", "crpa#L311-5", id="code first"),
        pytest.param("l 311 5 crpa", "crpa#L311-5", id="as people type"),
        pytest.param(f"article L. 311-5 du {CRPA}", "crpa#L311-5", id="in full"),
        pytest.param(
            "article L.\u00a0311-5 du code de justice administrative",
            "cja#L311-5",
            id="no-break space",
        ),
        pytest.param("L. 311-1", "crpa#L311-1", id="no name, one article"),
        pytest.param("l'article L. 311-1", "crpa#L311-1", id="elision"),
        pytest.param("l’article 12", "rgs#12", id="elision, bare number"),
        pytest.param("R. 311-12", "crpa#R*311-12", id="the star left out"),
        pytest.param("R*. 311-12 crpa", "crpa#R*311-12", id="the star, dotted"),
        pytest.param("article 12 bis du règlement général", "rgs#12 bis", id="bis"),
        pytest.param("12bis règlement", "rgs#12 bis", id="bis, close"),
        pytest.param("règlement général, art. 12", "rgs#12", id="text first"),
        pytest.param("article 1er du règlement", "rgs#1", id="1er"),
        pytest.param("article premier du règlement", "rgs#1", id="premier"),
        pytest.param("annexe II", "rgs#Annexe II", id="annex"),
        pytest.param("ANNEXE ii du règlement", "rgs#Annexe II", id="annex with its text"),
        pytest.param("préambule du règlement général", "rgs#Préambule", id="section and text"),
        pytest.param("3.1", "proc#3.1", id="dotted number"),
        pytest.param("3.1 recours gracieux", "proc#3.1", id="dotted number and text"),
        pytest.param("Qui répond", "proc#2", id="heading only"),
        pytest.param("l'accuse de reception", "proc#3.1", id="heading, apostrophe and accents"),
        pytest.param("recours gracieux : la réponse", "proc#3.2", id="heading and text"),
        pytest.param("rgs#12 bis", "rgs#12 bis", id="id"),
        pytest.param("  rgs#1 ", "rgs#1", id="id with space around"),
    ],
)
def test_found(connection: Connection, reference: str, expected: str) -> None:
    found = find_article(connection, reference, Caller.operator())
    assert found.article.article_id == expected
    assert found.text.text_id == expected.partition("#")[0]


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        pytest.param("L. 311-5", ["plusieurs", CRPA, "Code de justice", "nom du texte"], id="two"),
        pytest.param("Préambule", ["plusieurs", "Règlement général"], id="two of that heading"),
        pytest.param("L. 999-9 CRPA", ["aucun article", "L. 999-9 CRPA"], id="no such number"),
        pytest.param("L. 311-5 du code du travail", ["aucun article"], id="no such text"),
        pytest.param(
            "article 3 recours gracieux",
            ["3.1, 3.2, 3.10", "Recours gracieux"],
            id="only its parts",
        ),
        pytest.param("L. 311 CRPA", ["L311-1, L311-5"], id="only its parts, in a code"),
        pytest.param("", ["aucun article"], id="nothing"),
        pytest.param("…", ["aucun article"], id="no word"),
        pytest.param("x " * 3000, ["aucun article"], id="very long"),
        pytest.param("[bold]L. 311-77[/]", ["[bold]L. 311-77[/]"], id="markup"),
    ],
)
def test_not_found(connection: Connection, reference: str, said: list[str]) -> None:
    with pytest.raises(NotFound) as raised:
        find_article(connection, reference, Caller.operator())
    assert all(part in str(raised.value) for part in said), str(raised.value)
    assert raised.value.remedy


@pytest.mark.parametrize("reference", ["77", "article 77", "rh#77", "5 secret", "Secret 5.1"])
def test_a_text_of_another_service_is_as_if_it_were_not(
    connection: Connection, reference: str
) -> None:
    with pytest.raises(NotFound) as raised:
        find_article(connection, reference, Caller.of(["marchés"]))
    assert raised.value.what == "aucun article ne répond à cette référence"


def test_its_own_service_finds_it(connection: Connection) -> None:
    assert find_article(connection, "77", Caller.of(["rh"])).text.text_id == "rh"


def test_two_of_one_number_in_one_text_are_told_apart_by_their_ids(catalogue: Engine) -> None:
    text = Text("t", "Texte")
    articles = tuple(Article(f"t#{key}", "t", "4") for key in "ab")
    versions = tuple(Version(f"{a.article_id}@x", a.article_id, "Mots.") for a in articles)
    take_in(catalogue, TextState(text, articles, versions))
    with reading(catalogue) as opened, pytest.raises(NotFound) as raised:
        find_article(opened, "article 4", Caller.operator())
    assert "[t#a]" in str(raised.value)
    assert "identifiant" in str(raised.value)
