"""`referent journal`: proof, export, figures, purge and erasure, for the data folder's owner."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.folder import Data, Json, clean, existing
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.bootstrap import Parts
    from rag.journal.filters import Filter, Scope
    from rag.journal.journal import Journal

DOOR = "command"
DATES = ["%Y-%m-%d"]

journal = typer.Typer(
    name="journal", help="Prouver, exporter, compter, purger le journal.", no_args_is_help=True
)

Since = Annotated[
    datetime | None,
    typer.Option("--since", metavar="DATE", formats=DATES, help="À partir de ce jour (UTC)."),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", metavar="DATE", formats=DATES, help="Jusqu'à ce jour compris (UTC)."),
]
Service = Annotated[str, typer.Option("--service", metavar="NAME", help="De ce service.")]
Model = Annotated[str, typer.Option("--model", metavar="NAME", help="De ce modèle.")]
Door = Annotated[
    str, typer.Option("--door", metavar="NAME", help="Par cette entrée : page, api, command…")
]
Kind = Annotated[
    str, typer.Option("--kind", metavar="NAME", help="De cette nature : ask, search, verify…")
]


@journal.command("check")
def check(data: Data = None, json: Json = False) -> None:
    """Prouver que rien n'a été altéré, déplacé ni coupé."""
    from api import journal_view, terminal
    from rag.journal import checking

    with existing(data) as parts:
        kept = _journal(parts)
        report = checking.check(kept.engine, kept.key)
    if json:
        terminal.print_json(journal_view.report_shape(report))
    else:
        journal_view.print_report(report)
    if report.problem:
        raise typer.Exit(1)


@journal.command("export")
def export(
    since: Since = None,
    until: Until = None,
    service: Service = "",
    kind: Kind = "",
    model: Model = "",
    door: Door = "",
    refused: Annotated[
        bool | None, typer.Option("--refused/--answered", help="Sans réponse, ou avec.")
    ] = None,
    who: Annotated[str, typer.Option("--who", metavar="PERSON", help="De cette personne.")] = "",
    conversations: Annotated[
        bool, typer.Option("--conversations", help="Avec ses conversations ; --who et --json.")
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Motif, noté au journal.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Écrire dans ce fichier.")
    ] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Exporter les lignes en CSV pour tableur, ou en JSON Lines avec --json ; c'est journalisé."""
    from rag.database import reading
    from rag.journal import export as forms
    from rag.journal import reading as lines
    from rag.journal.filters import Filter

    scope, named = _scope(since, until, service, model, door, kind), clean(who).strip()
    if conversations and not (named and json):
        raise UsageError(
            "les conversations sont celles d'une personne, en JSON Lines",
            where="--conversations",
            remedy="ajoutez --who PERSON et --json",
        )
    with existing(data) as parts:
        kept = _journal(parts)
        person = kept.privacy.aliases(named) if named else ()
        chosen = Filter(scope, refused, person)
        _tell_export(kept, chosen, clean(reason))
        with reading(kept.engine) as connection:
            form = forms.json_lines if json else forms.csv_lines
            talks = _conversations(parts, named) if conversations else ()
            _write(chain(form(lines.entries(connection, chosen)), talks), out)


@journal.command("purge")
def purge(
    days: Annotated[
        int | None,
        typer.Option(
            "--days", min=1, max=3650, help="Garder autant de jours ; sinon ceux des réglages."
        ),
    ] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Supprimer les lignes trop anciennes ; les comptes par jour et la preuve restent."""
    from api import terminal
    from rag.journal import retention

    with existing(data) as parts:
        kept = days or parts.settings.journal_days
        moment = datetime.now(UTC)
        purged = retention.purge(_journal(parts), kept, moment, who=_operator(), door=DOOR)
    if json:
        terminal.print_json({"purged": purged.entries, "last": purged.last})
    else:
        terminal.out().print(f"Purgé : {purged.entries} lignes de plus de {kept} jours")


@journal.command("stats")
def stats(
    since: Since = None,
    until: Until = None,
    service: Service = "",
    kind: Kind = "",
    model: Model = "",
    door: Door = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Compter les demandes, les refus, les durées, les citations et les avis."""
    from api import journal_view, terminal
    from rag.database import reading
    from rag.journal import statistics

    scope = _scope(since, until, service, model, door, kind)
    with existing(data) as parts, reading(parts.registry) as connection:
        found = statistics.statistics(connection, scope)
        unanswered = statistics.unanswered(connection, scope)
    if json:
        terminal.print_json(journal_view.statistics_shape(found, unanswered))
    else:
        journal_view.print_statistics(found, unanswered)


@journal.command("erase")
def erase(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Son nom dans le journal.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Effacer nom, questions, commentaires et conversations d'une personne ; c'est journalisé."""
    from api import terminal
    from rag.conversations.store import Conversations
    from rag.journal import erasure

    named = clean(person).strip()
    if not named:
        raise UsageError("nom vide", where="PERSON", remedy="donnez le nom de la personne")
    with existing(data) as parts:
        erased = erasure.erase(_journal(parts), named, who=_operator(), door=DOOR)
        kept = Conversations(parts.registry, parts.catalogue)
        forgotten = kept.forget_login(named)
    if json:
        terminal.print_json({"erased": erased, "conversations": forgotten})
    else:
        terminal.out().print(f"Effacé : {erased} lignes, {forgotten} conversations")


def _conversations(parts: Parts, login: str) -> Iterator[str]:
    from rag.conversations.export import json_line
    from rag.conversations.store import Conversations
    from rag.types import Caller

    kept = Conversations(parts.registry, parts.catalogue)
    return (json_line(*each) for each in kept.given(login, Caller.operator()))


def _journal(parts: Parts) -> Journal:
    from rag.journal.journal import Journal

    kept = Journal(parts.registry, parts.settings, parts.data)
    kept.check_key()
    return kept


def _operator() -> str:
    from rag.types import Caller

    return Caller.operator().name


def _scope(
    since: datetime | None, until: datetime | None, service: str, model: str, door: str, kind: str
) -> Scope:
    from rag.journal.filters import Scope
    from rag.types import service_names

    return Scope(
        since=since.date() if since else None,
        until=until.date() if until else None,
        service="".join(service_names([clean(service)])),
        model=clean(model),
        door=clean(door),
        kind=clean(kind),
    )


def _tell_export(kept: Journal, chosen: Filter, reason: str) -> None:
    """Before anything is written; of one person or of all, never of whom."""
    from json import dumps

    from rag.journal.entry import EXPORT, Entry

    detail: dict[str, Any] = {"one_person": bool(chosen.who), "refused": chosen.refused}
    for name in ("since", "until", "service", "model", "door", "kind"):
        detail[name] = str(getattr(chosen.scope, name) or "")
    kept.append(Entry(EXPORT, DOOR, _operator(), reason=reason, detail=dumps(detail)))


def _write(lines: Iterable[str], out: Path | None) -> None:
    try:
        if out:
            out.touch(0o600)
        with (
            out.open("w", encoding="utf-8", newline="") if out else nullcontext(sys.stdout) as file
        ):
            file.writelines(lines)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(
            f"impossible d'écrire ce fichier ({error.strerror})",
            where=str(out or "sortie standard"),
            remedy="donnez un autre chemin",
        ) from error
