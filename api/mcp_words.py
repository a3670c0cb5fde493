"""What an MCP tool gives, as words to read beside its JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from api import chat_text
from api.article_view import UNKNOWN, View
from api.terminal import in_force, page, reference
from api.verify_command import VERDICTS
from rag.legal.verify import Verified
from rag.types import Answer, Hit, Validity, Version

NOTHING_FOUND = "Aucun passage trouvé."
NO_REFERENCE = "Aucune référence trouvée."


def answer(given: Answer) -> str:
    """An answer with its sources."""
    return chat_text.content(given)


def hits(found: Iterable[Hit]) -> str:
    """Passages, best first."""
    return "\n\n".join(map(_hit, found)) or NOTHING_FOUND


def _hit(hit: Hit) -> str:
    name = reference(hit.article, hit.text, hit.heading)
    period = in_force(Validity(hit.valid_from, hit.valid_to))
    return f"{hit.rank}. {name}{page(hit.page)}\n{period}\n« {hit.passage} »"


def article(view: View) -> str:
    """An article with its versions."""
    found = view.found
    name = reference(found.article.number, found.text.title, found.article.heading)
    versions = [_version(version) for version in view.versions]
    none = f"Aucune version en vigueur au {view.days[-1]}."
    return "\n\n".join((name, *(versions or [none])))


def _version(version: Version) -> str:
    words = UNKNOWN if version.words is None else version.words
    return f"{in_force(version.validity)}\n{words}"


def references(found: Sequence[Verified]) -> str:
    """The references of a document with their verdicts."""
    return "\n".join(map(_reference, found)) or NO_REFERENCE


def _reference(entry: Verified) -> str:
    surface = " ".join(entry.surface.split())
    detail = f" : {entry.detail}" if entry.detail else ""
    return f"« {surface} » — {VERDICTS[entry.verdict]}{detail}"
