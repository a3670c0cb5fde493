"""The commands of `referent`, one function each: build a request, call, print."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.folder import Data, Json, clean, existing
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.bootstrap import Parts
    from rag.retrieval.search import Searcher, SearchResult
    from rag.types import Answer, Caller

MAX_QUESTION = 4000  # characters

Question = Annotated[str, typer.Argument(metavar="QUESTION", help="La question, en français.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="Le droit en vigueur à cette date."
    ),
]
Services = Annotated[
    list[str] | None,
    typer.Option(
        "--service",
        metavar="NAME",
        help="Répondre comme à une personne de ce service (répétable) ; sinon : tout.",
    ),
]
Limit = Annotated[int, typer.Option(min=1, max=100, help="Nombre de résultats.")]


def search(
    question: Question,
    as_of: AsOf = None,
    service: Services = None,
    limit: Limit = 10,
    data: Data = None,
    json: Json = False,
) -> None:
    """Trouver les passages qui répondent."""
    from api import recording, remote, shapes, terminal

    asked, day, caller = _question(question), _day(as_of), _caller(service)
    with existing(data) as parts:

        def alone() -> SearchResult:
            searcher = _searcher(parts)
            return recording.alone(parts).searches(
                asked, caller, lambda: searcher.search(asked, caller, day or date.today(), limit)
            )

        found = remote.through(
            parts, lambda server: server.search(asked, caller, day, limit), alone
        )
    if json:
        terminal.print_json(shapes.search_shape(asked, day, found.hits, found.understood))
    else:
        terminal.print_hits(found.hits, found.understood)


def ask(
    question: Question,
    as_of: AsOf = None,
    service: Services = None,
    limit: Annotated[int | None, typer.Option(min=1, max=50, help="Articles lus.")] = None,
    model: Annotated[
        str, typer.Option(metavar="NAME", help="Modèle qui rédige ; « extractive » : aucun.")
    ] = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Répondre à une question, chaque citation vérifiée."""
    from api import recording, remote, shapes, terminal
    from rag.answering.answer import last
    from rag.answering.choose import answerer
    from rag.types import Asked

    asked = Asked(
        question=_question(question),
        caller=_caller(service),
        as_of=_day(as_of),
        limit=limit,
        model=clean(model).strip(),
    )
    with existing(data) as parts:

        def alone() -> Answer:
            writer = answerer(parts, _searcher(parts), parts.embedder, asked.model)
            return last(recording.alone(parts).answers(asked, writer.stream(asked, date.today())))

        answer = remote.through(parts, lambda server: server.ask(asked), alone)
        least = parts.settings.min_confidence
    if json:
        terminal.print_json(shapes.answer_shape(answer))
    else:
        terminal.print_answer(answer, least)


def status(data: Data = None, json: Json = False) -> None:
    """Dire ce que contient le dossier, texte par texte, et où en est l'index."""
    from api import remote, status_view, terminal
    from rag.health import describe

    with existing(data) as parts:
        shape = remote.through(parts, lambda server: server.status(), lambda: describe(parts))
        texts = [] if json else status_view.texts(parts)
    if json:
        terminal.print_json(shape)
    else:
        status_view.print_status(shape, texts)


def rebuild(data: Data = None, json: Json = False) -> None:
    """Refaire l'index depuis le catalogue ; n'encode que si le modèle a changé."""
    from api import terminal
    from rag.maintenance import rebuild as rebuild_index

    with existing(data) as parts:
        shape = rebuild_index(parts)
    if json:
        terminal.print_json(shape)
    else:
        terminal.out().print(
            f"Index refait : {shape['points']} passages, {shape['embedded']} encodés, "
            f"{shape['seconds']:.1f} s"
        )


def check(data: Data = None, json: Json = False) -> None:
    """Vérifier que catalogue, index et fichiers concordent."""
    from api import remote, terminal
    from rag.health import check as check_all

    with existing(data) as parts:
        problems = remote.through(parts, lambda server: server.check(), lambda: check_all(parts))
    if json:
        terminal.print_json({"problems": [problem.as_json() for problem in problems]})
    else:
        for problem in problems:
            terminal.out().print(terminal.styled(f"{problem.what} — {problem.remedy}"))
        if not problems:
            terminal.out().print("Catalogue, index et fichiers concordent.")
    if problems:
        raise typer.Exit(1)


def remove(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Identifiant ou titre du texte.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Retirer un texte : plus rien n'en est trouvé, montré ni cité."""
    from api import terminal
    from rag.maintenance import remove_text

    with existing(data) as parts:
        removed = remove_text(parts, clean(text))
    if json:
        terminal.print_json({"text_id": removed.text_id, "text": removed.title})
    else:
        terminal.out().print(terminal.styled(f"Retiré : {removed.title} ({removed.text_id})"))


def _searcher(parts: Parts) -> Searcher:
    from rag.maintenance import ready_index
    from rag.retrieval.search import Searcher

    return Searcher(parts.catalogue, ready_index(parts), parts.embedder, parts.thesaurus)


def _caller(services: list[str] | None) -> Caller:
    from rag.types import Caller

    return Caller.of(services) if services else Caller.operator()


def _question(question: str) -> str:
    asked = clean(question).strip()
    if not asked:
        raise UsageError("question vide", where="QUESTION", remedy="écrivez une question")
    if len(asked) > MAX_QUESTION:
        raise UsageError(
            f"question trop longue ({len(asked)} caractères)",
            where="QUESTION",
            remedy=f"restez sous {MAX_QUESTION} caractères",
        )
    return asked


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
