"""`referent ingest`: translates the command line into an ingest run, and its report into print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rag.bootstrap import Parts
    from rag.settings import Settings

Sources = Annotated[
    list[Path], typer.Argument(metavar="SOURCE…", help="Fichiers ou dossiers à ingérer.")
]
Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Dossier qui contient tout l'état.")
]
Json = Annotated[bool, typer.Option("--json", help="Résultat en JSON.")]
Day = datetime
EVERYONE = "tous"


def ingest(
    sources: Sources,
    service: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Service autorisé à lire (répétable), ou « tous ». Sans lui, un texte nouveau est "
            "lisible par tous, un texte connu garde ses droits.",
        ),
    ] = None,
    effective: Annotated[
        Day | None,
        typer.Option(formats=["%Y-%m-%d"], help="Date d'effet des documents qui n'en donnent pas."),
    ] = None,
    mirror: Annotated[
        bool, typer.Option(help="Retirer les textes qui ne sont plus dans la source.")
    ] = False,
    accept_removals: Annotated[
        bool, typer.Option(help="Accepter qu'un texte perde plus d'un dixième de ses articles.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option(help="Dire ce qui changerait, sans rien écrire.")
    ] = False,
    as_service: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="N'apporter que ce qu'une personne de ce service (répétable ; « tous » : d'aucun) "
            "peut lire ; sinon : tout.",
        ),
    ] = None,
    progress: Annotated[
        bool,
        typer.Option(help="Avec --json : l'avancement, en lignes de JSON sur la sortie d'erreur."),
    ] = False,
    ocr: Annotated[
        bool, typer.Option(help="Lire avec tesseract les pages de PDF qui sont des images.")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Lire des textes et des procédures, les découper en articles et les indexer."""
    from ingest import display
    from ingest.pipeline import Ingest, IngestOptions
    from ingest.sources.base import ReadOptions
    from rag import settings
    from rag.errors import UsageError
    from rag.types import Caller, service_names

    names = service_names(service or ())
    if service and not names:
        raise UsageError("nom de service vide", where="--service", remedy="donnez un nom")
    read = ReadOptions(
        services=names - {EVERYONE},
        open_to_all=EVERYONE in names,
        effective=effective.date() if effective else None,
        ocr=ocr,
    )
    caller = (
        Caller.of(service_names(as_service) - {EVERYONE})
        if as_service is not None
        else Caller.operator()
    )
    options = IngestOptions(read, mirror, accept_removals, dry_run, caller)
    shown = display.progress(quiet=json, lines=progress)
    with _parts(settings.load(data), dry_run) as parts, shown as observer:
        report = Ingest(parts, options, observer).run(sources)
    display.print_report(report, as_json=json, dry_run=dry_run)
    if report.failures:
        raise typer.Exit(1)


@contextmanager
def _parts(chosen: Settings, dry_run: bool) -> Iterator[Parts]:
    """The real parts; for a dry run where nothing was ever ingested, those of a scratch folder."""
    from rag.bootstrap import open_parts
    from rag.catalogue.engine import FILE_NAME

    if not dry_run or (chosen.data.expanduser() / FILE_NAME).exists():
        with open_parts(chosen) as parts:
            yield parts
        return
    with TemporaryDirectory(prefix="referent-") as scratch:
        there = chosen.model_copy(update={"data": Path(scratch)})
        with open_parts(there) as parts:
            yield parts
