"""Scores and rankings against an independent computation, point by point in Python."""

from __future__ import annotations

from datetime import date

import pytest
from brute_force import DIMENSION, point, scores, unit, words
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import Store

from rag.ports import ARTICLE, DENSE, PASSAGE, Index, IndexFilter, IndexPoint, IndexQuery

NAMES = ("paie", "rh", "été")
DAYS = st.integers(0, 6).map(lambda n: date(2026, 1, 1 + n))
WEIGHTS = st.dictionaries(st.integers(1, 8), st.sampled_from([0.5, 1.0, 1.75]), max_size=5)
DIRECTIONS = st.lists(st.integers(-3, 3), min_size=DIMENSION, max_size=DIMENSION).filter(any)


@st.composite
def corpora(draw: st.DrawFn) -> list[IndexPoint]:
    """A few points, one id each."""
    ids = draw(st.lists(st.integers(1, 40), unique=True, max_size=25))
    return [draw(points(point_id)) for point_id in ids]


@st.composite
def points(draw: st.DrawFn, point_id: int) -> IndexPoint:
    """A point with any of the vectors, rights and dates."""
    return point(
        point_id,
        passage=draw(st.none() | WEIGHTS),
        article=draw(st.none() | WEIGHTS),
        dense=draw(st.none() | DIRECTIONS),
        services=draw(st.sets(st.sampled_from(NAMES), max_size=2)),
        start=draw(st.none() | DAYS),
        end=draw(st.none() | DAYS),
    )


FILTERS = st.builds(
    IndexFilter,
    day=st.none() | DAYS,
    services=st.none() | st.frozensets(st.sampled_from(NAMES), max_size=2),
)


def assert_ranked(index: Index, held: list[IndexPoint], query: IndexQuery) -> None:
    """The index answers the best `limit` of what a scan of the points gives."""
    [found] = index.search([query])
    expected = scores(held, query)
    best = sorted(expected.values(), reverse=True)[: query.limit]
    assert [scored.score for scored in found] == pytest.approx(best, rel=1e-5, abs=1e-6)
    own = [expected[scored.point_id] for scored in found]
    assert own == pytest.approx(best, rel=1e-5, abs=1e-6)
    assert len({scored.point_id for scored in found}) == len(found)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=corpora(), then=corpora(), gone=st.sets(st.integers(1, 40)), data=st.data())
def test_a_filtered_search_is_a_filtered_scan(
    index: Index,
    first: list[IndexPoint],
    then: list[IndexPoint],
    gone: set[int],
    data: st.DataObject,
) -> None:
    index.clear()
    index.upsert(first)
    index.delete(sorted(gone))
    index.upsert(then)
    held = {p.point_id: p for p in first if p.point_id not in gone}
    held |= {p.point_id: p for p in then}
    for using in (PASSAGE, ARTICLE, DENSE):
        vector = data.draw(DIRECTIONS.map(lambda d: unit(*d)) if using == DENSE else WEIGHTS)
        asked = vector if using == DENSE else words(vector)
        query = IndexQuery(using, asked, data.draw(st.integers(1, 30)), data.draw(FILTERS))
        assert_ranked(index, list(held.values()), query)


def test_a_vector_that_few_points_have(index: Index) -> None:
    held = [point(n, {1: 1.0}, {5: 1.0, n: 2.0} if n % 3 == 0 else None) for n in range(10, 40)]
    index.upsert(held)
    assert_ranked(index, held, IndexQuery(ARTICLE, words({5: 1.0, 12: 0.5}), 20))


def test_deleting_and_rewriting_leave_no_ghost_in_the_scores(store: Store) -> None:
    index = store.open()
    for turn in range(1, 6):  # always the same forty ids, with and without an article
        index.upsert([point(n, {1: 1.0, turn: 2.0}, {2: 1.0}) for n in range(1, 41)])
        index.upsert([point(n, {turn: 1.0}) for n in range(1, 21)])
        index.delete(list(range(15, 41)))
    held = [point(n, {5: 1.0}) for n in range(1, 15)] + [point(50, {5: 3.0}, {2: 1.0})]
    index.upsert([held[-1]])
    queries = [
        IndexQuery(PASSAGE, words({1: 1.0, 5: 1.0}), 30),
        IndexQuery(ARTICLE, words({2: 1.0}), 9),
    ]
    for query in queries:
        assert_ranked(index, held, query)
    before = index.search(queries)
    index.close()
    assert store.open().search(queries) == before


def test_what_one_may_not_read_moves_no_score(index: Index) -> None:
    index.upsert(
        [point(n, {1: 1.0, n: 1.0}, services=["rh"] if n % 2 else []) for n in range(2, 30)]
    )
    query = words({1: 1.0, 8: 1.0})
    everything, public = index.search(
        [
            IndexQuery(PASSAGE, query, 50),
            IndexQuery(PASSAGE, query, 50, IndexFilter(services=frozenset())),
        ]
    )
    assert public == [scored for scored in everything if scored.point_id % 2 == 0]
    index.delete(list(range(3, 30, 2)))
    [alone] = index.search([IndexQuery(PASSAGE, query, 50)])
    assert alone == public
