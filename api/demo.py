"""`make demo`: ingest the demonstration corpus, ask one question, say what to do next."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from rag.bootstrap import go_offline

go_offline()

import typer  # noqa: E402 - after the environment says that nobody may be phoned

NEXT = """\
Et maintenant :
  .venv/bin/referent serve --data {data}     (puis ouvrez l'adresse qu'il donne dans un navigateur)
  .venv/bin/referent ask "Une question à vous" --data {data}
  .venv/bin/referent search "recours gracieux" --data {data}
  .venv/bin/referent show "article 22 règlement général des services" --data {data}
  .venv/bin/referent ingest VOTRE_DOSSIER --data {data}
  .venv/bin/referent --help
"""


def demo(
    question: Annotated[str, typer.Argument(help="La question posée.")],
    corpus: Annotated[Path, typer.Option(help="Dossier des textes.")] = Path("corpus"),
    data: Annotated[Path, typer.Option(help="Dossier de l'état.")] = Path("demo-data"),
) -> None:
    """Ingest, ask, and say what to do next."""
    from api import commands
    from ingest.cli import ingest

    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        (f"2. Ingestion de {corpus}/", lambda: ingest([corpus], data=data)),
        (f"3. Question : {question}", lambda: commands.ask(question, data=data)),
    )
    for title, step in steps:
        typer.secho(f"\n{title}", bold=True)
        started = time.monotonic()
        step()
        typer.echo(f"   ({time.monotonic() - started:.1f} s)")
    typer.echo(f"\n{NEXT.format(data=data)}")


if __name__ == "__main__":
    from api.cli import run

    run(lambda: typer.run(demo))
