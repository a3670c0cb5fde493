"""The journal's figures and proofs as JSON and on a terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from api import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.journal.checking import Report
    from rag.journal.reading import Recorded
    from rag.journal.statistics import Figures, Statistics

_BY = {
    "by_day": "Par jour",
    "by_service": "Par service",
    "by_model": "Par modèle",
    "by_door": "Par entrée",
    "by_kind": "Par nature",
}
_COLUMNS = ("", "demandes", "en échec", "questions", "sans réponse", "phrases écartées")


def report_shape(report: Report) -> dict[str, Any]:
    """What a check found; `problem` is null when nothing is wrong."""
    return asdict(report)


def print_report(report: Report) -> None:
    """Whether the journal is whole, and the proof to note elsewhere."""
    if report.problem:
        place = f"ligne {report.problem.seq} : " if report.problem.seq else ""
        terminal.out().print(terminal.styled(f"Journal altéré — {place}{report.problem.what}"))
        terminal.out().print("À faire : comparez avec une sauvegarde du dossier.")
        return
    terminal.out().print(
        f"Journal intact : {report.entries} lignes, de {report.first} à {report.last}.\n"
        f"À noter ailleurs : ligne {report.last}, empreinte {report.hash or 'aucune'}"
    )


def statistics_shape(found: Statistics, unanswered: Sequence[Recorded]) -> dict[str, Any]:
    """All figures; shares are of the questions asked, latencies in milliseconds."""
    return {
        "total": _figures(found.total),
        "latency": asdict(found.latency),
        **{
            name: {key: _figures(figures) for key, figures in getattr(found, name).items()}
            for name in _BY
        },
        "feedback": {"useful": found.useful, "not_useful": found.not_useful},
        "most_cited": [
            {"version_id": version, "answers": answers}
            for version, answers in found.most_cited.items()
        ],
        "unanswered": [
            {
                "request_id": each.entry.request_id,
                "at": each.entry.at.isoformat(timespec="milliseconds"),
                "services": sorted(each.entry.services),
            }
            for each in unanswered
        ],
    }


def print_statistics(found: Statistics, unanswered: Sequence[Recorded]) -> None:
    """The figures as tables."""
    print_line = terminal.out().print
    total, latency = found.total, found.latency
    print_line(
        f"{total.requests} demandes, dont {total.asked} questions : "
        f"{total.share_refused:.1%} sans réponse, "
        f"{total.share_unsupported:.1%} avec des phrases écartées"
    )
    if latency.p50 is not None:
        print_line(f"Durée : {latency.p50:.0f} ms (p95 {latency.p95:.0f}, p99 {latency.p99:.0f})")
    print_line(f"Avis : {found.useful} utiles, {found.not_useful} pas utiles")
    for name, title in _BY.items():
        rows = ((key or "—", *_row(figures)) for key, figures in getattr(found, name).items())
        terminal.print_table(title, _COLUMNS, rows)
    cited = found.most_cited.items()
    terminal.print_table("Versions les plus citées", ("version", "réponses"), cited)
    rows = ((each.entry.at.isoformat(" ", "minutes"), each.entry.request_id) for each in unanswered)
    terminal.print_table("Dernières questions sans réponse", ("le", "demande"), rows)


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        **asdict(figures),
        "share_refused": round(figures.share_refused, 4),
        "share_unsupported": round(figures.share_unsupported, 4),
    }


def _row(figures: Figures) -> tuple[object, ...]:
    shares = (f"{figures.share_refused:.1%}", f"{figures.share_unsupported:.1%}")
    return figures.requests, figures.failed, figures.asked, *shares
