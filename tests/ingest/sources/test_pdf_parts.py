"""The pure parts of the PDF reader, as tables of cases."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ingest.sources.pdf_columns import regions
from ingest.sources.pdf_furniture import Page, without_furniture
from ingest.sources.pdf_hyphens import Vocabulary, ends_with_hyphen, join
from ingest.sources.pdf_lines import MARKER, Line, cell_words
from ingest.sources.pdf_tables import Rule, table_rows
from ingest.sources.pdf_words import Style, Word

BODY, SMALL = Style(10.0), Style(6.0)


@pytest.mark.parametrize(
    ("left", "right", "known", "expected"),
    [
        ("une conven-", "tion", "", "une convention"),  # the printer's hyphen
        ("l'adminis\u00ad", "tration", "", "l'administration"),  # soft
        ("article L. 231-", "4 du code", "", "article L. 231-4 du code"),  # article number
        ("l'article R.*311-", "12", "", "l'article R.*311-12"),
        ("le Val-de-", "Marne", "", "le Val-de-Marne"),  # proper name
        ("le sous-", "préfet", "", "le sous-préfet"),  # first part of a compound
        ("celui-", "ci", "", "celui-ci"),
        ("bien-", "fondé", "", "bien-fondé"),
        ("c'est-à-", "dire", "", "c'est-à-dire"),  # already has one
        ("doit-", "il", "", "doit-il"),
        ("un éco-", "quartier", "éco-quartier", "un éco-quartier"),  # the document writes it so
        ("la main-", "tenance", "maintenance", "la maintenance"),  # the document knows the word
        ("voir -", "suite", "", "voir - suite"),  # a dash, no hyphen
        ("fin.", "Début", "", "fin. Début"),
        ("", "seul", "", "seul"),
    ],
)
def test_join(left: str, right: str, known: str, expected: str) -> None:
    assert join(left, right, Vocabulary([known])) == expected


@pytest.mark.parametrize(
    ("line", "expected"), [("conven-", True), ("voir -", False), ("-", False), ("fin", False)]
)
def test_ends_with_hyphen(line: str, expected: bool) -> None:
    assert ends_with_hyphen(line) is expected


@pytest.mark.parametrize("marker", ["-", "•", "1.", "1.2", "1)", "a)", "(a)", "3°", "II.", "12"])
def test_markers(marker: str) -> None:
    assert MARKER.fullmatch(marker)


@pytest.mark.parametrize("words", ["Nom", "ACPR", "2025", "Article"])
def test_no_markers(words: str) -> None:
    assert not MARKER.fullmatch(words)


def line(words: str, y: float, page: int) -> Line:
    return Line(words, 72.0, 500.0, y, BODY, page)


def kept(pages: list[list[tuple[str, float]]]) -> list[list[str]]:
    made = [
        Page(number, tuple(line(words, y, number) for words, y in lines))
        for number, lines in enumerate(pages, 1)
    ]
    return [[line.words for line in page.lines] for page in without_furniture(made)]


def test_left_and_right_headers_alternate() -> None:
    pages = [[("Pair" if page % 2 else "Impair", 800.0), (f"Corps {page}.", 700.0 - page * 9)]
             for page in range(1, 7)]  # fmt: skip
    assert kept(pages) == [[f"Corps {page}."] for page in range(1, 7)]


def test_articles_at_one_height_stay() -> None:
    pages = [[(f"Article {page}", 780.0), (f"Corps {page}.", 600.0 - page * 9)]
             for page in range(1, 5)]  # fmt: skip
    assert kept(pages)[2] == ["Article 3", "Corps 3."]


def test_far_apart_headings_at_one_height_stay() -> None:
    pages = [[("Description du secteur" if page % 6 == 0 else f"Titre {'x' * page}", 780.0)]
             for page in range(1, 25)]  # fmt: skip
    assert kept(pages)[5] == ["Description du secteur"]


def test_what_stands_inside_a_kept_line_is_kept() -> None:
    pages = [[("Chapitre " + "abcdef"[page], 800.0), ("Objet", 780.0), ("x" * page, 400.0)]
             for page in range(1, 6)]  # fmt: skip
    assert all("Objet" in page for page in kept(pages))


@pytest.mark.parametrize(
    "number", ["3", "- 3 -", "Page 3 sur 4", "page 3/4", "3 / 12", "p. 3", "– 3 –", "[3]"]
)
def test_page_numbers(number: str) -> None:
    assert kept([[("Corps.", 400.0), (number, 30.0)]]) == [["Corps."]]


@pytest.mark.parametrize("words", ["Le 3", "3 ans", "Article 3", "2025-03-01"])
def test_no_page_numbers(words: str) -> None:
    assert kept([[("Corps.", 400.0), (words, 30.0)]]) == [["Corps.", words]]


def word(text: str, x0: float, before: str = " ", *, raised: bool = False) -> Word:
    return Word(text, x0, x0 + 5 * len(text), 0.0, SMALL if raised else BODY, before, raised)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([word("n", 0), word("o", 5, "", raised=True), word("12", 14)], "n° 12"),
        ([word("1", 0), word("er", 5, "", raised=True), word("juin", 20)], "1er juin"),
        ([word("m", 0), word("2", 5, "", raised=True)], "m2"),
        ([word("L.", 0), word("5", 14), word("2", 19, "", raised=True)], "L. 5 (2)"),
        ([word("2", 0, raised=True), word("Note", 6, "")], "(2) Note"),
        ([word("01", 0), word("/2023", 10, "")], "01/2023"),
    ],
)
def test_superscripts(parts: list[Word], expected: str) -> None:
    assert cell_words(parts) == expected


def test_single_column_is_one_region() -> None:
    rows = [[word("mot" * (1 + (row + place) % 3), 60.0 * place) for place in range(8)]
            for row in range(20)]  # fmt: skip
    assert len(regions(rows)) == 1


def test_cells_of_a_short_table_are_no_columns() -> None:
    rows = [[word("a" * (1 + row % 7), 0), word("b" * (1 + row % 5), 200)] for row in range(12)]
    assert len(regions(rows)) == 1


def test_table_rows_take_no_underline() -> None:
    horizontal = [Rule(y, 0, 200) for y in (0, 50, 100)] + [Rule(75, 10, 60)]
    vertical = [Rule(x, 0, 100) for x in (0, 80, 200)]
    rows = table_rows(horizontal, vertical)
    assert [[(cell.x0, cell.x1, cell.y0, cell.y1) for cell in row] for row in rows] == [
        [(0, 80, 50, 100), (80, 200, 50, 100)],
        [(0, 80, 0, 50), (80, 200, 0, 50)],
    ]


def test_a_box_is_no_table() -> None:
    horizontal = [Rule(0, 0, 200), Rule(100, 0, 200)]
    assert table_rows(horizontal, [Rule(0, 0, 100), Rule(200, 0, 100)]) == []


def test_joining_a_long_text_is_bounded() -> None:
    pieces = ["mot-" * 50] * 2000
    assert all(join(left, right, Vocabulary([])) for left, right in pairwise(pieces[:50]))
    assert not ends_with_hyphen("a" * 100_000)
