"""Shows an ingest while it runs and when it is done."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ingest.observer import Observer, Silent
from ingest.report import IngestReport, TextReport, printable

NAMED = 6  # article numbers named in a cell before "…"


@contextmanager
def progress(*, quiet: bool, lines: bool = False) -> Iterator[Observer]:
    """A progress bar on a terminal's standard error; nothing in a pipe or with `quiet`.

    `lines`: a line of JSON a step there instead, for a program.
    """
    if lines:
        yield _Lines()
        return
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield Silent()
        return
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    with bar:
        yield _Bars(bar)


class _Bars:
    """`Observer` that moves three bars."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._sources = bar.add_task("Lecture", total=None)
        self._embedding = bar.add_task("Encodage", total=None, visible=False)
        self._indexing = bar.add_task("Indexation", total=None, visible=False)

    def source(self, name: str, done: int, total: int) -> None:
        about = f"Lecture {name[-40:]}" if name else "Lecture"
        self._bar.update(self._sources, description=about, completed=done, total=total)

    def embedding(self, done: int, total: int) -> None:
        self._bar.update(self._embedding, completed=done, total=total, visible=done < total)

    def indexing(self, done: int, total: int) -> None:
        self._bar.update(self._indexing, completed=done, total=total, visible=True)


class _Lines:
    """`Observer` that writes a line of JSON a step: {"step", "name", "done", "total"}."""

    def source(self, name: str, done: int, total: int) -> None:
        self._tell("source", name, done, total)

    def embedding(self, done: int, total: int) -> None:
        self._tell("embedding", "", done, total)

    def indexing(self, done: int, total: int) -> None:
        self._tell("indexing", "", done, total)

    def _tell(self, step: str, name: str, done: int, total: int) -> None:
        told = {"step": step, "name": name, "done": done, "total": total}
        sys.stderr.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stderr.flush()


def print_report(report: IngestReport, *, as_json: bool, dry_run: bool) -> None:
    """The report on standard output, failures on standard error too."""
    if as_json:
        sys.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n")
        _print_notices(report)
        return
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(_table(report, dry_run))
    else:
        for text in report.texts:
            sys.stdout.write("\t".join(map(printable, (*_names(text), *_cells(text)))) + "\n")
    _print_failures(report)
    _print_notices(report)
    console.print(
        f"{len(report.texts)} textes, {len(report.failures)} échecs, {report.seconds:.1f} s"
        + (" (essai : rien n'est écrit)" if dry_run else "")
    )


def _print_failures(report: IngestReport) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for failure in report.failures:
        console.print(
            f"[red]Échec[/] — [bold]{escape(failure.source)}[/] : {escape(failure.error)}"
        )
        console.print(f"  À faire : {escape(failure.remedy)}")


def _print_notices(report: IngestReport) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for notice in report.notices:
        console.print(escape(notice))


def _table(report: IngestReport, dry_run: bool) -> Table:
    table = Table(title="Ce qui changerait" if dry_run else "Textes", title_justify="left")
    for column in (
        "Texte",
        "ajoutés",
        "modifiés",
        "retirés",
        "métadonnées",
        "inchangés",
        "encodés",
    ):
        table.add_column(column)
    for text in report.texts:
        table.add_row(*map(escape, map(printable, (text.changes.title, *_cells(text)))))
    return table


def _names(text: TextReport) -> tuple[str, str]:
    return text.changes.text_id, text.changes.title


def _cells(text: TextReport) -> tuple[str, ...]:
    changes = text.changes
    groups = (changes.added, changes.changed, changes.removed, changes.metadata_only)
    return (*map(_named, groups), str(changes.unchanged), str(text.embedded))


def _named(numbers: tuple[str, ...]) -> str:
    if not numbers:
        return "0"
    more = " …" if len(numbers) > NAMED else ""
    return f"{len(numbers)} : {', '.join(numbers[:NAMED])}{more}"
