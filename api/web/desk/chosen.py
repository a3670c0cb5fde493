"""Which entries of the journal a person looks at: as the form says it, and as the journal asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from api.problems import INVALID, Refused
from api.schemas import MAX_NAME
from api.web import forms
from rag.journal.filters import Filter, Scope
from rag.journal.privacy import Privacy
from rag.types import service_names

REFUSED = {"": None, "oui": True, "non": False}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The fields of the form as they were filled in, so that they can be shown again."""

    since: str = ""
    until: str = ""
    service: str = ""
    kind: str = ""
    model: str = ""
    door: str = ""
    refused: str = ""
    who: str = ""

    def query(self, **more: object) -> str:
        """For an address that chooses the same."""
        given = {**asdict(self), **more}
        return urlencode({name: value for name, value in given.items() if value not in (None, "")})

    def scope(self) -> Scope:
        """Without who and refused.

        Raises:
            Refused: a date that is none.
        """
        return Scope(
            forms.day(self.since),
            forms.day(self.until),
            "".join(service_names([self.service])),
            self.model,
            self.door,
            self.kind,
        )

    def filter(self, privacy: Privacy) -> Filter:
        """What the journal is asked for.

        Raises:
            Refused: a date that is none.
        """
        who = privacy.aliases(self.who) if self.who else ()
        return Filter(self.scope(), REFUSED.get(self.refused), who)


def chosen_of(given: Mapping[str, object]) -> Chosen:
    """From the fields of a form or an address; others are ignored.

    Raises:
        Refused: one is too long.
    """
    fields = Chosen.__dataclass_fields__
    said = {name: str(given.get(name, "")).strip() for name in fields}
    if any(len(value) > MAX_NAME for value in said.values()):
        raise Refused(INVALID)
    return Chosen(**said)
