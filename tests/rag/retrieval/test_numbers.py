"""Article numbers: keys and where they stand."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.numbers import find_numbers, number_key

KEYS = [
    ("L. 231-4", "l231-4"),  # as law prints it
    ("L231-4", "l231-4"),  # as LEGI stores it
    ("l 231 4", "l231-4"),  # as people type it
    ("L.231-4", "l231-4"),
    ("L. 231‑4", "l231-4"),  # non-breaking hyphen
    ("R*311-12", "r311-12"),  # the star is ignored
    ("R*. 311-12", "r311-12"),
    ("R. * 311-12", "r311-12"),
    ("R. 311-12", "r311-12"),
    ("LO 1112-1", "lo1112-1"),  # organic law
    ("30 bis", "30-bis"),
    ("30bis", "30-bis"),
    ("L30 bis", "l30-bis"),
    ("96 ter A", "96-ter-a"),
    ("384 septies-0 A", "384-septies-0-a"),
    ("1er", "1"),
    ("premier", "1"),
    ("Article premier", "1"),
    ("L. 1er", "l1"),
    ("Annexe II", "annexe-ii"),
    ("2.1", "2.1"),  # section of a procedure
    ("2.1.", "2.1"),
    ("A01", "a01"),  # not A1: both may exist
    ("Emplois classés", "emplois-classes"),  # a heading in place of a number
    ("", ""),
]

FOUND = [
    ("que dit l'article L. 231-4 CRPA ?", ["l231-4"]),
    ("l232 4 crpa comment avoir les raisons", ["l232-4"]),  # the dash left out
    ("article R 37bis code des pensions : a partir", ["r37-bis"]),
    ("art. L 321-1 c. expropriation", ["l321-1"]),  # "c." is the code
    ("art. L 321-1 C. expropriation", ["l321-1"]),
    ("articles L. 211-2 à L. 211-4 du CRPA", ["l211-2", "l211-4"]),  # a range gives its ends
    ("articles L. 211-2 et 211-4", ["l211-2", "l211-4"]),  # the letter holds for the list
    ("les articles 3, 4 et 5 de la loi du 12 avril 2000", ["3", "4", "5"]),
    ("articles 1240 et 1241 du code civil", ["1240", "1241"]),
    ("l'article 1er, l’article premier", ["1", "1"]),
    ("l'article 199-0 A du CGI", ["199-0-a"]),
    ("ARTICLE L. 80 DU CGI", ["l80"]),  # capitals: DU is no suffix
    ("L. 80 B du LPF", ["l80-b"]),
    ("R*. 311-12 et R.* 311-13", ["r311-12", "r311-13"]),
    ("Article 2.1. Objet", ["2.1"]),
    ("l'annexe II du décret", ["annexe-ii"]),
    ("article A. 93-1", ["a93-1"]),
    ("le 3 mars 2020", []),  # a date
    ("2 mois, 800 000 €, 12 %", []),  # delay, amounts, rate
    ("au 06 12 34 56 78, ou L 06 12 34 56 78", []),  # telephone
    ("mon fils a 16 ans, papier A4, permis A1", []),  # "a" the verb
    ("l 5 et r 12", []),  # too little without "article"
    ("article 5, 2 mois après", ["5"]),  # what is counted is no article
    ("articles 5 et 3 jours", ["5"]),
    ("la loi n° 2000-321 du 12 avril 2000", []),
]


@pytest.mark.parametrize(("printed", "key"), KEYS)
def test_key(printed: str, key: str) -> None:
    assert number_key(printed) == key


@pytest.mark.parametrize(("text", "keys"), FOUND)
def test_found(text: str, keys: list[str]) -> None:
    found = find_numbers(text)
    assert [key for _, _, key in found] == keys


@given(st.text(alphabet="LRDAl*. -12345articles,etàbisé\n", max_size=200))
def test_spans_are_inside_ordered_and_spell_their_key(text: str) -> None:
    end = 0
    for start, stop, key in find_numbers(text):
        assert end <= start < stop <= len(text)
        assert key
        end = stop


groups = st.lists(st.integers(1, 9999), min_size=1, max_size=4)


@given(
    st.sampled_from(["L", "R", "D", "LO"]),
    groups,
    st.sampled_from(["", " ", ".", ". ", "*", "*. ", ". * "]),
    st.sampled_from(["-", "‑", "–", " - "]),
)
def test_every_spelling_has_the_key_of_the_plain_one(
    letter: str, numbers: list[int], between: str, dash: str
) -> None:
    plain = letter + "-".join(map(str, numbers))
    spelled = letter + between + dash.join(map(str, numbers))
    assert number_key(spelled) == number_key(spelled.lower()) == number_key(plain) == plain.lower()


def test_letters_of_other_alphabets_are_lower_case_too() -> None:
    assert number_key("𝑨") == "a"  # a mathematical capital, found by a property test


@pytest.mark.parametrize(
    "hostile",
    [
        "article " + "1, " * 50_000,
        "L. " * 100_000,
        "articles " * 50_000,
        "L" + "1-" * 100_000,
        "1" * 300_000,
        "article " + "1 bis " * 50_000,
        "R*" * 100_000,
        "article" + " " * 200_000 + "1",
    ],
    ids=lambda text: text[:10],
)
def test_hostile_text_takes_bounded_time(hostile: str) -> None:
    started = time.perf_counter()
    find_numbers(hostile)
    assert time.perf_counter() - started < 2  # measured: 0.2 s at most


@pytest.mark.slow
def test_no_two_articles_of_a_code_share_a_key(shared: Path) -> None:
    legi = shared / "corpora" / "legi"
    for file in [legi / "crpa" / "2026-05-28.json", *sorted((legi / "codes").glob("*.json"))]:
        spellings: dict[str, set[str]] = defaultdict(set)
        for num in _numbers(json.loads(file.read_text(encoding="utf-8"))):
            spellings[number_key(num)].add(num)
        assert not [nums for nums in spellings.values() if len(nums) > 1], file.name


@pytest.mark.slow
def test_every_number_of_the_codes_is_found_after_the_word_article(shared: Path) -> None:
    missed = {
        num
        for file in sorted((shared / "corpora" / "legi" / "codes").glob("*.json"))
        for num in _numbers(json.loads(file.read_text(encoding="utf-8")))
        if [key for _, _, key in find_numbers(f"article {num} du code")] != [number_key(num)]
    }
    assert missed <= {"Emplois classés"}


def _numbers(node: dict[str, Any]) -> Iterator[str]:
    if node["type"] == "article":
        yield node["data"].get("num") or ""
    for child in node.get("children", []):
        yield from _numbers(child)
