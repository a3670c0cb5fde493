"""Places of one reference grouped by verdict."""

from __future__ import annotations

from rag.legal.judge import Finding
from rag.legal.resolve import Place
from rag.legal.verify import _by_marks


def place(printed: str, mark: int, *, inside: bool = False) -> tuple[Place, Finding]:
    return Place(printed, (), mark, inside), Finding("in_force", "")


def test_all_that_follows_the_first_lies_within_the_range() -> None:
    """It used to turn for ever: « articles 5 à 12 bis », whose end has another verdict."""
    run = [place("5", 0), place("6", 1, inside=True), place("7", 1, inside=True)]
    (grouped,) = _by_marks([run])
    assert [(p.printed, p.mark) for p, _ in grouped] == [("5", 0), ("6", 0), ("7", 0)]


def test_what_lies_within_the_range_goes_with_its_first_end() -> None:
    run = [place("5", 0), place("9", 1), place("6", 1, inside=True), place("7", 1, inside=True)]
    (grouped,) = _by_marks([run])
    assert [p.printed for p, _ in grouped] == ["5", "6", "7", "9"]
