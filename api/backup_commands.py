"""`referent backup` and `referent restore`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.folder import Data, Json, existing

MIB = 1 << 20


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Fichier à créer (.tar.gz).")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Sauvegarder textes, comptes et journal dans un fichier, même pendant le service."""
    from api import terminal
    from rag.backup.saving import backup as save

    with existing(data) as parts:
        manifest = save(parts, target.absolute())
    if json:
        terminal.print_json({"file": str(target), **asdict(manifest)})
        return
    size = target.stat().st_size / MIB
    names = ", ".join(member.name for member in manifest.members)
    terminal.out().print(terminal.styled(f"Sauvegardé dans {target} : {names} ({size:.1f} Mio)"))


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="Sauvegarde à relire.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Remplir un dossier vide d'une sauvegarde, et refaire son index."""
    from api import terminal
    from rag import settings
    from rag.backup.saving import restore as fill

    chosen = settings.load(data)
    restored = fill(source.absolute(), chosen)
    if json:
        shape = {"data": str(chosen.data), "points": restored.points}
        terminal.print_json({**shape, **asdict(restored.manifest)})
        return
    terminal.out().print(
        terminal.styled(
            f"Restauré dans {chosen.data} la sauvegarde du {restored.manifest.made} ; "
            f"index refait : {restored.points} passages"
        )
    )
