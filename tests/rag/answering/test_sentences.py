"""Sentences and list items with their spans."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.sentences import (
    introduction,
    is_item,
    says_little,
    sentences,
    table_header,
    with_items,
)


def cut(words: str) -> list[str]:
    return [words[start:end] for start, end in sentences(words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(" \n\t\n ", [], id="white space"),
        pytest.param("Un mot", ["Un mot"], id="no end"),
        pytest.param("Un. Deux ! Trois ?", ["Un.", "Deux !", "Trois ?"], id="three ends"),
        pytest.param("Un ; deux.", ["Un ; deux."], id="semicolon before lower case"),
        pytest.param("L'art. 12 dit. Fin.", ["L'art. 12 dit.", "Fin."], id="art."),
        pytest.param("Selon M. Durand. Fin.", ["Selon M. Durand.", "Fin."], id="M."),
        pytest.param("L. 231-4 et R. 12 sont là.", ["L. 231-4 et R. 12 sont là."], id="L. and R."),
        pytest.param("Il dit « oui. » Puis non.", ["Il dit « oui. »", "Puis non."], id="quotes"),
        pytest.param("Un :\n- deux ;\n- trois.", ["Un :", "- deux ;", "- trois."], id="list"),
        pytest.param("Fin.\u00a0Suite.", ["Fin.", "Suite."], id="no-break space"),
        pytest.param("Il a payé 1.500 euros.", ["Il a payé 1.500 euros."], id="no space, no end"),
        pytest.param("À 8 h. État civil.", ["À 8 h.", "État civil."], id="accented capital"),
    ],
)
def test_sentences(words: str, expected: list[str]) -> None:
    assert cut(words) == expected


@settings(deadline=None)
@given(st.text("aB1. ;:!?«»\n\t\u00a0-•°)(M", max_size=120), st.data())
def test_every_character_that_shows_is_in_one_sentence(words: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words)))
    end = data.draw(st.integers(start, len(words)))
    covered = [at for span in sentences(words, start, end) for at in range(*span)]
    assert covered == sorted(set(covered))
    assert set(covered) >= {at for at in range(start, end) if not words[at].isspace()}
    assert all(start <= at < end for at in covered)
    for first, last in sentences(words, start, end):
        assert words[first:last] == words[first:last].strip() != ""


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(" " * 1_000_000, id="spaces"),
        pytest.param("." + " " * 1_000_000 + "a", id="spaces after an end"),
        pytest.param("A. " * 333_333, id="abbreviations"),
        pytest.param("» " * 500_000, id="closing quotes"),
        pytest.param("a" * 1_000_000, id="no space at all"),
        pytest.param("1° a\n" * 200_000, id="points"),
        pytest.param(":" * 1_000_000, id="colons"),
    ],
)
def test_a_hostile_megabyte_takes_no_time(words: str) -> None:
    started = time.process_time()
    spans = list(sentences(words))
    for span in spans[-1:]:
        is_item(words, span)
        introduction(words, span)
        with_items(words, span, 700)
    assert time.process_time() - started < 2.0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("- un point", True, id="dash"),
        pytest.param("• un point", True, id="bullet"),
        pytest.param("1° un point", True, id="degree"),
        pytest.param("3° bis un point", True, id="degree bis"),
        pytest.param("a) un point", True, id="letter"),
        pytest.param("2. un point", True, id="number"),
        pytest.param("IV. - un point", True, id="roman"),
        pytest.param("Une phrase.", False, id="sentence"),
        pytest.param("12 jours", False, id="an amount"),
        pytest.param("2024 fut", False, id="a year"),
    ],
)
def test_items(words: str, expected: bool) -> None:
    assert is_item(words, (0, len(words))) is expected


LIST = "Avant. Sont exclus :\n1° les avis ;\n2° les notes.\nAprès la liste."


def span_of(part: str) -> tuple[int, int]:
    return LIST.index(part), LIST.index(part) + len(part)


def test_a_point_has_its_introduction() -> None:
    before = introduction(LIST, span_of("2° les notes."))
    assert before == span_of("Sont exclus :")
    assert introduction(LIST, span_of("Avant.")) is None


@pytest.mark.parametrize(
    ("limit", "last"),
    [(1000, "2° les notes."), (30, "1° les avis ;"), (5, "Sont exclus :")],
)
def test_a_colon_takes_its_points_up_to_a_limit(limit: int, last: str) -> None:
    start, end = with_items(LIST, span_of("Sont exclus :"), limit)
    assert start == LIST.index("Sont exclus")
    assert end == span_of(last)[1]


def test_without_a_colon_nothing_is_added() -> None:
    assert with_items(LIST, span_of("Avant."), 1000) == span_of("Avant.")


TABLE = (
    "Tarifs.\nEmplacement | 15 ans | 30 ans\nPleine terre | 210 € | 480 €\nCaveau | 300 € | 600 €"
)


def test_a_row_knows_the_names_of_its_columns() -> None:
    spans = list(sentences(TABLE))
    header = TABLE.index("Emplacement"), TABLE.index("\nPleine")
    rows = [span for span in spans if TABLE[slice(*span)].startswith(("Pleine", "Caveau"))]
    assert [table_header(TABLE, row) for row in rows] == [header, header]
    assert table_header(TABLE, header) is None


def test_what_only_announces_says_little() -> None:
    said = {TABLE[slice(*span)]: says_little(TABLE, span) for span in sentences(TABLE)}
    assert [words for words, little in said.items() if little] == ["Emplacement | 15 ans | 30 ans"]
    alone = "Le dossier comprend :"
    assert says_little(alone, (0, len(alone)))
    whole = f"{alone}\n- une pièce d'identité ;\n- un justificatif."
    assert not says_little(whole, (0, len(alone)))
