"""The data folder that a command works on, and the options that every command has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from rag import settings
from rag.bootstrap import Parts, open_parts
from rag.errors import NotFound

Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Dossier qui contient tout l'état.")
]
Json = Annotated[bool, typer.Option("--json", help="Résultat en JSON.")]


def clean(argument: str) -> str:
    """An argument as text: bytes that are no UTF-8, which the shell passes on, are replaced."""
    return argument.encode("utf-8", "replace").decode("utf-8")


@contextmanager
def existing(data: Path | None) -> Iterator[Parts]:
    """The parts of a data folder that is there already.

    Raises:
        NotFound: nothing was ever ingested there.
    """
    with open_parts(settings.load(data)) as parts:
        if not parts.exists():
            raise NotFound(
                "aucun texte n'a encore été ingéré ici",
                where=str(parts.data),
                remedy="lancez `referent ingest DOSSIER --data DIR`, ou corrigez --data",
            )
        yield parts
