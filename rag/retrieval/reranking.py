"""Orders candidates by the weighted sum of their figures (`rag.retrieval.scoring`).

The weights are learned by `python -m eval.training.ranker`; none is below 0 and their sum is 1, so
that a score lies between 0 and 1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.errors import SettingsError
from rag.retrieval.scoring import FEATURES, Floats

DATA = Path(__file__).with_name("data") / "ranker.json"
REMEDY = "réinstallez Référent, ou refaites ce fichier : python -m eval.training.ranker"


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
    """The weights of a file {"weights": {feature: weight}}.

    Raises:
        SettingsError: it cannot be read, or is for other features than FEATURES.
    """
    try:
        weights = json.loads(path.read_text(encoding="utf-8"))["weights"]
        found = {str(name): float(weight) for name, weight in weights.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _wrong(f"les poids du classement ne se lisent pas : {error}", path) from error
    if set(found) != set(FEATURES):
        raise _wrong("ces poids du classement sont ceux d'une autre version", path)
    return Ranker(tuple(found[name] for name in FEATURES))


def _wrong(what: str, path: Path) -> SettingsError:
    return SettingsError(what, where=str(path), remedy=REMEDY)
