"""Prints what `referent eval` measured. French, for people; a line a figure in a pipe."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.progress import track

from api import terminal
from eval import summary
from eval.comparison import Comparison, Move
from eval.datasets import BadLine
from eval.intervals import Estimate
from eval.runs import RunLine
from eval.summary import Summary

SHOWN = 15  # gains, and losses; --json has them all


def followed(lines: Iterable[RunLine], total: int) -> Iterable[RunLine]:
    """The lines; on a terminal, how far they are."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return lines
    return track(lines, "Questions", total, console=console, transient=True)


def print_summary(found: Summary) -> None:
    """Every figure with its interval and the number of questions behind it."""
    terminal.print_table(
        f"{found.count} questions, bonnes réponses par {found.level}",
        ("Mesure", "Valeur", "Intervalle à 95 %", "Questions"),
        (_figure(key, each) for key, each in found.figures.items()),
    )
    if not found.confidence and any(key.startswith("answer_") for key in found.figures):
        _say("Les réponses n'ont pas de confiance : ni aire, ni courbe de refus.")
    for question_id, error in found.failures.items():
        _say(f"Sans réponse — {question_id} : {error}")


def print_bad_lines(path: str, bad: Iterable[BadLine]) -> None:
    """The lines that were left out, and why."""
    for line in bad:
        _say(f"{path}, ligne {line.number} : {line.what} — laissée de côté")


def print_comparison(found: Comparison, first: str, second: str) -> None:
    """Measures side by side, then gains and losses question by question."""
    terminal.print_table(
        f"{found.count} questions",
        ("Mesure", f"A : {first}", f"B : {second}", "B − A", "Intervalle à 95 %", "p", "+", "−"),
        (
            (
                summary.label(each.key),
                f"{each.first:.3f}",
                f"{each.second:.3f}",
                f"{each.difference.value:+.3f}",
                f"[{each.difference.low:+.3f} ; {each.difference.high:+.3f}]",
                f"{each.difference.p:.4f}",
                each.gains,
                each.losses,
            )
            for each in found.measures
        ),
    )
    _print_moves("Gain", found.gains)
    _print_moves("Perte", found.losses)
    if found.only_first or found.only_second:
        _say(
            f"Laissées de côté : {found.only_first} questions de A seule, "
            f"{found.only_second} de B seule."
        )


def _print_moves(kind: str, moves: tuple[Move, ...]) -> None:
    terminal.print_table(
        f"{kind}s : {len(moves)}",
        ("", "Question", "", "Rang A", "Rang B", "Cite A", "Cite B"),
        (
            (
                kind,
                move.question_id,
                terminal.shorten(move.question, 90),
                move.first_rank or "absent",
                move.second_rank or "absent",
                _yes(move.first_cited),
                _yes(move.second_cited),
            )
            for move in moves[:SHOWN]
        ),
    )


def _figure(key: str, each: Estimate) -> tuple[str, str, str, int]:
    interval = f"[{each.low:.3f} ; {each.high:.3f}]"
    return summary.label(key), f"{each.value:.3f}", interval, each.count


def _yes(value: bool | None) -> str:
    return "" if value is None else ("oui" if value else "non")


def _say(words: str) -> None:
    terminal.out().print(terminal.styled(words))
