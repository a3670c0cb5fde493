"""Two runs compared: which questions moved, and by how much."""

from __future__ import annotations

import json

import pytest
from lines import answer, line, question, scored

from eval.comparison import compare, shape
from eval.measures import Scored
from rag.errors import UsageError


def ranked(name: str, rank: int | None, *cited: str) -> Scored:
    """A question whose right article, 1, stands at that rank."""
    ranking = ["9"] * 0 if rank is None else [*(str(100 + at) for at in range(rank - 1)), "1"]
    (found,) = scored(line(question(name, "1"), ranking, answer(*cited)))
    return found


def test_gains_and_losses_largest_first() -> None:
    first = [ranked("up", None), ranked("little", 3), ranked("down", 1), ranked("same", 4)]
    second = [ranked("same", 4), ranked("down", 2), ranked("little", 2), ranked("up", 1)]
    found = compare(first, second)
    assert [(m.question_id, m.first_rank, m.second_rank) for m in found.gains] == [
        ("up", None, 1),
        ("little", 3, 2),
    ]
    assert [m.question_id for m in found.losses] == ["down"]
    mrr = next(each for each in found.measures if each.key == "mrr")
    assert (mrr.gains, mrr.losses) == (2, 1)
    assert mrr.difference.value == pytest.approx(mrr.second - mrr.first)


def test_a_citation_of_the_right_article_is_a_gain_at_the_same_rank() -> None:
    found = compare([ranked("q", 2, "9")], [ranked("q", 2, "1")])
    (move,) = found.gains
    assert (move.first_cited, move.second_cited) == (False, True)


def test_a_run_without_answers_gains_no_citation() -> None:
    (without,) = scored(line(question("q", "1"), ["1"]))
    found = compare([without], [ranked("q", 1, "1")])
    assert (found.gains, found.losses) == ((), ())
    assert "gold_cited" not in {each.key for each in found.measures}


def test_questions_of_one_run_only_are_left_out() -> None:
    found = compare([ranked("a", 1), ranked("b", 1)], [ranked("b", 1), ranked("c", 1)])
    assert (found.count, found.only_first, found.only_second) == (1, 1, 1)
    with pytest.raises(UsageError, match="aucune question en commun"):
        compare([ranked("a", 1)], [ranked("b", 1)])


def test_the_shape_is_json() -> None:
    found = compare([ranked("a", 1), ranked("b", 3)], [ranked("a", 2), ranked("b", 3)])
    again = json.loads(json.dumps(shape(found), allow_nan=False))
    assert again["losses"][0]["question_id"] == "a"
