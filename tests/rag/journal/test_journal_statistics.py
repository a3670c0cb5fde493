"""Figures are those that a plain count of the entries gives."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keeping import START, asked, filled, opened, wrong
from sqlalchemy import delete, update

from rag.database import reading, writing
from rag.journal import counting
from rag.journal.entry import REMOVE, UPDATE, Entry, Verdicts
from rag.journal.filters import Filter, Scope
from rag.journal.journal import Journal
from rag.journal.reading import page
from rag.journal.schema import cited, daily, head, journal, people
from rag.journal.statistics import Figures, Latency, Statistics, statistics, unanswered

names = st.sampled_from(["rh", "état civil", 'a"b', "%"])
made = st.builds(
    Entry,
    kind=st.sampled_from(["ask", "search", "feedback", "export", "update"]),
    door=st.sampled_from(["page", "api"]),
    who=st.just("jean"),
    services=st.frozensets(names, max_size=2),
    model=st.sampled_from(["", "m"]),
    versions=st.lists(st.sampled_from("abc"), max_size=4).map(tuple),
    verdicts=st.builds(Verdicts, st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)),
    refused=st.booleans(),
    status=st.sampled_from(["answered", "failed"]),
    useful=st.sampled_from([None, True, False]),
    latency=st.one_of(
        st.just({}), st.floats(0, 7e5).map(lambda total: {"index": 1.0, "total": total})
    ),
    at=st.integers(0, 60).map(lambda hours: START + timedelta(hours=hours)),
)  # fmt: skip
scopes = st.builds(
    Scope,
    since=st.sampled_from([None, date(2026, 1, 2)]),
    until=st.sampled_from([None, date(2026, 1, 2)]),
    service=st.one_of(st.just(""), names),
    model=st.sampled_from(["", "m"]),
    door=st.sampled_from(["", "api"]),
    kind=st.sampled_from(["", "ask"]),
)


def of(kept: Journal, scope: Scope) -> Statistics:
    with reading(kept.engine) as connection:
        return statistics(connection, scope)


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """A journal that is emptied over and over: its key, by setting, takes that for a new one."""
    with opened(tmp_path_factory.mktemp("journal"), journal_key="clé") as kept:
        yield kept


def empty(kept: Journal) -> None:
    with writing(kept.engine, "test") as connection:
        for table in (journal, people, daily, cited):
            connection.execute(delete(table))
        connection.execute(update(head).values(seq=0, hash="", mac=""))


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(entries=st.lists(made, max_size=25), scope=scopes)
def test_figures_are_a_plain_count(again: Journal, entries: list[Entry], scope: Scope) -> None:
    empty(again)
    again.append(*entries)
    assert wrong(again) is None
    found = of(again, scope)
    days = [entry for entry in entries if in_days(entry, scope)]
    chosen = [entry for entry in days if in_names(entry, scope)]
    requests = [entry for entry in chosen if entry.kind in ("ask", "search")]
    assert found.total == count(requests)
    assert found.by_day == by(requests, lambda entry: [entry.at.date().isoformat()])
    assert found.by_service == by(requests, lambda entry: sorted(entry.services) or [""])
    assert found.by_model == by(requests, lambda entry: [entry.model])
    assert found.by_door == by(requests, lambda entry: [entry.door])
    assert found.by_kind == by(requests, lambda entry: [entry.kind])
    anything = Scope(scope.since, scope.until, scope.service, scope.model, scope.door)
    said = [e for e in days if in_names(e, anything) and e.kind == "feedback"]
    assert found.useful == sum(entry.useful is True for entry in said)
    assert found.not_useful == sum(entry.useful is False for entry in said)
    assert found.most_cited == Counter(v for entry in days for v in set(entry.versions))
    near(found.latency, [e.latency["total"] for e in requests if "total" in e.latency])


def in_days(entry: Entry, scope: Scope) -> bool:
    day = entry.at.date()
    return (not scope.since or day >= scope.since) and (not scope.until or day <= scope.until)


def in_names(entry: Entry, scope: Scope) -> bool:
    pairs = ((scope.model, entry.model), (scope.door, entry.door), (scope.kind, entry.kind))
    named = all(not wanted or wanted == has for wanted, has in pairs)
    return named and (not scope.service or scope.service in entry.services)


def count(entries: Sequence[Entry]) -> Figures:
    asked = [entry for entry in entries if entry.kind == "ask"]
    left = [e for e in asked if e.verdicts.unsupported or e.verdicts.contradicted]
    return Figures(
        requests=len(entries),
        failed=sum(entry.status == "failed" for entry in entries),
        asked=len(asked),
        refused=sum(entry.refused for entry in asked),
        with_unsupported=len(left),
    )


def by(entries: Sequence[Entry], keys: Callable[[Entry], list[str]]) -> dict[str, Figures]:
    found = sorted({key for entry in entries for key in keys(entry)})
    return {key: count([entry for entry in entries if key in keys(entry)]) for key in found}


def near(found: Latency, latencies: Sequence[float]) -> None:
    """Within the bucket of the value that nearest rank gives."""
    for share, value in ((50, found.p50), (95, found.p95), (99, found.p99)):
        if not latencies:
            assert value is None
            continue
        exact = round(sorted(latencies)[math.ceil(len(latencies) * share / 100) - 1], 3)
        assert value is not None
        assert abs(counting.bucket_of(value) - counting.bucket_of(exact)) <= 1
        assert exact <= 1 or 1 / 1.5 < value / exact < 1.5


@pytest.mark.parametrize(
    ("milliseconds", "bucket"),
    [(0.0, 0), (1.0, 0), (1.01, 1), (1.41, 1), (1.42, 2), (2.0, 2), (1000.0, 20), (10.0**9, 39)],
)
def test_buckets(milliseconds: float, bucket: int) -> None:
    assert counting.bucket_of(milliseconds) == bucket


@given(st.floats(0, 7e5))
def test_a_latency_is_between_the_bounds_of_its_bucket(milliseconds: float) -> None:
    bucket = counting.bucket_of(milliseconds)
    assert milliseconds <= counting.upper_bound(bucket) * (1 + 1e-12)
    assert not bucket or milliseconds > counting.upper_bound(bucket - 1) * (1 - 1e-12)


@given(st.lists(st.floats(1, 7e5), min_size=1, max_size=50), st.sampled_from([50, 95, 99, 100]))
def test_a_percentile_is_in_the_bucket_of_the_exact_one(values: list[float], share: int) -> None:
    counts = [0] * 40
    for value in values:
        counts[counting.bucket_of(value)] += 1
    found = counting.percentile(counts, share)
    exact = sorted(values)[math.ceil(len(values) * share / 100) - 1]
    bucket = counting.bucket_of(exact)
    assert found is not None
    low = counting.upper_bound(bucket - 1) if bucket else 0.0
    assert low - 0.001 <= found <= counting.upper_bound(bucket) + 0.001


def test_an_evenly_filled_bucket_is_read_evenly() -> None:
    counts = [0] * 40
    counts[20] = 100  # between 724.08 and 1,024 ms
    assert counting.percentile(counts, 50) == pytest.approx((724.077 + 1024) / 2, abs=0.01)
    assert counting.percentile(counts, 100) == 1024
    assert counting.percentile([0] * 40, 50) is None


def test_questions_without_an_answer(kept: Journal) -> None:
    filled(kept)
    with reading(kept.engine) as connection:
        found = unanswered(connection, Scope())
        newest = unanswered(connection, Scope(), limit=1)
    assert [each.seq for each in found] == [10, 5]
    assert [each.seq for each in newest] == [10]
    assert {each.entry.question for each in found} == {""}  # reading them is journalled


def test_works_on_the_texts_are_no_requests(kept: Journal) -> None:
    works = (Entry(kind, "page", "jean", status="failed") for kind in (UPDATE, REMOVE))
    kept.append(asked(), *works)
    found = of(kept, Scope())
    assert found.total.requests == 1 and found.total.failed == 0
    assert list(found.by_kind) == ["ask"] and wrong(kept) is None


@pytest.mark.parametrize(
    ("wanted", "count"),
    [("rh", 1), ("RH", 1), ("r", 0), ('a"rh', 1), ("x,", 1), ("%", 0), ("état", 1), ("ÉTAT", 0)],
)
def test_a_service_is_matched_exactly(kept: Journal, wanted: str, count: int) -> None:
    for services in ({"rh", "x,"}, {"RH"}, {'a"rh'}, {"zz", "état"}):
        kept.append(asked(services=frozenset(services)))
    scope = Scope(service=wanted)
    assert of(kept, scope).total.requests == count
    with reading(kept.engine) as connection:
        assert len(page(connection, Filter(scope))) == count


def test_shares() -> None:
    figures = Figures(requests=10, asked=8, refused=2, with_unsupported=1)
    assert (figures.share_refused, figures.share_unsupported) == (0.25, 0.125)
    assert (Figures().share_refused, Figures().share_unsupported) == (0.0, 0.0)


def test_most_cited_first(kept: Journal) -> None:
    kept.append(*(asked(n, versions=("b", "a", "b")) for n in range(2)), asked(2, versions=("b",)))
    assert list(of(kept, Scope()).most_cited.items()) == [("b", 3), ("a", 2)]
