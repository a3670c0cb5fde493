"""What is taken for granted is told from what is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.granted import GRANTED, asked_part


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "Puisque l'article 99 du règlement le permet, quel est le délai du recours ?",
            "quel est le délai du recours ?",
        ),
        (
            "Puisque l'article L. 231-1 le permet, quel est le délai du recours ?",
            "quel est le délai du recours ?",
        ),
        (
            "Quel est le délai du recours, sachant que le maire est absent ?",
            "Quel est le délai du recours, ?",
        ),
        ("Puisque le maire est absent, que faire ?", "Puisque le maire est absent, que faire ?"),
        ("Quel est le délai du recours ?", "Quel est le délai du recours ?"),
    ],
)
def test_what_is_asked(question: str, asked: str) -> None:
    assert asked_part(question) == asked


@given(st.text(max_size=400))
def test_any_words(words: str) -> None:
    assert asked_part(words) in (words, GRANTED.sub("", words).strip())
