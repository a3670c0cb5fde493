"""The independent BM25."""

from __future__ import annotations

from pathlib import Path

import bm25s
import numpy as np
import pytest

from eval.bm25_reference import (
    BM25,
    K1,
    B,
    analyse,
    articles,
    code_questions,
    figures,
    sheet_questions,
    sheets,
)

TEXTS = {
    "a": "Décision implicite de rejet",
    "b": "La décision doit être motivée ; décision écrite",
    "c": "Recours gracieux",
}


def test_scores_are_those_of_bm25s() -> None:
    corpus = [analyse(text) for text in TEXTS.values()]
    reference = bm25s.BM25(method="lucene", k1=K1, b=B)
    reference.index(corpus, show_progress=False)
    expected = reference.get_scores(analyse("décision motivée")) * (K1 + 1)
    assert np.allclose(BM25(TEXTS).scores("décision motivée"), expected, rtol=1e-5)


def test_rank_leaves_out_what_shares_no_word() -> None:
    assert [key for key, _ in BM25(TEXTS).rank("une décision")] == ["b", "a"]


@pytest.mark.slow
def test_figures(shared: Path) -> None:
    """Those of the docstring; the reference of issue 2 within 0.02."""
    law = BM25(articles(shared))
    dev = figures(law, code_questions(shared / "eval" / "questions.jsonl"))
    faq = figures(law, code_questions(shared / "eval" / "crpa-faq.jsonl"))
    cdtn = figures(BM25(sheets(shared)), sheet_questions(shared))
    assert dev == pytest.approx((0.262, 0.390), abs=0.001)
    assert faq == pytest.approx((0.574, 0.682), abs=0.001)
    assert cdtn == pytest.approx((0.478, 0.718), abs=0.001)
