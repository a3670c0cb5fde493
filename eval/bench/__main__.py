"""`python -m eval.bench`, or `make bench`: the machine, then every measure."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from rag.bootstrap import go_offline

go_offline()

import typer  # noqa: E402 - after the environment says that nobody may be phoned

from eval.bench import (  # noqa: E402
    api,
    cold,
    embedding,
    journal,
    load,
    machine,
    memory,
    reading,
    search,
    side_by_side,
    update,
)
from eval.bench.child import ROOT  # noqa: E402
from eval.bench.measure import Bench, Figure, Measure, Skipped  # noqa: E402
from rag.settings import NO_MODEL, STATIC_MODEL  # noqa: E402

# In this order: small processes are measured before this one grows.
MEASURES: dict[str, tuple[str, Measure]] = {
    "memory": (memory.TITLE, memory.measure),
    "cold": (cold.TITLE, cold.measure),
    "update": (update.TITLE, update.measure),
    "search": (search.TITLE, search.measure),
    "reading": (reading.TITLE, reading.measure),
    "side-by-side": (side_by_side.TITLE, side_by_side.measure),
    "api": (api.TITLE, api.measure),
    "load": (load.TITLE, load.measure),
    "embedding": (embedding.TITLE, embedding.measure),
    "journal": (journal.TITLE, journal.measure),
}


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes: does it run.")] = False,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help=f"Among {', '.join(MEASURES)}.")
    ] = None,
    model: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR", help="A sentence-transformers folder; default: random weights."
        ),
    ] = None,
    shared: Annotated[
        Path | None, typer.Option(help="Folder that holds corpora/ and eval/.")
    ] = None,
    report: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Measure Référent on this machine."""
    unknown = set(only or ()) - set(MEASURES)
    if unknown:
        raise typer.BadParameter(f"unknown: {', '.join(sorted(unknown))}", param_hint="--only")
    typer.echo(f"$ python -m eval.bench {' '.join(sys.argv[1:])}".rstrip())
    about = machine.describe()
    for name, value in about.items():
        typer.echo(f"{name:<34}{value}")
    with tempfile.TemporaryDirectory(prefix="referent-bench-") as work:
        run = Bench(_shared(shared), Path(work), quick, tuple(model or ()), _embedding())
        results = {name: _run(run, *MEASURES[name]) for name in only or MEASURES}
    if report:
        content = {"command": sys.argv[1:], "machine": about, "measures": results}
        report.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")


def _run(run: Bench, title: str, measure: Measure) -> list[dict[str, Any]]:
    typer.secho(f"\n{title}", bold=True)
    started = time.perf_counter()
    figures = list(_printed(measure(run)))
    typer.echo(f"  ({time.perf_counter() - started:.0f} s)")
    return [figure.as_json() for figure in figures]


def _printed(figures: Iterator[Figure]) -> Iterator[Figure]:
    try:
        for figure in figures:
            typer.echo(f"  {figure}")
            yield figure
    except Skipped as reason:
        typer.echo(f"  skipped: {reason}")


def _shared(given: Path | None) -> Path | None:
    folder = given or Path(os.environ.get("REFERENT_SHARED", ROOT.parent / "shared"))
    return folder if folder.is_dir() else None


def _embedding() -> str:
    """The default embedder, or words only where its vectors are not installed."""
    from rag.embedding.static import DATA

    return STATIC_MODEL if DATA.exists() else NO_MODEL


if __name__ == "__main__":
    typer.run(bench)
