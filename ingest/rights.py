"""What a person may bring in: nothing of a text that they may not read. Pure.

Whoever is refused learns nothing of such a text, not even its title: an identifier that cannot be
used is all that is said.
"""

from __future__ import annotations

from ingest.sources.base import Source
from rag.access import readable
from rag.errors import SourceError
from rag.legal.versions import TextRecord
from rag.types import Caller, TextState


def refuse_others(
    source: Source, before: TextRecord | None, state: TextState, caller: Caller
) -> None:
    """Nothing, when `caller` may bring this state in and still read it then.

    Raises:
        SourceError: the text is not theirs, would not be, or would be given to others than now.
    """
    if caller.unrestricted:
        return
    if before is not None and not readable(caller, before.text.services):
        raise taken(source)
    if not readable(caller, state.text.services):
        raise SourceError(
            "cette source donne le texte à des services qui ne sont pas les vôtres",
            where=source.name,
            remedy="donnez-le à l'un de vos services, ou à tous",
        )
    if before is not None and state.text.services != before.text.services:
        raise SourceError(
            "cette source changerait qui peut lire un texte connu",
            where=source.name,
            remedy="laissez-lui ses droits ; un administrateur peut les changer",
        )


def taken(source: Source) -> SourceError:
    """What is said of an identity that a text has which the person may not read."""
    return SourceError(
        "l'identifiant de ce texte, ou d'un de ses articles, ne peut pas être utilisé",
        where=source.name,
        remedy="donnez-lui un autre identifiant (id), ou un autre nom de fichier",
    )
