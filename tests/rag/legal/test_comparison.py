"""Word-level comparison: the segments give back both wordings, white space apart."""

from __future__ import annotations

import itertools
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.legal.comparison import MAX_WORDS, Kind, Segment, changed_words, compare, excerpt

SAME, ADDED, REMOVED = Kind.SAME, Kind.ADDED, Kind.REMOVED


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("", "", [], id="nothing"),
        pytest.param("Un mot.", "Un mot.", [(SAME, "Un mot.")], id="the same"),
        pytest.param("", "Un mot.", [(ADDED, "Un mot.")], id="all new"),
        pytest.param("Un mot.", "", [(REMOVED, "Un mot.")], id="all gone"),
        pytest.param(
            "Un délai de deux mois.",
            "Un délai de trois mois.",
            [(SAME, "Un délai de"), (REMOVED, " deux"), (ADDED, " trois"), (SAME, " mois.")],
            id="a word",
        ),
        pytest.param(
            "Un mot.", "Un mot !", [(SAME, "Un mot"), (REMOVED, "."), (ADDED, " !")], id="a sign"
        ),
        pytest.param("Un  mot.", "Un mot.", [(SAME, "Un mot.")], id="white space only"),
        pytest.param(
            "Un mot",
            "Un petit mot",
            [(SAME, "Un"), (ADDED, " petit"), (SAME, " mot")],
            id="inserted",
        ),
        pytest.param(
            "1° un ;\n3° trois.",
            "1° un ;\n2° deux ;\n3° trois.",
            [(SAME, "1° un ;\n"), (ADDED, "2° deux ;\n"), (SAME, "3° trois.")],
            id="a point",
        ),
    ],
)
def test_segments(old: str, new: str, expected: list[tuple[Kind, str]]) -> None:
    assert [(s.kind, s.words) for s in compare(old, new)] == expected


WORDINGS = st.text("abé1. ,;«\n\t\u00a0_-'’", max_size=80)


def bare(words: str) -> str:
    return "".join(words.split())


def sides(segments: list[Segment]) -> tuple[str, str]:
    old = "".join(s.words for s in segments if s.kind is not ADDED)
    new = "".join(s.words for s in segments if s.kind is not REMOVED)
    return bare(old), bare(new)


@settings(deadline=None)
@given(WORDINGS, WORDINGS)
def test_both_wordings_come_back(old: str, new: str) -> None:
    segments = compare(old, new)
    assert sides(segments) == (bare(old), bare(new))
    kinds = [segment.kind for segment in segments]
    assert all(one is not other for one, other in itertools.pairwise(kinds))
    assert all(segment.words for segment in segments)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32))
def test_long_wordings_come_back(seed: int) -> None:
    made = random.Random(seed)
    lines = [" ".join(made.choices("abcdefgh", k=made.randint(0, 9))) for _ in range(900)]
    other = [line for line in lines if made.random() > 0.05]
    other.insert(made.randrange(len(other)), "tout autre chose")
    old, new = "\n".join(lines), "\n".join(other)
    assert len(old.split()) > MAX_WORDS
    assert sides(compare(old, new)) == (bare(old), bare(new))


def test_a_word_changed_in_a_long_text_is_all_that_is_marked() -> None:
    words = [f"mot{n}" for n in range(20_000)]
    segments = compare(" ".join(words), " ".join([*words[:9_000], "autre", *words[9_001:]]))
    assert [(s.kind, s.words) for s in segments[1:3]] == [(REMOVED, " mot9000"), (ADDED, " autre")]
    assert changed_words(segments) == (1, 1)


@pytest.mark.slow
@pytest.mark.parametrize("separator", [" ", "\n"])
@pytest.mark.parametrize("count", [MAX_WORDS - 10, 40_000])
def test_hostile_wordings_take_bounded_time(separator: str, count: int) -> None:
    made = random.Random(1)
    old, new = (separator.join(made.choices("ab", k=count)) for _ in range(2))
    started = time.process_time()
    segments = compare(old, new)
    assert time.process_time() - started < 20
    assert sides(segments) == (bare(old), bare(new))


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([], (0, 0), id="none"),
        pytest.param([Segment(SAME, "un deux")], (0, 0), id="the same"),
        pytest.param([Segment(REMOVED, " un deux"), Segment(ADDED, " trois")], (2, 1), id="both"),
        pytest.param([Segment(ADDED, "\n")], (0, 0), id="a line feed"),
    ],
)
def test_changed_words(segments: list[Segment], expected: tuple[int, int]) -> None:
    assert changed_words(segments) == expected


def shown(segments: list[Segment], around: int) -> str:
    return "|".join(segment.words for segment in excerpt(segments, around))


def words(start: int, end: int) -> str:
    return "".join(f" {n}" for n in range(start, end))


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([Segment(SAME, words(0, 4))], " 0 1 2 3", id="short"),
        pytest.param(
            [Segment(SAME, words(0, 9)), Segment(ADDED, " x"), Segment(SAME, words(9, 20))],
            " […] 7 8| x| 9 10 […]",
            id="both ends",
        ),
        pytest.param(
            [Segment(ADDED, "x"), Segment(SAME, words(0, 9) + "\n"), Segment(ADDED, "y")],
            "x| 0 1 […] 7 8\n|y",
            id="middle",
        ),
        pytest.param([Segment(SAME, words(0, 9))], " […]", id="all the same"),
        pytest.param([], "", id="nothing"),
    ],
)
def test_excerpt(segments: list[Segment], expected: str) -> None:
    assert shown(segments, 2) == expected
