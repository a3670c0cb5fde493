"""Which text a name means; a name that fits several means none of them."""

from __future__ import annotations

import pytest

from rag.legal.titles import article_name, meant, mentioned, name_key, named
from rag.types import Text

TEXTS = [
    Text("LEGITEXT000031366350", "Code des relations entre le public et l'administration"),
    Text("LEGITEXT000070162", "Code des communes"),
    Text("LEGITEXT000070163", "Code des communes de la Nouvelle-Calédonie"),
    Text("LEGITEXT000070227", "Code de justice administrative"),
    Text("rgs", "Règlement général des services"),
    Text("rgc", "Règlement général des cimetières"),
    Text("recours-gracieux", "Traitement des recours gracieux"),
    Text("note", "Note de service"),
    Text("note-2", "Note de service"),
]


def ids(texts: list[Text]) -> list[str]:
    return [text.text_id.removeprefix("LEGITEXT0000") for text in texts]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("CRPA", ["31366350"], id="abbreviation"),
        pytest.param("crpa", ["31366350"], id="lower case"),
        pytest.param(
            "du code des relations entre le public et l’administration",
            ["31366350"],
            id="curly apostrophe",
        ),
        pytest.param(
            "CODE DES RELATIONS ENTRE LE PUBLIC ET L'ADMINISTRATION", ["31366350"], id="capitals"
        ),
        pytest.param("cja", ["70227"], id="another abbreviation"),
        pytest.param("code des communes", ["70162"], id="just these words win"),
        pytest.param("communes Nouvelle-Caledonie", ["70163"], id="without accents"),
        pytest.param("règlement général", ["rgs", "rgc"], id="fits two"),
        pytest.param("règlement cimetières", ["rgc"], id="part of a title"),
        pytest.param("note de service", ["note", "note-2"], id="two of one title"),
        pytest.param("note-2", ["note-2"], id="id"),
        pytest.param(" rgs ", ["rgs"], id="id with space around"),
        pytest.param("recours-gracieux", ["recours-gracieux"], id="id of words"),
        pytest.param("code du travail", [], id="not there"),
        pytest.param("", [], id="nothing"),
        pytest.param("de la", [], id="no word that counts"),
        pytest.param("…", [], id="no word"),
    ],
)
def test_named(name: str, expected: list[str]) -> None:
    assert ids(named(name, TEXTS)) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("L. 311-5 CRPA ?", ["31366350"], id="abbreviation"),
        pytest.param("l'article 1 du code des communes", ["70162"], id="title"),
        pytest.param(
            "article 1 du code des communes de la Nouvelle-Calédonie",
            ["70163"],
            id="a longer title holds it",
        ),
        pytest.param("CRPA et code de justice administrative", ["31366350", "70227"], id="two"),
        pytest.param("le règlement général dit", [], id="part of a title is not a mention"),
        pytest.param("une note de service", ["note", "note-2"], id="both of one title"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_mentioned(question: str, expected: list[str]) -> None:
    assert ids(mentioned(question, TEXTS)) == expected


CODES = [Text("LEGITEXT000070227", "Code de justice administrative", nature="code")]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("L. 521-1", ["31366350", "rgs"], id="no text named: each"),
        pytest.param("L. 521-1 du CRPA", ["31366350"], id="a holder"),
        pytest.param("L. 521-1 du règlement général des services", ["rgs"], id="a document"),
        pytest.param("L. 521-1 du code de justice administrative", [], id="a code known here"),
        pytest.param("L. 521-1 du CJA", [], id="its abbreviation"),
        pytest.param("L. 521-1 du code du travail", [], id="a code not known here"),
        pytest.param("L. 521-1, note de service", ["31366350", "rgs"], id="another document"),
    ],
)
def test_meant(question: str, expected: list[str]) -> None:
    assert ids(meant(question, [TEXTS[0], TEXTS[4]], CODES)) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("l'Accès", "ACCES"),
        ("l’accès", "l'accès"),
        ("de la Ville", "ville"),
        ("CGI", "impôts code général"),
    ],
)
def test_equal_keys(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("L231-4", "Article L231-4"),
        ("R*311-12", "Article R*311-12"),
        ("L. 311-5", "Article L. 311-5"),
        ("LO1112-1", "Article LO1112-1"),
        ("12", "Article 12"),
        ("2.1", "Article 2.1"),
        ("12 bis", "Article 12 bis"),
        ("96 ter A", "Article 96 ter A"),
        ("1er", "Article 1er"),
        ("Préambule", "Préambule"),
        ("Annexe 1", "Annexe 1"),
        ("annexe II", "annexe II"),
        ("Étape 3", "Étape 3"),
        ("12 mars 2024", "12 mars 2024"),
        ("Les 35 heures", "Les 35 heures"),
        ("3 questions fréquentes", "3 questions fréquentes"),
        ("", ""),
    ],
)
def test_article_name(number: str, expected: str) -> None:
    assert article_name(number) == expected
