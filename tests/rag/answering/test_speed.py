"""The speed that past answers show."""

from __future__ import annotations

import pytest

from rag.answering.speed import Speed, speed_of
from rag.types import Spent


def spent(written: int, written_ms: float, first_ms: float) -> Spent:
    return Spent(1000, 500.0, written, written_ms, first_ms)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param([], Speed(0, None, None), id="none yet"),
        pytest.param([spent(50, 1000, 300)], Speed(1, 50.0, 300), id="one"),
        pytest.param(
            [spent(10, 1000, 100), spent(30, 1000, 900), spent(99, 1000, 200)],
            Speed(3, 30.0, 200),
            id="the middle one",
        ),
        pytest.param([spent(0, 0, 40), spent(20, 500, 60)], Speed(2, 40.0, 50), id="no time"),
    ],
)
def test_it_is_the_median(answers: list[Spent], expected: Speed) -> None:
    assert speed_of(answers) == expected
