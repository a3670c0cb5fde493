"""Measures of rankings: by hand, and against trec_eval."""

from __future__ import annotations

import math

import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics import hit, mean, ndcg, recall, reciprocal_rank


@pytest.mark.parametrize(
    ("gains", "expected"),
    [([], 0.0), ([0, 0], 0.0), ([1], 1.0), ([0, 1], 0.5), ([0, 0, 0, 2, 1], 0.25), ([1, 1], 1.0)],
)
def test_reciprocal_rank(gains: list[float], expected: float) -> None:
    assert reciprocal_rank(gains) == expected


@pytest.mark.parametrize(
    ("gains", "depth", "expected"),
    [([], 10, 0.0), ([0, 1], 1, 0.0), ([0, 1], 2, 1.0), ([0, 1], 10, 1.0), ([1, 1], 0, 0.0)],
)
def test_hit(gains: list[float], depth: int, expected: float) -> None:
    assert hit(gains, depth) == expected


@pytest.mark.parametrize(
    ("gains", "relevant", "depth", "expected"),
    [
        ([1, 0, 1], 4, 3, 0.5),
        ([1, 0, 1], 4, 1, 0.25),
        ([1, 1], 2, 10, 1.0),
        ([], 3, 10, 0.0),
        ([], 0, 10, 0.0),
    ],
)
def test_recall(gains: list[float], relevant: int, depth: int, expected: float) -> None:
    assert recall(gains, relevant, depth) == expected


@pytest.mark.parametrize(
    ("gains", "ideal", "depth", "expected"),
    [
        pytest.param([1], [1], 10, 1.0, id="perfect"),
        pytest.param([0, 1], [1], 10, 1 / math.log2(3), id="second"),
        pytest.param([0, 1], [1], 1, 0.0, id="too deep"),
        pytest.param(
            [1, 3], [3, 1], 10, (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)), id="graded"
        ),
        pytest.param([1], [1, 1], 10, 1 / (1 + 1 / math.log2(3)), id="one of two"),
        pytest.param([1], [1, 1], 1, 1.0, id="one of two, depth one"),
        pytest.param([], [], 10, 0.0, id="nothing right anywhere"),
    ],
)
def test_ndcg(gains: list[float], ideal: list[float], depth: int, expected: float) -> None:
    assert ndcg(gains, ideal, depth) == pytest.approx(expected)


@pytest.mark.parametrize(("values", "expected"), [([], 0.0), ([1.0, 0.0], 0.5), ([0.1] * 10, 0.1)])
def test_mean(values: list[float], expected: float) -> None:
    assert mean(values) == pytest.approx(expected)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=30),
    st.lists(st.integers(1, 3), max_size=5),
    st.sampled_from([1, 5, 10]),
)
def test_as_trec_eval_measures(gains: list[int], missed: list[int], depth: int) -> None:
    grades = {f"d{at}": gain for at, gain in enumerate(gains)}
    grades |= {f"m{at}": gain for at, gain in enumerate(missed)}
    run = {f"d{at}": float(len(gains) - at) for at in range(len(gains))}
    names = {"recip_rank", f"success.{depth}", f"recall.{depth}", f"ndcg_cut.{depth}"}
    theirs = pytrec_eval.RelevanceEvaluator({"q": grades}, names).evaluate({"q": run})["q"]
    right = [grade for grade in grades.values() if grade]
    assert reciprocal_rank(gains) == pytest.approx(theirs["recip_rank"])
    assert hit(gains, depth) == theirs[f"success_{depth}"]
    assert recall(gains, len(right), depth) == pytest.approx(theirs[f"recall_{depth}"])
    assert ndcg(gains, right, depth) == pytest.approx(theirs[f"ndcg_cut_{depth}"])
