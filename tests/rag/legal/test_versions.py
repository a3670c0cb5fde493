"""Histories: the same whatever the order in which dated states are taken in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources.base import Source
from ingest.sources.legi_json import read
from rag.legal.versions import BEGINNING, TextRecord, merge
from rag.types import Article, PageMark, Text, TextState, Validity, Version

TODAY = date(2026, 5, 28)
DAYS = [date(2020, 1, 1), date(2021, 6, 1), date(2022, 1, 1), date(2023, 3, 1), date(2024, 9, 1)]


def day(number: int) -> date:
    return DAYS[number]


def taken(states: Iterable[TextState], today: date = TODAY) -> TextRecord:
    record: TextRecord | None = None
    for state in states:
        record = merge(record, state, today)
    assert record is not None
    return record


def document(as_of: date | None, title: str = "Procédure", **articles: str) -> TextState:
    """A document's state: article key → its words."""
    return TextState(
        Text("proc", title),
        tuple(Article(f"proc#{key}", "proc", key, order=n) for n, key in enumerate(articles)),
        tuple(
            Version(f"proc#{key}@given", f"proc#{key}", words, Validity(as_of))
            for key, words in articles.items()
        ),
        as_of,
    )


def law(
    as_of: date, *versions: Version, partial: bool = False, removed: Sequence[str] = ()
) -> TextState:
    keys = dict.fromkeys(version.article_id for version in versions)
    articles = tuple(Article(key, "code", key, order=n) for n, key in enumerate(keys))
    return TextState(
        Text("code", f"Code au {as_of}"), articles, versions, as_of, partial, tuple(removed)
    )


def version(
    name: str, start: date, end: date | None = None, words: str | None = "mots", state: str = "V"
) -> Version:
    """`name` is the article's id, a dash, and the version's."""
    return Version(name, name.partition("-")[0], words, Validity(start, end), state)


def periods(record: TextRecord) -> dict[str, tuple[str, date | None, date | None]]:
    """version_id → words, start, end."""
    return {
        key: (dated.version.words or "", dated.version.validity.start, dated.version.validity.end)
        for key, dated in record.versions.items()
    }


def wordings(record: TextRecord) -> list[tuple[str, str | None, date | None, date | None]]:
    """Article, words, start, end, sorted: what `periods` says without invented ids."""
    found = [(d.version.article_id, d.version) for d in record.versions.values()]
    rows = [(a, v.words, v.validity.start, v.validity.end) for a, v in found]
    return sorted(rows, key=lambda row: (row[0], row[2] or date.min))


# Documents


def test_equal_wordings_in_a_row_are_one_version() -> None:
    record = taken([document(day(0), a="un"), document(day(1), a="un"), document(day(2), a="deux")])
    assert wordings(record) == [
        ("proc#a", "un", day(0), day(2)),
        ("proc#a", "deux", day(2), None),
    ]


def test_a_section_that_goes_and_comes_back_has_two_versions() -> None:
    states = [document(day(0), a="un", b="x"), document(day(1), b="x"), document(day(2), a="un")]
    assert wordings(taken(states)) == [
        ("proc#a", "un", day(0), day(1)),
        ("proc#a", "un", day(2), None),
        ("proc#b", "x", day(0), day(2)),
    ]


def test_an_undated_document_is_in_force_since_ever() -> None:
    record = taken([document(None, a="un")])
    assert wordings(record) == [("proc#a", "un", None, None)]
    assert set(record.states) == {BEGINNING}


def test_an_undated_document_read_again_stays() -> None:
    once = taken([document(None, a="un")])
    assert merge(once, document(None, a="un"), date(2027, 1, 1)) == once


def test_what_changes_an_undated_document_counts_from_the_day_it_is_read() -> None:
    record = taken([document(None, a="un"), document(None, a="deux")])
    assert wordings(record) == [("proc#a", "un", None, TODAY), ("proc#a", "deux", TODAY, None)]


def test_an_undated_document_changed_twice_a_day_keeps_the_last() -> None:
    record = taken([document(None, a="un"), document(None, a="deux"), document(None, a="trois")])
    assert [row[1] for row in wordings(record)] == ["un", "trois"]


def test_an_undated_change_taken_in_again_later_changes_nothing() -> None:
    record = taken([document(None, a="un"), document(None, a="deux")])
    assert merge(record, document(None, a="deux"), date(2027, 1, 1)) == record


def test_a_correction_of_the_same_date_replaces() -> None:
    record = taken([document(day(0), a="un", b="x"), document(day(0), a="corrigé")])
    assert wordings(record) == [("proc#a", "corrigé", day(0), None)]
    assert set(record.articles) == {"proc#a"}


def test_the_newest_form_of_equal_wordings_stands() -> None:
    """The same words laid out anew on other pages: what is read today is cited."""
    first, second = document(day(0), a="un deux"), document(day(1), a="un\ndeux")
    paged = replace(second.versions[0], pages=(PageMark(0, 7),))
    record = taken([first, replace(second, versions=(paged,))])
    (only,) = record.versions.values()
    assert (only.version.words, only.version.pages) == ("un\ndeux", (PageMark(0, 7),))
    assert only.version.validity == Validity(day(0), None)


def test_the_title_is_that_of_the_newest_state() -> None:
    states = [document(day(2), "Nouveau", a="un"), document(day(0), "Ancien", a="un")]
    assert {taken(order).text.title for order in permutations(states)} == {"Nouveau"}


# Law


def test_an_absent_article_ends_at_the_first_later_state() -> None:
    states = [
        law(day(0), version("A-1", day(0)), version("B-1", day(0))),
        law(day(1), version("A-1", day(0))),
        law(day(3), version("A-1", day(0))),
    ]
    for order in permutations(states):
        assert periods(taken(order))["B-1"] == ("mots", day(0), day(1))


def test_an_absence_does_not_prolong_a_declared_end() -> None:
    states = [law(day(0), version("B-1", day(0), day(1))), law(day(2), version("A-1", day(0)))]
    assert periods(taken(states))["B-1"][2] == day(1)


def test_an_article_that_comes_back_is_not_ended() -> None:
    states = [
        law(day(0), version("B-1", day(0))),
        law(day(1), version("A-1", day(0))),
        law(day(2), version("B-1", day(0))),
    ]
    assert periods(taken(states))["B-1"][2] is None


def test_daily_states_never_remove() -> None:
    states = [
        law(day(0), version("A-1", day(0)), version("B-1", day(0))),
        law(day(1), version("A-2", day(1)), version("A-1", day(0), day(1), None), partial=True),
    ]
    for order in permutations(states):
        record = taken(order)
        assert periods(record)["B-1"] == ("mots", day(0), None)
        assert periods(record)["A-1"] == ("mots", day(0), day(1))
        assert set(record.present()) == {"A", "B"}


def test_a_daily_dump_deletes_the_versions_it_names() -> None:
    record = taken(
        [
            law(day(0), version("A-1", day(0)), version("B-1", day(0))),
            law(day(1), partial=True, removed=["B-1"]),
        ]
    )
    assert set(periods(record)) == {"A-1"}
    assert set(record.articles) == {"A"}


def test_what_is_deleted_stays_so_whatever_is_taken_in_afterwards() -> None:
    """But for what a newer state gives again, and of that only what it gives."""
    a, b = version("A-1", day(0)), version("B-1", day(0))
    states = [
        law(day(0), a, b),
        law(day(1), a, b, partial=True),
        law(day(2), partial=True, removed=["A-1", "B-1"]),
        law(day(3), replace(b, words=None), partial=True),
    ]
    for order in permutations(states):
        record = taken(order)
        assert periods(record) == {"B-1": ("", day(0), None)}
        assert record.versions["B-1"].version.words is None
        assert set(record.articles) == {"B"}
        assert record.present() == {}


def test_deletions_of_a_text_that_is_not_there_yet_count() -> None:
    """As ingest keeps them: by themselves, until a state gives something of the text."""
    given, deletes = law(day(0), version("A-1", day(0)), version("B-1", day(0))), day(2)
    after = taken([given, replace(law(deletes, partial=True, removed=["A-1"]), text=Text("c", ""))])
    before = merge(None, given, TODAY, frozenset({("A-1", deletes)}))
    assert before == after


def test_a_state_without_title_leaves_the_title() -> None:
    deleting = law(day(1), partial=True, removed=["A-1"])
    untitled = replace(deleting, text=Text("code", ""))
    assert taken([law(day(0), version("A-1", day(0))), untitled]).text.title == f"Code au {day(0)}"


def test_a_corrected_reading_of_a_state_replaces_its_versions() -> None:
    record = taken(
        [law(day(0), version("A-1", day(0), words="faux")), law(day(0), version("A-2", day(0)))]
    )
    assert periods(record) == {"A-2": ("mots", day(0), None)}


def test_a_correction_spares_what_another_state_shows() -> None:
    record = taken(
        [
            law(day(0), version("A-1", day(0))),
            law(day(1), version("A-1", day(0))),
            law(day(1), version("A-2", day(1))),
        ]
    )
    assert set(periods(record)) == {"A-1", "A-2"}


def test_a_law_that_lost_every_article_stays_a_law() -> None:
    """With --accept-removals an empty shell ends every version; their identities stay."""
    record = taken([law(day(0), version("A-1", day(0))), law(day(1))])
    assert periods(record) == {"A-1": ("mots", day(0), day(1))}
    assert record.present() == {}


def test_a_future_version_of_an_absent_article_never_comes_into_force() -> None:
    states = [law(day(0), version("B-9", day(4))), law(day(1), version("A-1", day(0)))]
    assert periods(taken(states))["B-9"][1:] == (day(4), day(4))


# Properties

WORDS = st.sampled_from(["un", "deux", "trois quatre"])
KEYS = st.sampled_from(["a", "b", "c", "d"])


@st.composite
def documents(draw: st.DrawFn) -> list[TextState]:
    days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=5, unique=True))
    shown = st.dictionaries(KEYS, WORDS, max_size=4)
    return [document(each, **dict(sorted(draw(shown).items()))) for each in days]


@st.composite
def laws(draw: st.DrawFn) -> list[TextState]:
    """States of one true history, each with words of what is in force and periods of the rest."""
    histories = {key: _history(draw, key) for key in "ABC"}
    days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=5, unique=True))
    states = []
    for each in days:
        present = draw(st.sets(st.sampled_from("ABC"), max_size=3))
        shown = [_as_seen(v, each) for key in sorted(present) for v in histories[key]]
        partial = draw(st.booleans())
        known = sorted(v.version_id for group in histories.values() for v in group)
        gone = draw(st.sets(st.sampled_from(known), max_size=3)) if partial else set()
        states.append(law(each, *shown, partial=partial, removed=sorted(gone)))
    return states


def _history(draw: st.DrawFn, key: str) -> list[Version]:
    starts = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True)))
    ends: list[date | None] = [*starts[1:], draw(st.none() | st.just(date(2025, 1, 1)))]
    return [
        version(f"{key}-{n}", start, end, f"{key} {n}")
        for n, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def _as_seen(known: Version, on: date) -> Version:
    return known if known.validity.contains(on) else replace(known, words=None)


@settings(max_examples=150, deadline=None)
@given(documents(), st.randoms(use_true_random=False))
def test_documents_do_not_depend_on_order(states: list[TextState], random: object) -> None:
    check_order(states, random)


@settings(max_examples=150, deadline=None)
@given(laws(), st.randoms(use_true_random=False))
def test_laws_do_not_depend_on_order(states: list[TextState], random: object) -> None:
    check_order(states, random)


def check_order(states: list[TextState], random: object) -> None:
    shuffled = list(states)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    in_order = taken(sorted(states, key=lambda state: state.as_of or date.min))
    other = taken(shuffled)
    assert other == in_order
    for state in states:
        assert merge(other, state, TODAY) == other, "not idempotent"


@settings(max_examples=100, deadline=None)
@given(documents(), st.dictionaries(KEYS, WORDS, max_size=4))
def test_a_correction_leaves_no_trace(states: list[TextState], shown: dict[str, str]) -> None:
    corrected = document(states[0].as_of, **dict(sorted(shown.items())))
    traced, clean = taken([*states, corrected]), taken([*states[1:], corrected])
    assert (traced.versions, traced.sightings) == (clean.versions, clean.sightings)
    assert traced.articles.keys() == clean.articles.keys()


@settings(max_examples=100, deadline=None)
@given(documents())
def test_each_state_can_be_read_back(states: list[TextState]) -> None:
    record = taken(states)
    for state in states:
        assert state.as_of
        on_day = {
            d.version.article_id: d.version.words
            for d in record.versions.values()
            if d.version.validity.contains(state.as_of)
        }
        assert on_day == {v.article_id: v.words for v in state.versions}


@settings(max_examples=150, deadline=None)
@given(laws())
def test_daily_states_end_nothing_by_what_they_lack(states: list[TextState]) -> None:
    """Without any whole state, every version ends where its source says."""
    record = taken([replace(state, partial=True) for state in states])
    for dated in record.versions.values():
        assert dated.version.validity.end == dated.declared_end


# The five real states of the CRPA


@pytest.fixture(scope="module")
def crpa(shared: Path) -> list[TextState]:
    files = sorted((shared / "corpora/legi/crpa").glob("*.json"))
    return [state for file in files for state in read(Source(file, file.name))]


@pytest.mark.slow
def test_real_states_do_not_depend_on_order(crpa: list[TextState]) -> None:
    assert len(crpa) == 5
    in_order = taken(crpa)
    for order in list(permutations(crpa))[::17]:
        assert taken(order) == in_order
    for state in crpa:
        assert merge(in_order, state, TODAY) == in_order


@pytest.mark.slow
def test_real_states_can_be_read_back(crpa: list[TextState]) -> None:
    """What a state shows is in force on its day, unless a newer state ended it earlier since.

    It does for three articles: a wording of 2022 that the state of 2024-01-01 shows as in force
    ended on 2023-12-31, according to the state of 2026-05-28.
    """
    record = taken(crpa)
    ended = []
    for state in crpa:
        assert state.as_of
        shown = [v for v in state.versions if v.words and v.validity.contains(state.as_of)]
        assert len(shown) == sum(1 for v in state.versions if v.words)
        held = [record.versions[v.version_id] for v in shown]
        ended += [dated for dated in held if not dated.version.validity.contains(state.as_of)]
    assert len(ended) == 3
    for dated in ended:
        assert (dated.taken_from, dated.version.validity.end) == (TODAY, date(2023, 12, 31))
