"""From points and filters to what a store is given."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from brute_force import point

from rag.index.filters import Above, AnyOf, AtMost, Condition, conditions_of, to_edge, to_rest
from rag.index.payload import payload_of
from rag.ports import IndexFilter

DAY = date(2026, 5, 28)
NUMBER = DAY.toordinal()


def test_the_payload_of_a_dated_text_of_two_services() -> None:
    given = point(3, services=["rh", "été"], start=DAY, end=date(2027, 1, 1), digest="abc")
    assert payload_of(given) == {
        "version_id": "V3",
        "services": ["s:rh", "s:été"],
        "valid_from": NUMBER,
        "valid_to": date(2027, 1, 1).toordinal(),
        "digest": "abc",
    }


def test_open_ends_lie_outside_the_calendar() -> None:
    payload = payload_of(point(1))
    assert payload["services"] == ["*"]
    assert payload["valid_from"] == date.min.toordinal() - 1
    assert payload["valid_to"] == date.max.toordinal() + 1


@pytest.mark.parametrize(
    ("where", "conditions"),
    [
        (IndexFilter(), ()),
        (IndexFilter(day=DAY), (AtMost("valid_from", NUMBER), Above("valid_to", NUMBER))),
        (IndexFilter(services=frozenset()), (AnyOf("services", ("*",)),)),
        (
            IndexFilter(services=frozenset({"rh", "*"})),
            (AnyOf("services", ("*", "s:*", "s:rh")),),
        ),
    ],
)
def test_conditions(where: IndexFilter, conditions: tuple[Condition, ...]) -> None:
    assert conditions_of(where) == conditions


def test_both_forms_say_the_same() -> None:
    where = IndexFilter(DAY, frozenset({"rh"}))
    edge, rest = to_edge(where), to_rest(where)
    assert edge is not None and rest is not None
    assert rest.model_dump(exclude_none=True) == {
        "must": [
            {"key": "valid_from", "range": {"lte": NUMBER}},
            {"key": "valid_to", "range": {"gt": NUMBER}},
            {"key": "services", "match": {"any": ["*", "s:rh"]}},
        ]
    }
    start, end, services = edge.must or []
    assert (start.key, start.range.lte) == ("valid_from", NUMBER)
    assert (end.key, end.range.gt) == ("valid_to", NUMBER)
    assert (services.key, services.match.value) == ("services", ["*", "s:rh"])


def test_no_condition_is_no_filter() -> None:
    assert to_edge(IndexFilter()) is None
    assert to_rest(IndexFilter()) is None


def test_the_package_imports_no_store() -> None:
    code = (
        "import sys, rag.index, rag.index.payload, rag.index.filters, rag.index.ranking\n"
        "sys.exit(any(name in sys.modules for name in ('qdrant_edge', 'qdrant_client')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
