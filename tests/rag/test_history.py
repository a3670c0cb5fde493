"""Changes over a period, in the texts that a caller may read."""

from __future__ import annotations

from datetime import date

import pytest
from made_up import state, take_in
from sqlalchemy import Engine

from rag.catalogue import reading as catalogue
from rag.database import reading
from rag.history import changes, comparison
from rag.legal.comparison import Kind
from rag.legal.updates import ChangeKind, Event
from rag.types import Article, Caller, Text, Version

A, B, C = date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)
STATES = (
    state("t", {"1": "Deux mois.", "2": "Reste.", "3": "Part."}, A, title="Texte"),
    state("t", {"1": "Trois mois.", "2": "Reste.", "4": "Vient."}, B, title="Texte"),
    state("rh", {"1": "Secret."}, A, ["rh"], "Secret"),
    state("rh", {"1": "Autre secret."}, B, ["rh"], "Secret"),
)


@pytest.fixture
def engine(catalogue: Engine) -> Engine:
    take_in(catalogue, *STATES)
    return catalogue


def told(
    engine: Engine, since: date, until: date | None = None, caller: Caller | None = None
) -> list[tuple[str, str, str, date]]:
    with reading(engine) as connection:
        found = changes(connection, caller or Caller.operator(), since, C, until)
    return [(e.kind.value, e.text.text_id, e.article.number, e.day) for e in found.events]


def test_newest_first_by_text_and_reading_order(engine: Engine) -> None:
    found = told(engine, A)
    assert found[:2] == [("changed", "rh", "1", B), ("changed", "t", "1", B)]
    assert set(found[2:]) == {("added", "t", "4", B), ("repealed", "t", "3", B)}


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [(A, None, 4), (B, None, 0), (date(2023, 1, 1), A, 4), (A, date(2024, 12, 31), 0), (A, B, 4)],
)
def test_periods(engine: Engine, since: date, until: date | None, count: int) -> None:
    assert len(told(engine, since, until)) == count


@pytest.mark.parametrize(
    ("caller", "texts"),
    [
        (Caller(), {"t"}),
        (Caller.of(["marchés"]), {"t"}),
        (Caller.of(["rh"]), {"t", "rh"}),
        (Caller.operator(), {"t", "rh"}),
    ],
    ids=["anonymous", "another", "its own", "operator"],
)
def test_rights(engine: Engine, caller: Caller, texts: set[str]) -> None:
    assert {text for _, text, _, _ in told(engine, A, caller=caller)} == texts
    # not even when the text is named
    with reading(engine) as connection:
        (hidden,) = [
            t for t in catalogue.texts_for(connection, Caller.operator()) if t.text_id == "rh"
        ]
        found = changes(connection, caller, A, C, texts=[hidden])
    assert bool(found.events) == ("rh" in texts)


def test_comparison(engine: Engine) -> None:
    with reading(engine) as connection:
        found = changes(connection, Caller.of([]), A, C).events
    by_number = {event.article.number: comparison(event) for event in found}
    assert [(s.kind, s.words) for s in by_number["1"]] == [
        (Kind.REMOVED, "Deux"),
        (Kind.ADDED, "Trois"),
        (Kind.SAME, " mois."),
    ]
    assert [(s.kind, s.words) for s in by_number["3"]] == [(Kind.REMOVED, "Part.")]
    assert [(s.kind, s.words) for s in by_number["4"]] == [(Kind.ADDED, "Vient.")]


def test_no_comparison_with_unknown_words() -> None:
    unknown, known = Version("a", "A", None), Version("b", "A", "Mots.")
    event = Event(Text("t", "T"), Article("A", "t", "1"), ChangeKind.CHANGED, A, unknown, known)
    assert comparison(event) == []
