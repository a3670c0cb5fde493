"""Logistic regression in plain numpy: Newton's method, ridge penalty (Hastie et al., The Elements
of Statistical Learning, 4.4.1)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STEPS = 50
ENOUGH = 1e-8
SURE = 35.0  # log-odds beyond which a float says 0 or 1


class Fitted(NamedTuple):
    """Log-odds: `features @ weights + bias`."""

    weights: Floats
    bias: float

    def odds(self, features: Floats) -> Floats:
        """Log-odds of each row."""
        found: Floats = features @ self.weights + self.bias
        return found


def chance(odds: Floats) -> Floats:
    """Log-odds → probability."""
    found: Floats = 1 / (1 + np.exp(-np.clip(odds, -SURE, SURE)))
    return found


def fit(features: Floats, right: Floats, counts: Floats, ridge: float) -> Fitted:
    """`features`: shape (n, k); `right`: 0 or 1 of each row; `counts`: how much each row counts.

    `ridge` weighs on weights of features brought to mean 0 and deviation 1, not on the bias.
    """
    mean = np.average(features, axis=0, weights=counts)
    spread = np.sqrt(np.average((features - mean) ** 2, axis=0, weights=counts))
    spread[spread == 0] = 1.0
    rows = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    penalty = np.diag([*[ridge] * features.shape[1], 1e-9])
    found = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        guess = chance(rows @ found)
        slope = rows.T @ (counts * (guess - right)) + penalty @ found
        curve = (rows * (counts * guess * (1 - guess))[:, None]).T @ rows + penalty
        step = np.linalg.solve(curve, slope)
        found -= step
        if float(np.abs(step).max()) < ENOUGH:
            break
    weights = found[:-1] / spread
    return Fitted(weights, float(found[-1] - mean @ weights))
