"""The parts that are left out, and the queries that are kept aside."""

from __future__ import annotations

import pytest

from eval.ablation import CONFIGURATIONS, kept_aside
from eval.datasets import EvalQuestion
from rag.retrieval.reranking import shipped
from rag.retrieval.weights import Weights


def test_each_line_is_another_configuration_and_one_is_the_products() -> None:
    assert len(set(CONFIGURATIONS.values())) == len(CONFIGURATIONS)
    assert CONFIGURATIONS["as shipped"].weights == Weights()
    assert CONFIGURATIONS["as shipped"].ranker() == shipped()


@pytest.mark.parametrize("name", [n for n, each in CONFIGURATIONS.items() if each.without])
def test_a_figure_that_is_left_out_counts_in_the_product(name: str) -> None:
    assert CONFIGURATIONS[name].ranker() != shipped()


def test_a_topic_is_kept_aside_whole_and_half_of_them_are() -> None:
    questions = [
        EvalQuestion(f"topic-{topic}-{number}", "?", {})
        for topic in range(200)
        for number in (0, 1)
    ]
    aside = kept_aside(questions)
    kept = [question.question_id for question in aside]
    assert {name.rpartition("-")[0] + f"-{n}" for name in kept for n in (0, 1)} == set(kept)
    assert 140 < len(kept) < 260
