"""Fusion of rankings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.training.fusion import fuse, pool

rankings = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.lists(st.tuples(st.integers(0, 9), st.floats(0, 10)), max_size=12, unique_by=lambda e: e[0]),
)


def test_the_first_everywhere_has_the_sum_of_the_weights() -> None:
    fused = fuse({"a": [("x", 9.0), ("y", 1.0)], "b": [("x", 0.1)]}, {"a": 1.0, "b": 0.5})
    assert fused[0] == ("x", pytest.approx(1.5))
    assert fused[1] == ("y", pytest.approx(1.0 / 9.0))


CASES = [
    ({}, {"a": 1.0}, []),  # nothing found
    ({"a": [("x", 1.0)]}, {"a": 0.0}, []),  # no weight
    ({"a": [("x", 1.0)]}, {"b": 1.0}, []),  # unknown ranking
    ({"a": [("x", 1.0), ("y", 1.0)]}, {"a": 1.0}, ["x", "y"]),  # a tie keeps its order
    ({"a": [("x", 2.0)], "b": [("y", 2.0)]}, {"b": 1.0, "a": 1.0}, ["y", "x"]),  # order of weights
    ({"a": [("x", 2.0), ("y", 1.0)], "b": [("y", 5.0)]}, {"a": 1.0, "b": 1.0}, ["y", "x"]),
]


@pytest.mark.parametrize(("found", "weights", "expected"), CASES)
def test_order(
    found: dict[str, list[tuple[str, float]]], weights: dict[str, float], expected: list[str]
) -> None:
    assert [key for key, _ in fuse(found, weights)] == expected


def test_the_unit_of_a_ranking_does_not_matter() -> None:
    found = {"a": [("x", 4.0), ("y", 3.0)], "b": [("y", 5.0), ("x", 1.0)]}
    grown = {"a": [(key, 1000 * score) for key, score in found["a"]], "b": found["b"]}
    weights = {"a": 1.0, "b": 0.5}
    assert fuse(grown, weights) == [(key, pytest.approx(s)) for key, s in fuse(found, weights)]


def test_what_is_unlike_the_question_adds_nothing() -> None:
    assert fuse({"a": [("x", 0.5), ("y", 0.0), ("z", -0.5)]}, {"a": 1.0}) == [("x", 1.0)]
    assert fuse({"a": [("z", -0.5)]}, {"a": 1.0}) == []


def test_pool_keeps_the_best_passage_of_an_article() -> None:
    assert pool([("x", 1.0), ("y", 2.0), ("x", 3.0)]) == [("x", 3.0), ("y", 2.0)]


@given(rankings, st.dictionaries(st.sampled_from(["a", "b", "c"]), st.floats(0, 2)))
def test_every_key_once_best_first_and_bounded(
    found: dict[str, list[tuple[int, float]]], weights: dict[str, float]
) -> None:
    fused = fuse(found, weights)
    assert len({key for key, _ in fused}) == len(fused)
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)
    assert all(score <= sum(weights.values()) + 1e-9 for score in scores)
