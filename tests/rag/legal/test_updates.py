"""What a history tells of changes: written by hand, each case named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.legal.updates import ChangeKind, Event, between, events
from rag.types import Article, Text, Validity, Version

TEXT = Text("code", "Code")
ARTICLE = Article("A", "code", "L1")


def day(year: int | None) -> date | None:
    return date(year, 1, 1) if year else None


def version(
    key: str, start: int | None, end: int | None, words: str | None = "", state: str = "VIGUEUR"
) -> Version:
    said = key if words == "" else words
    return Version(key, "A", said, Validity(day(start), day(end)), state)


def told(*versions: Version) -> list[tuple[str, int, str, str]]:
    """(kind, year, version before, version after)."""
    return [
        (
            event.kind.value,
            event.day.year,
            event.before.version_id if event.before else "",
            event.after.version_id if event.after else "",
        )
        for event in events(TEXT, ARTICLE, versions)
    ]


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        pytest.param([], [], id="no version"),
        pytest.param([version("a", None, None)], [], id="in force since ever"),
        pytest.param([version("a", 2016, None)], [("added", 2016, "", "a")], id="made"),
        pytest.param(
            [version("a", 2016, 2020)],
            [("added", 2016, "", "a"), ("repealed", 2020, "a", "")],
            id="made and repealed",
        ),
        pytest.param(
            [version("a", None, 2020)], [("repealed", 2020, "a", "")], id="since ever, repealed"
        ),
        pytest.param(
            [version("a", 2016, 2018, state="MODIFIE"), version("b", 2018, None)],
            [("added", 2016, "", "a"), ("changed", 2018, "a", "b")],
            id="changed",
        ),
        pytest.param(
            [version("b", 2018, None), version("a", 2016, 2018)],
            [("added", 2016, "", "a"), ("changed", 2018, "a", "b")],
            id="given in another order",
        ),
        pytest.param(
            [version("a", 2016, 2018), version("b", 2018, None, "a")],
            [("added", 2016, "", "a")],
            id="the same words",
        ),
        pytest.param(
            [version("a", 2016, 2018, "Deux  mots."), version("b", 2018, None, "Deux\nmots.")],
            [("added", 2016, "", "a")],
            id="other white space",
        ),
        pytest.param(
            [version("a", 2016, 2018, None), version("b", 2018, None)],
            [("added", 2016, "", "a"), ("changed", 2018, "a", "b")],
            id="old words unknown",
        ),
        pytest.param(
            [version("a", 2016, 2018, None), version("b", 2018, None, None)],
            [("added", 2016, "", "a"), ("changed", 2018, "a", "b")],
            id="both words unknown",
        ),
        pytest.param(
            [version("a", 2016, 2018), version("b", 2020, None)],
            [("added", 2016, "", "a"), ("repealed", 2018, "a", ""), ("added", 2020, "", "b")],
            id="a gap",
        ),
        pytest.param(
            [version("a", 2016, None), version("b", 2018, None)],
            [("added", 2016, "", "a"), ("changed", 2018, "a", "b")],
            id="the first left open",
        ),
        pytest.param(
            [version("a", 2016, 2019), version("b", 2018, None)],
            [("added", 2016, "", "a"), ("changed", 2018, "a", "b")],
            id="overlapping",
        ),
        pytest.param(
            [
                version("a", 2016, 2018, state="MODIFIE"),
                version("dead", 2018, 2018, state="MODIFIE_MORT_NE"),
                version("b", 2018, None),
            ],
            [("added", 2016, "", "a"), ("changed", 2018, "a", "b")],
            id="MORT_NE: a version that was never in force",
        ),
        pytest.param(
            [version("a", 2016, None), version("dead", 2020, 2019, state="MORT_NE")],
            [("added", 2016, "", "a")],
            id="MORT_NE: ended before it began",
        ),
        pytest.param([version("dead", 2018, 2018, state="MORT_NE")], [], id="MORT_NE alone"),
        pytest.param(
            [version("a", 2016, 2029, state="ABROGE_DIFF")],
            [("added", 2016, "", "a"), ("repealed", 2029, "a", "")],
            id="ABROGE_DIFF: known future repeal",
        ),
    ],
)
def test_events(versions: list[Version], expected: list[tuple[str, int, str, str]]) -> None:
    assert told(*versions) == expected


def event(year: int, title: str = "Code", order: int = 0) -> Event:
    text, article = Text(title, title), Article(f"{title}{order}", title, "1", order=order)
    return Event(text, article, ChangeKind.ADDED, date(year, 1, 1), None, version("a", year, None))


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        pytest.param(2000, None, [2022, 2021, 2020], id="all, newest first"),
        pytest.param(2020, None, [2022, 2021], id="the day since is known already"),
        pytest.param(2019, 2021, [2021, 2020], id="the last day counts"),
        pytest.param(2022, None, [], id="nothing since"),
        pytest.param(2021, 2020, [], id="an empty period"),
    ],
)
def test_between(since: int, until: int | None, expected: list[int]) -> None:
    found = between([event(2021), event(2022), event(2020)], date(since, 1, 1), day(until))
    assert [e.day.year for e in found] == expected


def test_events_of_a_day_stand_in_reading_order() -> None:
    mixed = [event(2020, "B", 1), event(2020, "A", 2), event(2020, "A", 1)]
    found = between(mixed, date(2000, 1, 1), None)
    assert [e.article.article_id for e in found] == ["A1", "A2", "B1"]


YEARS = st.none() | st.integers(2000, 2008)


@settings(deadline=None)
@given(st.lists(st.tuples(YEARS, YEARS, st.sampled_from(["x", "y", None])), max_size=6))
def test_whatever_the_history_events_are_told_in_order(
    periods: list[tuple[int | None, int | None, str | None]],
) -> None:
    versions = [version(f"v{n}", a, b, words) for n, (a, b, words) in enumerate(periods)]
    found = list(events(TEXT, ARTICLE, versions))
    for each in found:
        assert (each.before is None) == (each.kind is ChangeKind.ADDED)
        assert (each.after is None) == (each.kind is ChangeKind.REPEALED)
        if each.after:
            assert each.after.validity.start == each.day
        if each.kind is ChangeKind.REPEALED:
            assert each.before is not None and each.before.validity.end == each.day
