"""Passages: slices that fit, hold every character once, and cost little on hostile words."""

from __future__ import annotations

import time
from bisect import bisect_right

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.passages import MAX_CHARACTERS, MAX_WORDS, Window, passage_id, split, vector_key
from rag.types import PageMark, Passage, Version

MEGABYTE = 1_000_000
BOUND = 15.0  # seconds for 5 MB on a loaded machine; a step that goes back over words takes hours


def version(words: str | None, *pages: PageMark) -> Version:
    return Version("v", "a", words, pages=pages)


def words_of(passages: list[Passage]) -> list[str]:
    return [passage.words for passage in passages]


def count_pieces(words: str) -> int:
    """As a word-piece tokenizer counts: three characters a piece, and two marks."""
    return 2 + sum((len(word) + 2) // 3 for word in words.split())


WINDOWS = st.sampled_from([None, Window(count_pieces, 8), Window(count_pieces, 256)])
SEPARATORS = [" ", "\n", "\n\n", ". ", " ; ", " : ", "\u00a0", "\t", "\u2028", "\x1f", " » ", ".\n"]
PIECES = [
    "mot",
    "l'article",
    "L. 231-4",
    "art. 3",
    "1°",
    "a)",
    "É",
    "«",
    "x" * 1300,
    "",
    "𝄞",
    "e\u0301",
]
TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from(PIECES + SEPARATORS), max_size=300).map("".join),
    st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(SEPARATORS)), max_size=300).map(
        lambda pairs: "".join(a + b for a, b in pairs)
    ),
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, WINDOWS)
@example("", None)
@example(" \n\t ", None)
@example("x" * 5000, Window(count_pieces, 8))
def test_every_word_is_in_one_passage_that_fits(words: str, window: Window | None) -> None:
    passages = split(version(words), window)
    at = 0
    for passage in passages:
        assert words[passage.start : passage.end] == passage.words
        assert passage.words == passage.words.strip() != ""
        assert not words[at : passage.start].strip(), "a word is in no passage"
        assert passage.start >= at, "a word is in two passages"
        assert len(passage.words) <= MAX_CHARACTERS
        assert len(passage.words.split()) <= MAX_WORDS
        if window:
            assert window.count(passage.words) <= window.limit
        at = passage.end
    assert not words[at:].strip()
    assert split(version(words), window) == passages
    assert len({p.passage_id for p in passages}) == len(passages)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 3000), max_size=6, unique=True))
def test_a_passage_is_on_the_page_where_it_begins(words: str, starts: list[int]) -> None:
    marks = [PageMark(start, page) for page, start in enumerate([0, *sorted(starts)], start=1)]
    for passage in split(version(words, *marks)):
        place = bisect_right([mark.start for mark in marks], passage.start) - 1
        assert passage.page == marks[place].page


def test_without_words_there_is_nothing() -> None:
    assert split(version(None)) == []
    assert [p.page for p in split(version("mot"))] == [None]


def test_a_passage_ends_at_an_alinea_then_a_sentence() -> None:
    line = " ".join(["mot"] * 70) + "."
    assert words_of(split(version(f"{line}\n{line}"))) == [line, line]
    assert words_of(split(version(f"{line} {line}"))) == [f"{line} {line}"[:280], line]


def test_short_alineas_are_joined_up_to_the_limit() -> None:
    lines = ["un deux trois"] * (2 * MAX_WORDS // 3)
    assert [len(p.words.split()) for p in split(version("\n".join(lines)))] == [MAX_WORDS] * 2


@pytest.mark.parametrize("abbreviation", ["art.", "al.", "M.", "n°.", "cf."])
def test_an_abbreviation_ends_no_sentence(abbreviation: str) -> None:
    head = " ".join(["mot"] * 60)
    words = f"{head}. {' '.join(['mot'] * 40)} {abbreviation} 12 {' '.join(['mot'] * 30)}."
    assert words_of(split(version(words)))[0] == f"{head}."


def test_a_word_longer_than_the_window_is_cut() -> None:
    passages = split(version("x" * 100), Window(count_pieces, 8))
    assert "".join(words_of(passages)) == "x" * 100


def test_ids_are_stable() -> None:
    """Stored in catalogues and indexes: they may not change from release to release."""
    assert passage_id("LEGIARTI000031366350", 0, 120) == 7200050935722806263
    assert 0 < passage_id("v", 0, 1) < 2**63
    assert passage_id("v", 1, 11) != passage_id("v", 11, 1)
    assert vector_key("mot") == "01459f1a01f08e6e86474d76f4240d20"


HOSTILE = {
    "one word": "x",
    "lines of one letter": "a\n",
    "one line of words": "mot ",
    "points": ". ",
    "blanks": " ",
    "blank then word": " " * 5000 + "x",
    "empty lines": "\n",
    "points and blanks": "." + " " * 999,
    "abbreviations": "art. ",
    "guillemets": "« » ",
    "no-break spaces": "mot\u00a0",
    "combining": "e\u0301",
    "astral": "𝄞 ",
    "separators": "\u2028\u2029\x1e",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "size"),
    [(name, (5 if place < 4 else 1) * MEGABYTE) for place, name in enumerate(HOSTILE)],
)
def test_hostile_words_are_split_in_bounded_time(name: str, size: int) -> None:
    words = (HOSTILE[name] * (size // len(HOSTILE[name]) + 1))[:size]
    started = time.process_time()
    passages = split(version(words), Window(count_pieces, 256))
    assert time.process_time() - started < BOUND
    assert sum(len("".join(p.words.split())) for p in passages) == len("".join(words.split()))
