"""What documents declare of themselves."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ingest.sources.base import Declared
from ingest.sources.declared import declared_from, declared_in_keywords, service_names
from rag.errors import UnreadableSource

RH = frozenset({"rh", "juridique"})


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        (
            "id: x; nature: y; effective: 2025-03-01; services: rh, juridique",
            Declared("x", "T", "y", date(2025, 3, 1), RH),
        ),
        ("ID:x;Services : rh,juridique", Declared("x", "T", services=RH)),
        ("effective=01/03/2025", Declared("", "T", "", date(2025, 3, 1))),
        ("congés; télétravail: oui", Declared("", "T")),
        ("services: ", Declared("", "T")),
        ("", Declared("", "T")),
    ],
)
def test_keywords(keywords: str, expected: Declared) -> None:
    assert declared_in_keywords(keywords, "T", "a.docx") == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("a, b", {"a", "b"}), (["a", "b"], {"a", "b"}), ([], set()), (3, {"3"})]
)
def test_services(value: object, expected: set[str]) -> None:
    assert service_names(value) == expected


def test_no_services_said_is_not_everyone() -> None:
    assert declared_from({}, "a").services is None
    assert declared_from({"services": []}, "a").services == frozenset()


@pytest.mark.parametrize("value", ["2025-13-01", "mars 2025", "31/02/2025", 2025])
def test_bad_dates(value: object) -> None:
    with pytest.raises(UnreadableSource, match="AAAA-MM-JJ"):
        declared_from({"effective": value}, "a.md")


@pytest.mark.parametrize(
    "value", [date(2025, 3, 1), datetime(2025, 3, 1, 8), "2025-3-1", " 01/03/2025 "]
)
def test_good_dates(value: object) -> None:
    assert declared_from({"effective": value}, "a.md").effective == date(2025, 3, 1)
