"""Tokens → sentences: the same however the stream is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.streaming import MAX_SENTENCE, is_whole, sentences, split_markers

ANSWER = (
    "Le délai est d'un mois [1]. Selon l'art. L. 231-4, le silence vaut rejet. [2] [3]\n"
    "- La pièce est due [1, 2].\n\n- « Une phrase. Une autre. » est citée [4]. Fin"
)
EXPECTED = [
    "Le délai est d'un mois [1].",
    "Selon l'art. L. 231-4, le silence vaut rejet. [2] [3]",
    "- La pièce est due [1, 2].",
    "- « Une phrase. Une autre. » est citée [4].",
    "Fin",
]


@given(st.lists(st.integers(0, len(ANSWER)), max_size=30))
def test_the_cuts_of_the_stream_change_nothing(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(ANSWER)]
    pieces = [ANSWER[a:b] for a, b in pairwise(edges)]
    assert list(sentences(pieces)) == EXPECTED


def test_a_sentence_comes_as_soon_as_the_next_begins() -> None:
    seen: list[str] = []

    def stream() -> object:
        yield "Un. "
        yield "Deux"
        assert seen == ["Un."]
        yield ". "

    for sentence in sentences(stream()):  # type: ignore[arg-type]
        seen.append(sentence)
    assert seen == ["Un.", "Deux."]


def test_what_never_ends_is_cut() -> None:
    found = list(sentences("mot " for _ in range(1000)))
    assert max(len(each) for each in found) <= MAX_SENTENCE


@pytest.mark.parametrize(
    ("sentence", "text", "numbers"),
    [
        ("Le délai [1].", "Le délai.", (1,)),
        ("- Le **délai** [1][3].", "Le délai.", (1, 3)),
        ("Le délai [passage 2, 4].", "Le délai.", (2, 4)),
        ("Le délai [2-4].", "Le délai.", (2, 3, 4)),
        ("Le délai 【2】.", "Le délai.", (2,)),
        ("Le délai [sic].", "Le délai [sic].", ()),
        ("Le délai.", "Le délai.", ()),
    ],
)
def test_markers(sentence: str, text: str, numbers: tuple[int, ...]) -> None:
    assert split_markers(sentence) == (text, numbers)


def test_broken_off() -> None:
    assert is_whole("Le délai [1]") and is_whole("Le délai.") and not is_whole("Le dél")
