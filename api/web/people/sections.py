"""The parts of the administration, in order."""

from __future__ import annotations

from collections.abc import Iterator

from api.web.frame import Entry, Frame
from api.web.language import N_
from rag.accounts.roles import Permission

PEOPLE, KEYS, TEXTS = "personnes", "cles", "services"
BASE = "/administration/"
SECTIONS = (
    Entry(BASE + PEOPLE, N_("Personnes"), Permission.ADMIN_PEOPLE),
    Entry(BASE + TEXTS, N_("Textes et services"), Permission.ADMIN_PEOPLE),
    Entry(BASE + KEYS, N_("Clés d'API"), Permission.ADMIN_KEYS),
    Entry(BASE + "statistiques", N_("Statistiques"), Permission.READ_STATISTICS),
    Entry(BASE + "journal", N_("Journal"), Permission.READ_JOURNAL),
    Entry(BASE + "etat", N_("État"), Permission.SYSTEM_STATE),
)


def sections(frame: Frame) -> Iterator[Entry]:
    """Those that this person may use."""
    return (entry for entry in SECTIONS if frame.visitor.may(entry.permission))


def lines(words: str) -> list[str]:
    """Names of services as a form gives them: one a line, since they may hold anything else."""
    return [line.strip() for line in words.split("\n") if line.strip()]
