"""Who may read what; and a period's first and last day."""

from __future__ import annotations

from datetime import date

import pytest

from rag.access import index_filter, readable, services_of
from rag.types import Caller, Validity

RH, EC = frozenset({"rh"}), frozenset({"état civil"})
DAY = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("caller", "services", "expected"),
    [
        pytest.param(Caller(), frozenset(), True, id="everyone's text, nobody"),
        pytest.param(Caller.of(["rh"]), frozenset(), True, id="everyone's text, a service"),
        pytest.param(Caller(), RH, False, id="a service's text, nobody"),
        pytest.param(Caller.of(["rh"]), RH, True, id="its own"),
        pytest.param(Caller.of(["rh"]), EC, False, id="another's"),
        pytest.param(Caller.of(["x", "rh"]), RH | EC, True, id="one of two"),
        pytest.param(Caller.of([" RH "]), RH, True, id="case and space do not count"),
        pytest.param(Caller.of([""]), RH, False, id="a service without a name"),
        pytest.param(Caller.operator(), EC, True, id="operator"),
        pytest.param(Caller(role="administrator"), EC, False, id="a role alone opens nothing"),
    ],
)
def test_readable(caller: Caller, services: frozenset[str], expected: bool) -> None:
    assert readable(caller, services) is expected


def test_filters() -> None:
    assert services_of(Caller.operator()) is None
    assert services_of(Caller()) == frozenset()
    where = index_filter(Caller.of(["rh"]), DAY)
    assert (where.day, where.services) == (DAY, RH)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, True),
        (DAY, None, True),
        (date(2025, 6, 2), None, False),
        (None, DAY, False),
        (None, date(2025, 6, 2), True),
        (DAY, DAY, False),
        (date(2025, 1, 1), date(2026, 1, 1), True),
    ],
)
def test_start_included_end_excluded(start: date | None, end: date | None, expected: bool) -> None:
    assert Validity(start, end).contains(DAY) is expected
