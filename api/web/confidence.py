"""How sure one may be of an answer, as people are told: in words first, then the figure. Pure.

One rule for the page and the terminal. Messages in French, marked for the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.web.desk.figures import Figures
from api.web.language import N_
from rag.types import Answer

# In percent, from there on. Over the calibration (eval/results/confidence.md), answers from 60 on
# are right three times in four (70 to 80 % a row), those from 30 on four times in ten (33 to 58 %),
# those below once in four at most.
GOOD = 60
FAIR = 30
# The last row of the calibration: 80 % of its answers are right, and nothing tells more apart. Few
# texts may give 1.0 (rag.answering.confidence.MOST_HELD), which nobody should read as certain.
MOST = 80


@dataclass(frozen=True, slots=True)
class Line:
    """`words` hold a place for `share`; `sign` is a gauge for who does not read them."""

    sign: str
    words: str
    share: str


_BEST = ("●●●", N_("Confiance : bonne (%(share)s ou plus)"))
_GOOD = ("●●●", N_("Confiance : bonne (%(share)s)"))
_FAIR = ("●●○", N_("Confiance : moyenne (%(share)s) – relisez les articles cités"))
_LOW = ("●○○", N_("Confiance : faible (%(share)s) – à vérifier avant d'agir"))
_NONE = ("○○○", N_("Confiance insuffisante (%(share)s), sous le seuil réglé : rien n'est rédigé."))
_NEAREST = (
    "○○○",
    N_(
        "Confiance insuffisante (%(share)s), sous le seuil réglé : rien n'est rédigé, les articles "
        "les plus proches sont indiqués."
    ),
)


def line(answer: Answer, least: float, language: str) -> Line | None:
    """What is said of an answer's confidence where answers are written from `least` (0 to 1) on.

    None: nobody worked it out (the article was asked by its number), or it was high enough and
    the refusal has another cause.
    """
    sure = answer.confidence
    if sure is None or (answer.refused and sure >= least):
        return None
    figures = Figures(language)
    if answer.refused:
        return Line(*(_NEAREST if answer.nearest else _NONE), figures.whole_share(sure))
    percent = round(100 * sure)
    return Line(*_band(percent), figures.whole_share(min(percent, MOST) / 100))


def _band(percent: int) -> tuple[str, str]:
    """By the figure as it is shown, so that one figure never has two words."""
    if percent >= GOOD:
        return _BEST if percent > MOST else _GOOD
    return _FAIR if percent >= FAIR else _LOW
