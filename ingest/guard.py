"""Refuses a source that has lost its content: it is no instruction to forget. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ingest.sources.base import Source
from rag.errors import EmptySource, ShrunkSource
from rag.legal.changes import TextChanges, removed_share
from rag.legal.versions import TextRecord
from rag.types import TextState

# A source that drops more than this share of a Text's articles is not an instruction to forget:
# the upstream feed has published a code as an empty shell, twice.
MAX_REMOVED_SHARE = 0.1
NAMED_REMOVALS = 12  # how many removed articles a refusal names

REMEDY = (
    "si ces articles doivent vraiment disparaître, relancez avec --accept-removals ; "
    "sinon, cherchez une source complète"
)


def refuse_empty(source: Source, before: TextRecord | None, state: TextState) -> None:
    """Raises EmptySource when the first state of a Text has no article."""
    if not state.articles and before is None:
        raise EmptySource(
            "aucun article dedans", where=source.name, remedy="vérifiez que c'est le bon fichier"
        )


def refuse_shrunk(source: Source, state: TextState, changes: TextChanges) -> None:
    """Raises ShrunkSource when a whole state takes away too much of a Text."""
    if state.partial:
        return
    if not state.articles or removed_share(changes) > MAX_REMOVED_SHARE:
        raise ShrunkSource(_shrunk(changes, state), where=source.name, remedy=REMEDY)


def empty_mirror(count: int, paths: Iterable[Path]) -> ShrunkSource:
    """What is said when a mirror holds nothing any more."""
    return ShrunkSource(
        f"plus aucun fichier à lire : {count} textes seraient retirés",
        where=", ".join(str(path) for path in paths),
        remedy=REMEDY,
    )


def _shrunk(changes: TextChanges, state: TextState) -> str:
    named = ", ".join(changes.removed[:NAMED_REMOVALS])
    more = len(changes.removed) - NAMED_REMOVALS
    listed = f"{named} et {more} autres" if more > 0 else named
    if not state.articles:
        return (
            f"cette source de « {changes.title} » n'a plus aucun article ; "
            f"elle en retirerait {len(changes.removed)} : {listed}"
        )
    share = round(100 * removed_share(changes))
    return (
        f"cette source retirerait {len(changes.removed)} articles ({share} %) "
        f"de « {changes.title} » : {listed}"
    )
