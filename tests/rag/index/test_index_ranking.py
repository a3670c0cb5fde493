"""Ties at the cut, whatever a store makes of them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from brute_force import words

from rag.index.ranking import SPARES, rank
from rag.ports import PASSAGE, IndexQuery, Scored

QUERY = IndexQuery(PASSAGE, words({1: 1.0}), 10)


class Shuffling:
    """A store that keeps any of the points that are tied at the cut."""

    def __init__(self, scores: dict[int, float]) -> None:
        self._scores = scores
        self.asked: list[int] = []

    def __call__(self, queries: Sequence[IndexQuery]) -> list[list[Scored]]:
        self.asked += [query.limit for query in queries]
        return [self._answer(query.limit) for query in queries]

    def _answer(self, limit: int) -> list[Scored]:
        points = [Scored(n, score, "V") for n, score in self._scores.items()]
        random.Random(0).shuffle(points)
        return sorted(points, key=lambda scored: -scored.score)[:limit]


def ids(store: Shuffling) -> list[int]:
    [found] = rank([QUERY], 0, store)
    return [scored.point_id for scored in found]


def test_without_a_tie_one_question_is_enough() -> None:
    store = Shuffling({n: float(n) for n in range(100)})
    assert ids(store) == list(range(99, 89, -1))
    assert store.asked == [10 + SPARES[0]]


def test_a_long_tie_is_settled_by_asking_for_more() -> None:
    store = Shuffling({0: 5.0} | dict.fromkeys(range(1, 500), 1.0))
    assert ids(store) == list(range(10))
    assert store.asked == [10 + SPARES[0], 10 + SPARES[1]]


def test_a_tie_of_all_points_is_given_up_in_the_end() -> None:
    store = Shuffling(dict.fromkeys(range(SPARES[-1] * 2), 1.0))
    assert len(ids(store)) == 10
    assert store.asked == [10 + spare for spare in SPARES]


def test_only_the_tied_query_is_asked_again() -> None:
    store = Shuffling(dict.fromkeys(range(300), 1.0))
    few = IndexQuery(PASSAGE, words({1: 1.0}), 290)
    assert [len(found) for found in rank([few, QUERY], 0, store)] == [290, 10]
    assert store.asked == [290 + SPARES[0], 10 + SPARES[0], 10 + SPARES[1]]
