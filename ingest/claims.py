"""Which source gives which Text: one Text of one date has one source in a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from ingest.report import printable
from ingest.sources.base import Source
from rag.errors import ConflictingSource


@dataclass(slots=True)
class _Claim:
    """The first source that gave a Text in this run, and of what dates it was given."""

    name: str
    read: set[date | None] = field(default_factory=set)
    assumed: set[date | None] = field(default_factory=set)  # unchanged sources, not read again


class Claims:
    """What the sources of one run have given so far."""

    def __init__(self) -> None:
        self._claims: dict[str, _Claim] = {}

    def add(self, source: Source, text_id: str, day: date | None) -> None:
        """This source gave the Text as it was on that day."""
        self._claim(source, text_id).read.add(day)

    def assume(self, source: Source, text_id: str, days: Iterable[date]) -> None:
        """This source, not read again, gave some of the known states of the Text."""
        self._claim(source, text_id).assumed.update({None, *days})

    def _claim(self, source: Source, text_id: str) -> _Claim:
        return self._claims.setdefault(text_id, _Claim(source.name))

    def taken_by(self, text_id: str, day: date | None, known: Collection[str]) -> str | None:
        """The source of this run that gives the Text under the same date already, if one does.

        `known`: the texts that the asking source gave in an earlier run; it may correct those.
        """
        claim = self._claims.get(text_id)
        if claim is None:
            return None
        taken = claim.read if text_id in known else claim.read | claim.assumed
        undated_again = day is None and bool(taken)
        return claim.name if day in taken or undated_again else None


def conflict(text_id: str, first: str, second: Source) -> ConflictingSource:
    """What is said of the second of two sources."""
    return ConflictingSource(
        f"deux sources donnent le texte « {text_id} » : {printable(first)} "
        f"et {printable(second.name)} ; la première est gardée",
        where=second.name,
        remedy="donnez à l'une un autre identifiant (id), ou à chacune sa date d'effet",
    )
