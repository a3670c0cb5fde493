"""`referent verify`: the verdict of every legal reference of a document."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands import AsOf, Services
from api.folder import Data, Json, existing
from rag.errors import EmptySource, ReferentError, SourceError, StorageError, UnreadableSource

if TYPE_CHECKING:
    from rag.legal.names import Names
    from rag.legal.resolve import Shelf
    from rag.legal.verify import Verified
    from rag.types import TextState

STANDARD_INPUT = "-"
VERDICTS = {
    "in_force": "en vigueur",
    "quote_ok": "citation exacte",
    "modified_since": "modifié depuis",
    "quote_mismatch": "citation inexacte",
    "not_in_force_at_date": "pas en vigueur à cette date",
    "unknown_article": "article inconnu",
    "not_in_corpus": "hors du corpus",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A document with what was found in it."""

    name: str
    words: str
    found: Sequence[Verified]


def verify(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Documents à vérifier ; « - » : entrée standard."),
    ],
    as_of: AsOf = None,
    service: Services = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Écrire une page à envoyer.")
    ] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Vérifier chaque référence juridique d'un document ; statut 1 si l'une est fausse."""
    from api import terminal

    day = as_of.date() if as_of else date.today()
    done, failures = _checked(files, data, service, day)
    if html:
        _write_page(html, done, day)
    if json:
        terminal.print_json(verify_shape(done))
    else:
        _print(done)
    for failure in failures:
        terminal.print_error(failure)
    if failures or any(entry.wrong for document in done for entry in document.found):
        raise typer.Exit(1)


def verify_shape(checked: Sequence[Checked]) -> dict[str, Any]:
    """What `referent verify --json` prints; with several files each entry says which ("file")."""
    several = len(checked) > 1
    return {
        "references": [
            entry_shape(entry) | ({"file": document.name} if several else {})
            for document in checked
            for entry in document.found
        ]
    }


def entry_shape(entry: Verified) -> dict[str, Any]:
    """One entry of "references"."""
    return {
        "surface": entry.surface,
        "start": entry.start,
        "end": entry.end,
        "text": entry.text,
        "articles": list(entry.articles),
        "verdict": entry.verdict,
        "detail": entry.detail,
    }


def checked(
    name: str, words: str, title: str, shelf: Shelf, day: date, names: Names | None = None
) -> Checked:
    """A document as `read_words` gave it, each of its references with its verdict on `day`."""
    from rag.legal.verify import verify as verify_words

    home = title if title and shelf.text(title) else ""
    return Checked(name, words, verify_words(words, shelf, day, home, names))


def _checked(
    files: Sequence[str], data: Path | None, service: list[str] | None, day: date
) -> tuple[list[Checked], list[ReferentError]]:
    from rag.database import reading
    from rag.legal.resolve import Shelf
    from rag.types import Caller

    caller = Caller.of(service) if service else Caller.operator()
    done: list[Checked] = []
    failures: list[ReferentError] = []
    with existing(data) as parts, reading(parts.catalogue) as connection:
        shelf = Shelf(connection, caller)
        names = shelf.names()
        for file in files:
            try:
                words, title = read_words(file)
            except SourceError as error:
                failures.append(error)
                continue
            done.append(checked(file, words, title, shelf, day, names))
    return done, failures


def read_words(file: str) -> tuple[str, str]:
    """(words, title that the document gives itself). Plain text is taken as it is.

    Raises:
        SourceError: it cannot be read.
    """
    from ingest.sources.base import Source
    from ingest.sources.guards import decode_text, read_bytes

    if file == STANDARD_INPUT:
        return decode_text(sys.stdin.buffer.read(), "entrée standard"), ""
    path = Path(file)
    if path.is_dir():
        raise UnreadableSource(
            "c'est un dossier", where=file, remedy="donnez les fichiers un par un"
        )
    source = Source(path, file)
    if path.suffix.lower() == ".txt":
        return decode_text(read_bytes(source), file), ""
    return _through_reader(source)


def _through_reader(source: Any) -> tuple[str, str]:
    from ingest.sources.base import Document
    from ingest.sources.registry import reader_for

    words: list[str] = []
    title = ""
    for found in reader_for(source.path)(source):
        if isinstance(found, SourceError):
            raise found
        if isinstance(found, Document):
            words += [block.words for block in found.blocks]
            title = title or found.declared.title
        else:
            words += _state_words(found)
            title = title or found.text.title
    if not words:
        raise EmptySource("rien à lire", where=source.name, remedy="vérifiez le fichier")
    return "\n\n".join(words), title


def _state_words(state: TextState) -> list[str]:
    return [version.words for version in state.versions if version.words]


def _write_page(html: Path, checked: Sequence[Checked], day: date) -> None:
    from api.verify_page import page

    try:
        html.write_text(page(checked, day), encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"impossible d'écrire ce fichier ({error.strerror})",
            where=str(html),
            remedy="donnez un autre fichier avec --html",
        ) from error


def _print(checked: Sequence[Checked]) -> None:
    from api import terminal

    for document in checked:
        rows = [
            (
                VERDICTS[entry.verdict],
                " ".join(entry.surface.split()),
                entry.text,
                ", ".join(entry.articles),
                entry.detail,
            )
            for entry in document.found
        ]
        title = document.name if len(checked) > 1 else ""
        terminal.print_table(title, ("Verdict", "Référence", "Texte", "Articles", "Pourquoi"), rows)
        if not rows and not terminal.plain():
            terminal.out().print("Aucune référence trouvée.")
