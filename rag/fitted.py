"""Reads shipped files of fitted numbers: {"weights": {feature: weight}, other: number, …}."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Fitted:
    """`weights` by feature; `others`: numbers that are no weights, by name."""

    weights: dict[str, float]
    others: dict[str, float]


def read_fitted(
    path: Path,
    features: Collection[str],
    others: Collection[str] = (),
    *,
    whose: str,
    made_by: str,
) -> Fitted:
    """What a file holds. `whose`, in French, and `made_by`, a module, are for the message.

    Raises:
        SettingsError: it cannot be read, lacks a number, or has weights of other features.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        weights = {str(name): float(weight) for name, weight in content["weights"].items()}
        found = {name: float(content[name]) for name in others}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"les poids {whose} ne se lisent pas : {error}"
        raise _wrong(what, path, made_by) from error
    if set(weights) != set(features):
        raise _wrong(f"ces poids {whose} sont ceux d'une autre version", path, made_by)
    return Fitted(weights, found)


def _wrong(what: str, path: Path, made_by: str) -> SettingsError:
    remedy = f"réinstallez Référent, ou refaites ce fichier : python -m {made_by}"
    return SettingsError(what, where=str(path), remedy=remedy)
