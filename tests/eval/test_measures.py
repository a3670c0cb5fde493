"""What a line is worth: rankings against trec_eval, answers and refusals by hand."""

from __future__ import annotations

import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st
from lines import TEXT, answer, line, question, scored

from eval.datasets import EvalQuestion
from eval.measures import DEPTHS, RANKING, overlap, score
from eval.runs import Ranked, RunLine
from rag.errors import UsageError

CUTS = ",".join(map(str, DEPTHS))
NUMBERS = st.lists(st.integers(1, 150).map(str), unique=True, max_size=110)
THEIRS = {"mrr": "recip_rank", "ndcg@10": "ndcg_cut_10"}


@settings(max_examples=100, deadline=None)
@given(NUMBERS, st.sets(st.integers(1, 150).map(str), min_size=1, max_size=6))
def test_rankings_as_trec_eval_measures(ranking: list[str], right: set[str]) -> None:
    (ours,) = scored(line(question("q", *sorted(right)), ranking))
    run = {number: float(len(ranking) - at) for at, number in enumerate(ranking)}
    wanted = {"recip_rank", "ndcg_cut.10", f"success.{CUTS}", f"recall.{CUTS}"}
    grades = dict.fromkeys(right, 1)
    theirs = pytrec_eval.RelevanceEvaluator({"q": grades}, wanted).evaluate({"q": run}).get("q", {})
    for depth in DEPTHS:
        assert ours.values[f"hit@{depth}"] == theirs.get(f"success_{depth}", 0.0)
        assert ours.values[f"recall@{depth}"] == pytest.approx(theirs.get(f"recall_{depth}", 0.0))
    for mine, name in THEIRS.items():
        assert ours.values[mine] == pytest.approx(theirs.get(name, 0.0))


def test_an_article_counts_in_any_spelling_and_once() -> None:
    found = (Ranked("rgs", TEXT.upper(), "L. 12 bis", 2.0), Ranked("rgs", TEXT, "l12 bis", 1.0))
    asked = question("q", "L12 bis", "3")
    (ours,) = score([RunLine("q", "?", found, asked)])
    assert (ours.rank, ours.values["recall@10"]) == (1, 0.5)


def test_documents_are_ranked_by_their_best_article() -> None:
    found = tuple(Ranked(text, text, str(at), 1.0) for at, text in enumerate("aab"))
    asked = EvalQuestion("q", "?", {"b": 1.0}, by_document=True)
    (ours,) = score([RunLine("q", "?", found, asked)])
    assert ours.rank == 2


def test_without_a_right_answer_there_is_no_rank_to_measure() -> None:
    (ours,) = scored(line(question("q"), ["1"]))
    assert (ours.values, ours.rank, ours.refused) == ({}, None, None)


@pytest.mark.parametrize(
    ("right", "cited", "expected"),
    [
        (["1", "2"], ["1", "3"], {"gold_cited": 1, "citation_precision": 0.5,
                                  "citation_recall": 0.5, "refused_answerable": 0,
                                  "refused_right": 0}),
        (["1"], ["3"], {"gold_cited": 0, "citation_precision": 0, "citation_recall": 0,
                        "refused_answerable": 0}),
        (["1"], [], {"gold_cited": 0, "citation_recall": 0, "refused_answerable": 1,
                     "refusal_precision": 0}),
        ([], [], {"refusal_recall": 1, "refusal_precision": 1}),
        ([], ["3"], {"refusal_recall": 0}),
    ],
)  # fmt: skip
def test_answers(right: list[str], cited: list[str], expected: dict[str, float]) -> None:
    (ours,) = scored(line(question("q", *right), given=answer(*cited)))
    found = {key: value for key, value in ours.values.items() if key not in RANKING}
    assert found == ({"citations_verified": 1, **expected} if cited else expected)


def test_a_wrong_citation_is_not_verified() -> None:
    given = answer("1", "2")
    given["citations"][0]["verdict"] = "quote_mismatch"
    (ours,) = scored(line(question("q", "1"), given=given))
    assert ours.values["citations_verified"] == 0.5


def test_editors_who_found_nothing_good_say_nothing_of_refusals() -> None:
    asked = EvalQuestion("q", "?", {}, answerable=False, by_document=True)
    (ours,) = scored(line(asked, given=answer()))
    assert (ours.values, ours.right) == ({}, None)


@pytest.mark.parametrize(
    ("quote", "reference", "expected"),
    [
        ("formé dans un délai de deux mois.", "Il est Formé dans un delai de deux ans", True),
        ("dans un délai de deux mois", "dans un délai de trois mois", False),
        ("Un courriel suffit.", "il est dit qu'un courriel suffit", True),
        ("un courriel", "un autre courriel", False),
        ("", "mots", False),
        ("«»", "mots", False),
    ],
)
def test_overlap(quote: str, reference: str, expected: bool) -> None:
    assert overlap(quote, reference) is expected
    assert overlap(reference, quote) is expected


def test_quotes_that_overlap_are_a_share() -> None:
    given = answer("1", "2", quote="un courriel suffit")
    given["citations"][1]["quote"] = "autre chose"
    (ours,) = scored(line(question("q", "1", quote="Un courriel suffit."), given=given))
    assert ours.values["quote_overlap"] == 0.5


def test_the_question_set_counts_before_the_line() -> None:
    (ours,) = score([line(question("q", "1"), ["1", "2"])], [question("q", "2")])
    assert ours.rank == 2


def test_a_line_that_nobody_can_measure_is_refused() -> None:
    with pytest.raises(UsageError, match="--questions"):
        score([RunLine("q", "?", ())])
