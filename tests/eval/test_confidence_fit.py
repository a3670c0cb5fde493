"""The fit of the confidence: logistic regression, folds, calibration, threshold."""

from __future__ import annotations

import json

import numpy as np
import pytest

from eval.training import asked_twice, confidence, pairs
from eval.training.confidence import CORPUS, FOLDS, Sample, Table
from eval.training.logistic import chance, fit
from rag.answering.confidence import FEATURES

RANDOM = np.random.default_rng(0)


def test_logistic_regression_finds_the_weights_that_made_the_answers() -> None:
    features = RANDOM.normal(size=(20_000, 2)) * [1.0, 5.0] + [0.0, 3.0]
    odds = features @ [1.5, -0.4] + 0.7
    right = (RANDOM.random(len(odds)) < chance(odds)).astype(float)
    found = fit(features, right, np.ones(len(odds)), 1e-6)
    assert found.weights == pytest.approx([1.5, -0.4], abs=0.08)
    assert found.bias == pytest.approx(0.7, abs=0.12)


def test_a_row_that_counts_twice_is_a_row_given_twice() -> None:
    features = RANDOM.normal(size=(60, 2))
    right = (features[:, 0] + RANDOM.normal(size=60) > 0).astype(float)
    counts = np.where(np.arange(60) < 20, 2.0, 1.0)
    once = fit(features, right, counts, 1.0)
    more = np.concatenate([features, features[:20]]), np.concatenate([right, right[:20]])
    twice = fit(*more, np.ones(80), 1.0)
    assert once.weights == pytest.approx(twice.weights)
    assert once.bias == pytest.approx(twice.bias)


def test_a_feature_that_never_changes_weighs_nothing() -> None:
    features = np.column_stack([np.ones(10), np.arange(10.0)])
    found = fit(features, (np.arange(10) > 4).astype(float), np.ones(10), 1.0)
    assert found.weights[0] == 0.0 and found.weights[1] > 0.0


def made() -> Table:
    """Samples of which the first sign tells most."""
    samples = []
    for at in range(600):
        group = CORPUS if at % 10 == 0 else f"code {at % 10}"
        answerable = at % 2 == 0
        signs = dict(zip(FEATURES, RANDOM.random(len(FEATURES)).tolist(), strict=True))
        right = answerable and bool(RANDOM.random() < signs["first"])
        shelf = CORPUS if group == CORPUS else asked_twice.LAW
        samples.append(Sample(str(at), group, shelf, answerable, right, signs))
    return confidence.table(samples)


def test_a_group_is_in_one_fold_and_the_corpus_in_one_of_its_own() -> None:
    rows = made()
    corpus = rows.shelves == CORPUS
    assert set(rows.folds[corpus].tolist()) == {FOLDS}
    assert set(rows.folds[~corpus].tolist()) == set(range(FOLDS))


def test_calibrated_and_reported() -> None:
    rows = made()
    odds = confidence.cross_validated(rows)
    fitted = confidence.calibrated(rows, odds)
    sure = chance(fitted.odds(rows.features))
    weight = np.average(rows.right, weights=rows.counts)
    assert np.average(sure, weights=rows.counts) == pytest.approx(weight, abs=0.03)
    least = confidence.threshold(rows, sure)
    assert 0 < least < 1
    said = confidence.report(rows, sure, fitted, least)
    assert f"Threshold: {least}" in said and "| law | 240 |" in said
    assert all(f"| `{name}` |" in said for name in FEATURES)


@pytest.mark.parametrize(
    ("code", "like"),
    [
        ("Code minier", "Code minier (nouveau)"),
        ("Code des communes", "Code des communes de la Nouvelle-Calédonie"),
        ("Code des douanes", "Code des douanes de Mayotte"),
    ],
)
def test_a_code_and_its_successor_are_left_out_together(code: str, like: str) -> None:
    assert asked_twice.family(code) == asked_twice.family(like)
    assert asked_twice.family(code) != asked_twice.family("Code civil")


def test_who_reads_two_thirds_does_without_the_third() -> None:
    law = asked_twice.readers(asked_twice.LAW, 1)
    assert law.every.services == {"law-0", "law-1", "law-2"}
    assert law.without.services == {"law-0", "law-2"}
    more = asked_twice.readers(asked_twice.MORE, 0)
    assert more.every.services - more.without.services == {"law-0", "more-0"}


def test_our_own_training_questions_are_sound() -> None:
    rows = [json.loads(line) for line in pairs.OWN.read_text("utf-8").splitlines()]
    assert len({row["question"] for row in rows}) == len(rows)
