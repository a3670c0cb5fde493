"""Intervals and tests against known cases and an exact count."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.intervals import difference, mean, statistic

NAN = float("nan")


def array(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=float)


def test_the_same_values_leave_no_doubt() -> None:
    estimate = mean(array(*[0.3] * 20))
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((0.3, 0.3, 0.3))


def test_an_interval_is_as_wide_as_theory_says() -> None:
    share = array(*[1.0] * 120, *[0.0] * 280)
    estimate = mean(share)
    half = 1.96 * (0.3 * 0.7 / 400) ** 0.5
    assert estimate.value == pytest.approx(0.3)
    assert estimate.low == pytest.approx(0.3 - half, abs=0.006)
    assert estimate.high == pytest.approx(0.3 + half, abs=0.006)


def test_what_does_not_apply_does_not_count() -> None:
    estimate = mean(array(1.0, NAN, 0.0, NAN))
    assert (estimate.value, estimate.count) == (0.5, 2)
    assert mean(array(NAN)).count == 0


def test_the_same_seed_gives_the_same_interval() -> None:
    values = array(*np.random.default_rng(1).random(50))
    assert mean(values) == mean(values)


def test_a_statistic_of_the_mean_is_the_mean() -> None:
    values = array(*np.random.default_rng(2).random(50))
    assert statistic(50, lambda rows: values[rows].mean(axis=1)) == mean(values)
    assert np.isnan(statistic(0, lambda rows: np.ones(len(rows))).value)


def test_nothing_changed_is_no_difference() -> None:
    values = array(0.0, 1.0, 0.5, NAN)
    found = difference(values, values)
    assert (found.value, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_a_gain_everywhere_is_no_chance() -> None:
    worse = array(*np.linspace(0, 0.5, 40))
    found = difference(worse, worse + 0.3)
    assert found.value == pytest.approx(0.3)
    assert found.low == pytest.approx(0.3) and found.high == pytest.approx(0.3)
    assert found.p < 0.001


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from([0.0, 0.25, 0.5, 1.0])] * 2), min_size=2, max_size=8))
def test_chance_as_counted_over_every_swap(rows: list[tuple[float, float]]) -> None:
    first, second = array(*(a for a, _ in rows)), array(*(b for _, b in rows))
    gaps = second - first
    sums = [abs(float(np.dot(gaps, signs))) for signs in product((1, -1), repeat=len(rows))]
    exact = float(np.mean([each >= abs(gaps.sum()) - 1e-9 for each in sums]))
    assert difference(first, second).p == pytest.approx(exact, abs=0.03)


def test_runs_that_measure_other_questions_are_compared_by_their_means() -> None:
    found = difference(array(1.0, NAN, 0.0), array(1.0, 1.0, NAN))
    assert found.value == pytest.approx(0.5)
    assert np.isnan(difference(array(NAN), array(1.0)).value)
