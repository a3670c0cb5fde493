"""What every Index does, whatever the store behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from brute_force import DIMENSION, point, unit, words
from stores import Store

from rag.errors import IndexFailure
from rag.ports import ARTICLE, DENSE, PASSAGE, Index, IndexFilter, IndexPoint, IndexQuery
from rag.types import SparseVector

ANYTHING = {1: 1.0}
EVERYTHING = IndexFilter()
DAY = date(2026, 5, 28)


def find(index: Index, where: IndexFilter = EVERYTHING, limit: int = 100) -> list[int]:
    """The ids of the points that hold token 1 and that the filter lets through, in order of id."""
    [found] = index.search([IndexQuery(PASSAGE, words(ANYTHING), limit, where)])
    return sorted(scored.point_id for scored in found)


def test_an_empty_index_finds_nothing(index: Index) -> None:
    queries = [
        IndexQuery(DENSE, unit(1, 0, 0, 0), 10),
        IndexQuery(PASSAGE, words(ANYTHING), 10),
        IndexQuery(ARTICLE, words(ANYTHING), 10),
    ]
    assert index.search(queries) == [[], [], []]
    assert index.search([]) == []
    assert index.count() == 0
    assert list(index.digests()) == []


def test_every_name_is_ranked_by_itself(index: Index) -> None:
    index.upsert(
        [
            point(1, passage={7: 2.0}, article={9: 1.0}, dense=(1, 0, 0, 0)),
            point(2, passage={7: 1.0}, dense=(1, 1, 0, 0)),
            point(3, passage={8: 5.0}, article={7: 1.0}),
        ]
    )
    dense, passage, article = index.search(
        [
            IndexQuery(DENSE, unit(1, 0, 0, 0), 10),
            IndexQuery(PASSAGE, words({7: 1.0}), 10),
            IndexQuery(ARTICLE, words({9: 1.0, 5: 1.0}), 10),
        ]
    )
    assert [scored.point_id for scored in dense] == [1, 2]
    assert [scored.point_id for scored in passage] == [1, 2]
    assert [scored.point_id for scored in article] == [1]
    assert [scored.score for scored in dense] == pytest.approx([1.0, 0.5**0.5])


def test_a_hit_tells_its_version(index: Index) -> None:
    version = "arrêté n° 2024-18 « congés » · art. 3/été"
    index.upsert([point(1, ANYTHING, version=version)])
    [[scored]] = index.search([IndexQuery(PASSAGE, words(ANYTHING), 5)])
    assert scored.version_id == version


def test_ids_reach_63_bits(index: Index) -> None:
    index.upsert([point(2**63 - 1, {2**32 - 1: 1.0})])
    [[scored]] = index.search([IndexQuery(PASSAGE, words({2**32 - 1: 1.0}), 5)])
    assert scored.point_id == 2**63 - 1
    assert list(index.digests()) == [(2**63 - 1, f"d{2**63 - 1}")]


def test_writing_again_replaces_everything(index: Index) -> None:
    index.upsert([point(1, {1: 1.0}, article={2: 1.0}, dense=(1, 0, 0, 0), services=["rh"])])
    index.upsert([point(1, {3: 1.0}, digest="new")])
    queries = [
        IndexQuery(DENSE, unit(1, 0, 0, 0), 5),
        IndexQuery(PASSAGE, words({1: 1.0}), 5),
        IndexQuery(ARTICLE, words({2: 1.0}), 5),
        IndexQuery(PASSAGE, words({3: 1.0}), 5, IndexFilter(services=frozenset())),
    ]
    assert [len(found) for found in index.search(queries)] == [0, 0, 0, 1]
    assert list(index.digests()) == [(1, "new")]


def test_writing_twice_is_writing_once(index: Index) -> None:
    points = [point(n, {1: 1.0, n: 2.0}) for n in range(2, 9)]
    query = IndexQuery(PASSAGE, words({1: 1.0, 4: 1.0}), 10)
    index.upsert(points)
    once = index.search([query])
    index.upsert(points)
    assert index.search([query]) == once
    assert index.count() == 7


def test_the_last_of_two_points_with_one_id_stays(index: Index) -> None:
    index.upsert([point(1, ANYTHING, digest="first"), point(1, ANYTHING, digest="last")])
    assert list(index.digests()) == [(1, "last")]


def test_deleted_points_are_gone_and_unknown_ones_ignored(index: Index) -> None:
    index.upsert([point(n, ANYTHING) for n in range(1, 6)])
    index.delete([2, 4, 99])
    index.delete([2, 1000])
    index.delete([])
    assert find(index) == [1, 3, 5]
    assert index.count() == 3
    assert sorted(index.digests()) == [(1, "d1"), (3, "d3"), (5, "d5")]


def test_a_deleted_point_may_come_back(index: Index) -> None:
    index.upsert([point(1, ANYTHING)])
    index.delete([1])
    index.upsert([point(1, ANYTHING, digest="back")])
    assert find(index) == [1]
    assert list(index.digests()) == [(1, "back")]


@pytest.mark.parametrize(
    ("start", "end", "in_force"),
    [
        (DAY, None, True),  # the first day is included
        (DAY + timedelta(1), None, False),
        (None, DAY, False),  # the last one is not
        (None, DAY + timedelta(1), True),
        (DAY, DAY + timedelta(1), True),  # one day
        (DAY, DAY, False),  # no day at all
        (None, None, True),
        (date.min, date.max, True),
    ],
)
def test_what_is_in_force(
    index: Index, start: date | None, end: date | None, in_force: bool
) -> None:
    index.upsert([point(1, ANYTHING, start=start, end=end)])
    assert find(index, IndexFilter(day=DAY)) == ([1] if in_force else [])
    assert find(index, IndexFilter(day=None)) == [1]


def test_the_ends_of_the_calendar(index: Index) -> None:
    index.upsert([point(1, ANYTHING), point(2, ANYTHING, start=date.max), point(3, ANYTHING)])
    assert find(index, IndexFilter(day=date.min)) == [1, 3]
    assert find(index, IndexFilter(day=date.max)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("services", "found"),
    [
        (None, [1, 2, 3, 4, 5]),
        (frozenset(), [1]),  # nobody's colleague reads what everyone reads, no more
        (frozenset({"rh"}), [1, 2, 4]),
        (frozenset({"paie", "achats"}), [1, 3, 4]),
        (frozenset({"accueil"}), [1]),
        (frozenset({"*"}), [1, 5]),  # a service may have any name
        (frozenset({"RH"}), [1]),
    ],
)
def test_who_may_read(index: Index, services: frozenset[str] | None, found: list[int]) -> None:
    index.upsert(
        [
            point(1, ANYTHING),
            point(2, ANYTHING, services=["rh"]),
            point(3, ANYTHING, services=["achats"]),
            point(4, ANYTHING, services=["rh", "paie"]),
            point(5, ANYTHING, services=["*"]),
        ]
    )
    assert find(index, IndexFilter(services=services)) == found


def test_both_filters_hold_at_once(index: Index) -> None:
    index.upsert(
        [
            point(1, ANYTHING, services=["état civil"], start=DAY),
            point(2, ANYTHING, services=["état civil"], end=DAY),
            point(3, ANYTHING, services=["paie"], start=DAY),
        ]
    )
    assert find(index, IndexFilter(DAY, frozenset({"état civil"}))) == [1]


def test_the_filter_comes_before_the_limit(index: Index) -> None:
    secret = [point(n, {1: 9.0}, services=["rh"], dense=(1, 0, 0, 0)) for n in range(1, 200)]
    index.upsert([*secret, point(500, {1: 0.1}, dense=(0, 1, 0, 0))])
    everyone = IndexFilter(services=frozenset())
    queries = [
        IndexQuery(PASSAGE, words(ANYTHING), 1, everyone),
        IndexQuery(DENSE, unit(1, 0, 0, 0), 1, everyone),
    ]
    assert [[s.point_id for s in found] for found in index.search(queries)] == [[500], [500]]


def test_limits(index: Index) -> None:
    index.upsert([point(n, {1: float(n)}) for n in range(1, 11)])
    best = IndexQuery(PASSAGE, words(ANYTHING), 3)
    [found] = index.search([best])
    assert [scored.point_id for scored in found] == [10, 9, 8]
    assert index.search([IndexQuery(PASSAGE, words(ANYTHING), 0)]) == [[]]
    assert len(find(index, limit=1000)) == 10


@pytest.mark.parametrize("equals", [50, 1_500])
def test_equal_scores_come_in_order_of_id(index: Index, equals: int) -> None:
    ids = [n * 7919 % 10_007 for n in range(1, equals + 1)]
    index.upsert([point(n, {1: 1.0}, dense=(1, 0, 0, 0)) for n in ids])
    index.upsert([point(20_000, {1: 2.0})])
    lexical, dense = index.search(
        [IndexQuery(PASSAGE, words(ANYTHING), 10), IndexQuery(DENSE, unit(1, 0, 0, 0), 10)]
    )
    assert [scored.point_id for scored in lexical] == [20_000, *sorted(ids)[:9]]
    assert [scored.point_id for scored in dense] == sorted(ids)[:10]


def test_an_empty_vector_finds_nothing(index: Index) -> None:
    index.upsert([point(1, ANYTHING, ANYTHING, dense=(1, 0, 0, 0))])
    nothing = np.zeros(DIMENSION, dtype=np.float32)
    full = IndexQuery(PASSAGE, words(ANYTHING), 5)
    queries = [
        IndexQuery(DENSE, nothing, 5),
        IndexQuery(PASSAGE, SparseVector(), 5),
        full,
        IndexQuery(ARTICLE, SparseVector(), 5),
    ]
    assert [len(found) for found in index.search(queries)] == [0, 0, 1, 0]


def test_a_point_may_have_no_vector(index: Index) -> None:
    silent = IndexPoint(
        1, "V1", frozenset(), None, None, "d", np.zeros(DIMENSION, dtype=np.float32), {}
    )
    index.upsert([silent])
    assert index.count() == 1
    assert index.search([IndexQuery(DENSE, unit(1, 0, 0, 0), 5)]) == [[]]


@pytest.mark.parametrize(
    "wrong",
    [
        IndexQuery(DENSE, np.ones(3, dtype=np.float32), 5),
        IndexQuery(DENSE, np.full(DIMENSION, np.nan, dtype=np.float32), 5),
        IndexQuery(PASSAGE, unit(1, 0, 0, 0), 5),
        IndexQuery(DENSE, words(ANYTHING), 5),
        IndexQuery(PASSAGE, SparseVector((1, 1), (1.0, 1.0)), 5),
    ],
)
def test_a_vector_that_does_not_fit_is_refused(index: Index, wrong: IndexQuery) -> None:
    with pytest.raises(IndexFailure):
        index.search([wrong])


@pytest.mark.parametrize(
    "wrong",
    [
        point(2, dense=(1, 0, 0)),
        point(2, passage={2**32: 1.0}),
        point(2, passage={1: float("inf")}),
        IndexPoint(2, "V", frozenset(), None, None, "d", None, {"titre": words(ANYTHING)}),
    ],
)
def test_a_refused_point_leaves_no_trace(index: Index, wrong: IndexPoint) -> None:
    with pytest.raises(IndexFailure):
        index.upsert([point(1, ANYTHING), wrong])
    assert index.count() == 0


def test_without_dense_vectors(store: Store) -> None:
    index = store.open(dimension=0)
    index.upsert([point(1, ANYTHING)])
    assert find(index) == [1]
    assert index.search([IndexQuery(DENSE, np.zeros(0, dtype=np.float32), 5)]) == [[]]
    with pytest.raises(IndexFailure):
        index.upsert([point(2, dense=(1, 0, 0, 0))])
    index.close()
    assert find(store.open(dimension=0)) == [1]


def test_clearing_changes_the_identity(index: Index) -> None:
    before = index.identity
    index.upsert([point(1, ANYTHING)])
    assert index.identity == before
    index.clear()
    assert index.identity != before
    assert index.count() == 0
    assert find(index) == []
    index.upsert([point(2, ANYTHING, start=DAY, services=["rh"])])
    assert find(index, IndexFilter(DAY, frozenset({"rh"}))) == [2]


def test_reopening_keeps_everything(store: Store) -> None:
    index = store.open()
    index.upsert([point(n, {1: float(n)}, dense=(n, 1, 0, 0)) for n in range(1, 50)])
    index.delete([7])
    index.flush()
    queries = [IndexQuery(PASSAGE, words(ANYTHING), 60), IndexQuery(DENSE, unit(1, 0, 0, 0), 60)]
    before = index.identity, index.search(queries), sorted(index.digests())
    index.close()
    again = store.open()
    assert (again.identity, again.search(queries), sorted(again.digests())) == before


@pytest.mark.parametrize("other", [0, DIMENSION + 1])
def test_another_dimension_is_refused(store: Store, other: int) -> None:
    store.open().close()
    with pytest.raises(IndexFailure, match="referent rebuild"):
        store.open(dimension=other)
    assert store.open().count() == 0


def test_a_big_batch(index: Index) -> None:
    index.upsert([point(n, {1: 1.0, n: 1.0}, dense=(n, 1, 2, 3)) for n in range(2, 2_002)])
    assert index.count() == 2_000
    assert len(set(index.digests())) == 2_000
    [found] = index.search([IndexQuery(PASSAGE, words({1: 1.0, 1_234: 1.0}), 5)])
    assert found[0].point_id == 1_234
    index.delete(range(2, 1_500))
    assert _ids(index.digests()) == list(range(1_500, 2_002))


def _ids(digests: Sequence[tuple[int, str]]) -> list[int]:
    return sorted(point_id for point_id, _ in digests)


def test_closing_twice_is_closing_once(index: Index) -> None:
    index.close()
    index.close()
