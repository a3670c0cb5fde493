"""Refusals: areas as counted pair by pair, the curve, and questions matched in length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lines import answer, line, question, scored

from eval.measures import Scored
from eval.refusal import Point, area, areas, by_length, curve, length, pairs, stands

SURE = {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.2}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30))
def test_area_as_counted_pair_by_pair(rows: list[tuple[int, bool]]) -> None:
    ups, downs = [v for v, good in rows if good], [v for v, good in rows if not good]
    found = area(np.array([float(v) for v, _ in rows]), np.array([good for _, good in rows]))
    if not ups or not downs:
        assert np.isnan(found)
    else:
        wins = [1.0 if up > down else 0.5 * (up == down) for up in ups for down in downs]
        assert found == pytest.approx(float(np.mean(wins)))


def four(confidence: bool = True) -> list[Scored]:
    """a right, b wrong, c an answer to what nothing answers, d refused."""
    sure = SURE if confidence else dict.fromkeys(SURE)
    return scored(
        line(question("a", "1"), given=answer("1", confidence=sure["a"])),
        line(question("b", "1"), given=answer("2", confidence=sure["b"])),
        line(question("c"), given=answer("2", confidence=sure["c"])),
        line(question("d"), given=answer(confidence=sure["d"])),
    )


def test_risk_grows_with_coverage() -> None:
    assert curve(four()) == [Point(0.25, 0.0), Point(0.5, 0.5), Point(0.75, pytest.approx(2 / 3))]


def test_without_confidence_there_is_one_point_and_no_area() -> None:
    assert curve(four(confidence=False)) == [Point(0.75, pytest.approx(2 / 3))]
    assert areas(four(confidence=False)) == {}


def test_equal_confidences_are_answered_together() -> None:
    lines = scored(
        line(question("a", "1"), given=answer("1", confidence=0.5)),
        line(question("b", "1"), given=answer("2", confidence=0.5)),
    )
    assert curve(lines) == [Point(1.0, 0.5)]


def test_areas_of_confidence() -> None:
    found = areas(four())
    assert found["right"].value == 1.0  # a above b, c and d
    assert found["answerable"].value == 1.0  # a and b above c and d
    assert found["matched"].value == 1.0


def test_what_was_refused_to_an_answerable_question_is_neither_right_nor_wrong() -> None:
    refused = scored(line(question("e", "1"), given=answer(confidence=0.95)))
    assert areas([*four(), *refused])["right"] == areas(four())["right"]
    assert areas([*four(), *refused])["answerable"].count == 5


def test_what_a_refusal_held_back_counts_where_the_run_says_it() -> None:
    held = {"e": answer("1"), "f": answer("2")}
    lines = four() + scored(
        *(
            line(question(name, "1"), given=answer(confidence=0.1), held_back=back)
            for name, back in held.items()
        )
    )
    assert [s.would for s in lines] == [True, False, False, False, True, False]
    assert [s.values.get("refused_right") for s in lines] == [0.0, None, None, None, 1.0, None]
    assert by_length(lines)["all"].refused_right == 0.5
    assert areas(lines)["right"].count == 6
    # e at 0.1, as sure as f, below b, c and d: above half of f only
    assert areas(lines)["right"].value == pytest.approx((4 + 0.5) / 8)
    assert curve(lines)[-1] == Point(5 / 6, 3 / 5)
    assert stands(lines) == Point(0.5, pytest.approx(2 / 3))


def test_an_answer_from_a_named_article_is_always_given() -> None:
    named = scored(line(question("e", "1"), given=answer("1")))
    assert curve([*four(), *named])[0] == Point(0.2, 0.0)
    assert areas([*four(), *named])["answerable"].count == 5


def test_nothing_answered_has_no_curve() -> None:
    assert curve(scored(line(question("a", "1"), given=answer()))) == []
    assert curve(scored(line(question("a", "1")))) == []


def sized(name: str, words: int, *right: str, cites: bool = False) -> Scored:
    asked = question(name, *right, words=" ".join(["mot"] * words))
    (found,) = scored(line(asked, given=answer(*(["1"] if cites else []))))
    return found


def test_pairs_are_of_one_length_and_take_each_question_once() -> None:
    lines = [
        sized("short", 4),
        sized("also", 10),
        sized("far", 40),
        sized("good-10", 10, "1"),
        sized("good-11", 11, "1"),
        sized("good-20", 20, "1"),
    ]
    found = [(one.question.question_id, other.question.question_id) for one, other in pairs(lines)]
    assert found == [("also", "good-10")]
    assert all(abs(length(a) - length(b)) <= 0.2 * 10 for a, b in pairs(lines))


def test_length_is_seen_for_what_it_tells() -> None:
    lines = [sized(f"no-{at}", 5 + at) for at in range(3)]
    lines += [sized(f"yes-{at}", 7 + at, "1", cites=True) for at in range(6)]
    sides = by_length(lines)
    assert sides["all"].length_area == pytest.approx(17.5 / 18)  # one tie, of 7 words
    assert (sides["all"].refused_without, sides["all"].refused_with) == (1.0, 0.0)
    assert abs(sides["matched"].length_area - 0.5) < abs(sides["all"].length_area - 0.5)
    assert sides["matched"].area is None
