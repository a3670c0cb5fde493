"""The scorer: weights of a file, scores from 0 to 1, best first."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rag.errors import SettingsError
from rag.retrieval.reranking import Ranker, load, shipped
from rag.retrieval.scoring import FEATURES


def test_the_shipped_weights_are_shares() -> None:
    weights = shipped().weights
    assert len(weights) == len(FEATURES)
    assert min(weights) >= 0
    assert sum(weights) == pytest.approx(1.0, abs=0.001)


def test_the_best_comes_first_and_equals_keep_their_order() -> None:
    ranker = Ranker(tuple(1.0 if name == "article" else 0.0 for name in FEATURES))
    features = np.zeros((4, len(FEATURES)), dtype=np.float32)
    features[:, FEATURES.index("article")] = [0.2, 0.7, 0.2, 1.0]
    assert ranker.order(features).tolist() == [3, 1, 0, 2]
    assert ranker.scores(features) == pytest.approx([0.2, 0.7, 0.2, 1.0])


def test_no_candidates() -> None:
    assert shipped().order(np.zeros((0, len(FEATURES)), dtype=np.float32)).tolist() == []


def test_weights_are_taken_by_their_names(tmp_path: Path) -> None:
    file = tmp_path / "ranker.json"
    names = {name: place for place, name in enumerate(FEATURES)}
    file.write_text(json.dumps({"weights": dict(reversed(names.items()))}))
    assert load(file).weights == tuple(map(float, range(len(FEATURES))))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"weights": 1}',
        '{"weights": {"article": "x"}}',
        '{"weights": {"other": 1}}',
    ],
)
def test_what_is_not_weights_for_these_features_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "ranker.json"
    file.write_text(content)
    with pytest.raises(SettingsError, match="poids du classement"):
        load(file)


def test_a_missing_file_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path / "nothing.json")
    assert "eval.training.ranker" in str(caught.value.remedy)
