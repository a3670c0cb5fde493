"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import unicodedata

import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from office import CHEAP

from rag.accounts.errors import WeakPassword
from rag.accounts.passwords import MAX_LENGTH, RFC_9106, Parameters, Passwords, check

cheap = Passwords(CHEAP)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        pytest.param("", "court", id="nothing"),
        pytest.param("Tr0p-court!", "court", id="11 characters"),
        pytest.param("ab" * 129, "long", id="too long"),
        pytest.param("aaaaaaaaaaaa", "uniforme", id="one character"),
        pytest.param("abcabcabcabcabc", "uniforme", id="three characters"),
        pytest.param("123456789012", "uniforme", id="figures only"),
        pytest.param("2026-11-24 12:00", "uniforme", id="a date"),
        pytest.param("motdepasse123", "premiers", id="the commonest"),
        pytest.param("MotDePasse2026!", "premiers", id="the commonest, in disguise"),
        pytest.param("!!azertyuiop!!", "premiers", id="a row of keys"),
        pytest.param("Password1234", "premiers", id="English"),
        pytest.param("jeanne.martin", "premiers", id="the login"),
        pytest.param("Jeanne.Martin1975", "premiers", id="the login and a year"),
    ],
)
def test_a_password_that_would_be_guessed_is_refused(password: str, said: str) -> None:
    with pytest.raises(WeakPassword, match=said) as refused:
        check(password, "jeanne.martin")
    assert refused.value.remedy
    assert password not in str(refused.value) or not password


@pytest.mark.parametrize(
    "password",
    [
        "cheval agrafe pile juste",
        "Été à Valmercy, 12 h",
        "b3f0-9a77-c2d1",
        "密码很长而且没有人会猜到它",
    ],
)
def test_a_good_one_is_taken(password: str) -> None:
    check(password, "jeanne.martin")


def test_kept_with_the_parameters_of_rfc_9106() -> None:
    kept = Passwords().hash("cheval agrafe pile juste")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert argon2.PasswordHasher().verify(kept, "cheval agrafe pile juste")  # another's reading
    assert Parameters(3, 65_536, 4) == RFC_9106


def test_the_same_password_is_never_kept_alike() -> None:
    assert cheap.hash("cheval agrafe pile") != cheap.hash("cheval agrafe pile")


@given(st.text(st.characters(exclude_categories=()), max_size=40), st.text(max_size=40))
def test_only_the_same_password_matches(one: str, other: str) -> None:
    kept = cheap.hash(one)
    assert cheap.matches(kept, one)
    spellings = [
        unicodedata.normalize("NFKC", each).encode("utf-8", "replace") for each in (one, other)
    ]
    assert cheap.matches(kept, other) == (spellings[0] == spellings[1])


def test_keyboards_spell_accents_in_two_ways() -> None:
    kept = cheap.hash(unicodedata.normalize("NFC", "été à Valmercy"))
    assert cheap.matches(kept, unicodedata.normalize("NFD", "été à Valmercy"))


def test_what_is_beyond_the_longest_password_is_not_ignored() -> None:
    kept = cheap.hash("m" * MAX_LENGTH)
    assert not cheap.matches(kept, "m" * MAX_LENGTH + "n")
    assert not cheap.matches(kept, "m" * 1_000_000)


@given(st.text(max_size=30))
def test_no_password_matches_nobody(password: str) -> None:
    assert not cheap.matches(None, password)


@pytest.mark.parametrize("kept", ["", "x", "$argon2id$v=19$m=8,t=1,p=1$", "$2b$12$abc"])
def test_a_damaged_hash_matches_nothing(kept: str) -> None:
    assert not cheap.matches(kept, "")


def test_nobodys_hash_costs_what_the_others_do() -> None:
    mine, nobodys = cheap.hash("m"), cheap._nobodys
    read = [argon2.extract_parameters(each) for each in (mine, nobodys)]
    assert read[0] == read[1]


def test_other_parameters_are_outdated() -> None:
    dearer = Passwords(Parameters(passes=2, memory=8, threads=1))
    kept = cheap.hash("cheval agrafe pile")
    assert not cheap.outdated(kept)
    assert dearer.outdated(kept)
    assert dearer.matches(kept, "cheval agrafe pile")
