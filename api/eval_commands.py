"""`referent eval`: measure rankings, answers and refusals, compare, report. Translates only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import AsOf
from api.folder import Data, Json, clean, existing
from rag.errors import UsageError

if TYPE_CHECKING:
    from eval.asking import Asking
    from eval.datasets import BadLine, EvalQuestion
    from eval.measures import Scored
    from eval.runs import RunLine
    from rag.bootstrap import Parts

evaluation = typer.Typer(
    name="eval", help="Mesurer les recherches, les réponses et les refus.", no_args_is_help=True
)

Run = Annotated[Path, typer.Argument(help="Fichier écrit par `referent eval run --out`.")]
Questions = Annotated[
    Path | None,
    typer.Option(
        "--questions",
        metavar="QUESTIONS",
        help="Jeu de questions qui dit ce qui y répond ; sinon : ce qu'en dit l'évaluation.",
    ),
]


@evaluation.command("run")
def run(
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS", help="Jeu de questions (JSON Lines).")
    ],
    documents: Annotated[
        list[Path] | None,
        typer.Option(
            "--documents",
            metavar="PATH",
            help="Ingérer ces sources dans un dossier d'essai (répétable) ; sinon : --data.",
        ),
    ] = None,
    as_of: AsOf = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Écrire une ligne JSON par question ; une évaluation interrompue y reprend.",
        ),
    ] = None,
    no_answers: Annotated[
        bool, typer.Option("--no-answers", help="Les classements seulement.")
    ] = False,
    model: Annotated[
        str, typer.Option(metavar="NAME", help="Modèle qui rédige ; « extractive » : aucun.")
    ] = "",
    judge: Annotated[
        str,
        typer.Option(metavar="NAME", help="Modèle qui juge si les réponses sont fidèles."),
    ] = "",
    data: Data = None,
    json: Json = False,
) -> None:
    """Poser un jeu de questions et mesurer ce qui est trouvé, cité et refusé."""
    from api import eval_view, terminal
    from eval import measures, summary

    asked, bad = _questions(questions)
    if judge and no_answers:
        raise _usage("--judge juge des réponses, que --no-answers ne demande pas", "--judge")
    day, writer = as_of.date() if as_of else None, None if no_answers else clean(model).strip()
    with _folder(documents, data) as parts:
        lines = _lines(parts, asked, day, writer, clean(judge).strip(), out)
    found = summary.summarise(measures.score(lines))
    if json:
        shape = [{"line": line.number, "error": line.what} for line in bad]
        terminal.print_json({**summary.shape(found), "bad_lines": shape})
    else:
        eval_view.print_bad_lines(str(questions), bad)
        eval_view.print_summary(found)
    if bad or found.failures:
        raise typer.Exit(1)


@evaluation.command("compare")
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="L'évaluation de départ.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Celle qu'on lui compare.")],
    questions: Questions = None,
    data: Data = None,  # noqa: ARG001 - every command takes it; files of runs say all that is read
    json: Json = False,
) -> None:
    """Comparer deux évaluations question par question, et dire si le hasard suffirait."""
    from api import eval_view, terminal
    from eval import comparison

    found = comparison.compare(*(_scored(path, questions) for path in (first, second)))
    if json:
        terminal.print_json(comparison.shape(found))
    else:
        eval_view.print_comparison(found, first.name, second.name)


@evaluation.command("report")
def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Une ou des évaluations.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="La page HTML à écrire.")],
    questions: Questions = None,
    data: Data = None,  # noqa: ARG001 - as for `compare`
    json: Json = False,
) -> None:
    """Écrire une page HTML, seule et sans script : mesures, rangs, refus, pires questions."""
    from api import terminal
    from eval import report as pages

    named = [pages.Configuration(path.stem, _scored(path, questions)) for path in runs]
    about = f"Évaluation : {questions.name}" if questions else "Évaluation"
    try:
        out.write_text(pages.page(named, about), "utf-8")
    except OSError as error:
        raise _usage(f"impossible d'écrire ce fichier ({error.strerror})", str(out)) from error
    if json:
        terminal.print_json({"page": str(out), "runs": [str(path) for path in runs]})
    else:
        terminal.out().print(terminal.styled(f"Page écrite : {out}"))


def _questions(path: Path) -> tuple[list[EvalQuestion], list[BadLine]]:
    from eval.datasets import sort_out

    try:
        with path.open(encoding="utf-8") as lines:
            asked, bad = sort_out(lines)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "ce n'est pas de l'UTF-8"
        raise _usage(f"fichier illisible ({why})", str(path)) from error
    if not asked:
        what = f"ligne {bad[0].number} : {bad[0].what}" if bad else "aucune question"
        raise _usage(what, str(path))
    return asked, bad


@contextmanager
def _folder(documents: list[Path] | None, data: Path | None) -> Iterator[Parts]:
    """The data folder asked, or one filled for the purpose."""
    from eval.setup import ingested
    from rag import settings

    if documents and data:
        raise _usage("choisissez entre --documents et --data", "--documents")
    with ExitStack() as stack:
        if documents:
            data = stack.enter_context(ingested(documents, settings.load()))
        yield stack.enter_context(existing(data))


def _lines(
    parts: Parts,
    asked: Sequence[EvalQuestion],
    day: date | None,
    writer: str | None,
    judge: str,
    out: Path | None,
) -> list[RunLine]:
    from api.eval_view import followed
    from eval.asking import run as ask_all
    from eval.runs import RunFile
    from eval.setup import setup

    asking = _asking(parts, day, writer, judge)
    made = setup(parts, asked, day, writer, judge)
    lines = ask_all(asked, asking, made, RunFile(out, made) if out else None)
    return list(followed(lines, len(asked)))


def _asking(parts: Parts, day: date | None, writer: str | None, judge: str) -> Asking:
    from api.shapes import answer_shape
    from eval.asking import Asking
    from eval.judge import ModelJudge
    from rag.answering.choose import answerer, model_name
    from rag.answering.extractive import MODEL
    from rag.maintenance import ready_index
    from rag.retrieval.search import Searcher

    searcher = Searcher(parts.catalogue, ready_index(parts), parts.embedder, parts.thesaurus)
    if judge and not parts.settings.model_url:
        raise _usage("aucun serveur de modèles n'est réglé (REFERENT_MODEL_URL)", "--judge")
    return Asking(
        searcher,
        answer_shape,
        as_of=day,
        answerer=None if writer is None else answerer(parts, searcher, parts.embedder, writer),
        model=model_name(parts.settings, writer or ""),
        judge=ModelJudge(judge, parts.settings) if judge else None,
        unbound=None
        if writer is None
        else answerer(parts, searcher, parts.embedder, MODEL, least=0.0),
    )


def _scored(path: Path, questions: Path | None) -> list[Scored]:
    from eval.measures import score
    from eval.runs import read_run

    lines = read_run(path)
    if not lines:
        raise _usage("aucune question dans cette évaluation", str(path))
    return score(lines, _questions(questions)[0] if questions else ())


def _usage(what: str, where: str) -> UsageError:
    return UsageError(what, where=where, remedy="referent eval --help")
