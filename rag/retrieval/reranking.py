"""Orders candidates by the weighted sum of their figures (`rag.retrieval.scoring`).

The weights are learned by `python -m eval.training.ranker`; none is below 0 and their sum is 1, so
that a score lies between 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.fitted import read_fitted
from rag.retrieval.scoring import FEATURES, Floats

DATA = Path(__file__).with_name("data") / "ranker.json"


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights of FEATURES, in their order."""

    weights: tuple[float, ...]

    def scores(self, features: Floats) -> Floats:
        """Shape (n,), of figures of shape (n, len(FEATURES))."""
        scores: Floats = features @ np.asarray(self.weights, dtype=np.float32)
        return scores

    def order(self, features: Floats) -> npt.NDArray[np.int64]:
        """Positions of the candidates, best first; equal ones keep their order."""
        return np.argsort(-self.scores(features), kind="stable").astype(np.int64)


@lru_cache(1)
def shipped() -> Ranker:
    """The shipped weights, read once."""
    return load(DATA)


def load(path: Path) -> Ranker:
    """The weights of a file.

    Raises:
        SettingsError: it cannot be read, or is for other features than FEATURES.
    """
    made_by = "eval.training.ranker"
    fitted = read_fitted(path, FEATURES, whose="du classement", made_by=made_by)
    return Ranker(tuple(fitted.weights[name] for name in FEATURES))
