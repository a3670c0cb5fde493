"""`referent show` and `referent changes`: the law read by article and by date."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.folder import Data, Json, clean, existing
from rag.errors import NotFound, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from rag.types import Caller, Text

DATES = ["%Y-%m-%d"]
LOOKBACK = timedelta(days=365)  # of `changes`, when it is not told since when

Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Écrire une page HTML à envoyer.")
]


def show(
    reference: Annotated[
        list[str], typer.Argument(metavar="REFERENCE", help="Ex. : « L. 311-5 CRPA ».")
    ],
    as_of: Annotated[
        list[datetime] | None,
        typer.Option(
            "--as-of", metavar="DATE", formats=DATES, help="À cette date ; deux dates : comparer."
        ),
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="Toutes les versions.")] = False,
    html: Html = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Lire un article : ses mots en vigueur, toutes ses versions, ou deux dates comparées."""
    from api import article_view, terminal
    from rag.database import reading as transaction
    from rag.types import Caller

    days = sorted(moment.date() for moment in as_of or ())
    if len(days) > 2:
        raise UsageError("plus de deux dates", where="--as-of", remedy="donnez-en une ou deux")
    with existing(data) as parts, transaction(parts.catalogue) as connection:
        view = article_view.read(
            connection, clean(" ".join(reference)), Caller.operator(), days, history=history
        )
    if html:
        _write(html, article_view.page(view))
    if json:
        terminal.print_json(article_view.shape(view))
    elif not html:
        article_view.print_view(view)


def changes(
    text: Annotated[
        str, typer.Argument(metavar="[TEXT]", help="Un texte, par son titre ou son identifiant.")
    ] = "",
    since: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=DATES, help="Depuis cette date (un an par défaut)."),
    ] = None,
    html: Html = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Ce qui a changé, article par article, et qui cite ce qui a changé."""
    from api import changes_view, terminal
    from rag.database import reading as transaction
    from rag.history import changes as find_changes
    from rag.types import Caller

    start = since.date() if since else date.today() - LOOKBACK
    with existing(data) as parts, transaction(parts.catalogue) as connection:
        texts = [text_named(connection, clean(text), Caller.operator())] if text else None
        found = find_changes(connection, Caller.operator(), start, date.today(), texts=texts)
    if html:
        _write(html, changes_view.page(found))
    if json:
        terminal.print_json(changes_view.shape(found))
    elif not html:
        changes_view.print_changes(found)


def text_named(connection: Connection, name: str, caller: Caller) -> Text:
    """The one text that `name` means among what `caller` may read.

    Raises:
        NotFound: none, or several.
    """
    from rag.catalogue import reading
    from rag.legal.titles import named

    found = named(name, reading.texts_for(connection, caller))
    if len(found) == 1:
        return found[0]
    listed = ", ".join(text.title for text in found[:8])
    raise NotFound(
        f"plusieurs textes ont ce nom : {listed}" if found else "aucun texte n'a ce nom",
        where=name,
        remedy="donnez le titre entier ou l'identifiant du texte",
    )


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"impossible d'écrire ce fichier ({error.strerror})",
            where=str(path),
            remedy="donnez un autre chemin",
        ) from error
