"""The section of a report that sets each run against the first: an ablation, line by line. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from eval import comparison, summary
from eval.comparison import Compared, Comparison, Move
from eval.measures import Scored
from eval.report_parts import cases, table, words

SHOWN = 10  # gains, and losses; `referent eval compare --json` has them all
_MOVED = ["Écart", "p", "En hausse", "En baisse"]


def compared(
    first: Sequence[Scored], others: Sequence[tuple[str, Sequence[Scored]]], name: str
) -> str:
    """Each of the others (name, run) against the first, called `name`; "" where there are none."""
    if not others:
        return ""
    return (
        f"<h2>{words(f'Ce qui change par rapport à {name}')}</h2>"
        '<p class="faint">Sur les questions que les deux évaluations ont en commun. « p » : la '
        "probabilité que le hasard seul fasse un tel écart ; « en hausse », « en baisse » : les "
        "questions dont la mesure monte ou descend.</p>"
        + "".join(_against(first, name, *other) for other in others)
    )


def _against(first: Sequence[Scored], one: str, name: str, second: Sequence[Scored]) -> str:
    known = {s.line.question_id for s in first}
    if not any(s.line.question_id in known for s in second):
        return f"<h3>{words(name)}</h3><p>Aucune question en commun.</p>"
    found = comparison.compare(first, second)
    moves = _moves("Gagnent", found.gains) + _moves("Perdent", found.losses)
    return (
        f"<h3>{words(name)}</h3>"
        + table(_caption(found, one, name), ["Mesure", one, name, *_MOVED], _rows(found))
        + (f"<details><summary>Question par question</summary>{moves}</details>" if moves else "")
    )


def _caption(found: Comparison, one: str, name: str) -> str:
    return f"{name} et {one} : {found.count} questions en commun"


def _rows(found: Comparison) -> list[list[str]]:
    return [[summary.label(each.key), *_figures(each)] for each in found.measures]


def _figures(each: Compared) -> list[str]:
    gap = each.difference
    told = f"{gap.value:+.3f} [{gap.low:+.3f} ; {gap.high:+.3f}]"
    written = [f"{each.first:.3f}", f"{each.second:.3f}", told, f"{gap.p:.4f}"]
    # A minus sign is as wide as a plus; a hyphen is not.
    return [
        *(each.replace(".", ",").replace("-", "\u2212") for each in written),
        str(each.gains),
        str(each.losses),
    ]


def _moves(what: str, moves: Sequence[Move]) -> str:
    if not moves:
        return ""
    told = ((" ".join(m.question.split()), _told(m)) for m in moves[:SHOWN])
    return f"<h4>{words(f'{what} : {min(SHOWN, len(moves))} sur {len(moves)}')}</h4>" + cases(told)


def _told(move: Move) -> list[tuple[str, str]]:
    ranks = f"{move.first_rank or 'absent'} → {move.second_rank or 'absent'}"
    said = [("Rang du premier bon article", ranks)]
    if move.first_cited is not None and move.second_cited is not None:
        said.append(
            ("Cite un bon article", f"{_yes(move.first_cited)} → {_yes(move.second_cited)}")
        )
    return said


def _yes(value: bool) -> str:
    return "oui" if value else "non"
