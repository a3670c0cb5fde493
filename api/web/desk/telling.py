"""What is done at the desk, told to the journal before it is done: no trace, no deed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from api import visitors
from api.problems import INVALID, Refused
from rag.journal.entry import Entry, new_request_id, now

MAX_REASON = 500  # characters


def entry(kind: str, /, *, question: str = "", reason: str = "", **about: object) -> Entry:
    """What the visitor present does. `about` names no text and no person: whoever reads the
    journal reads it; names stand in `question`, which is read with a reason only."""
    visitor = visitors.present()
    return Entry(
        kind,
        visitor.door,
        visitor.name,
        visitor.caller.services,
        question=question,
        reason=reason,
        detail=detail(**about) if about else "",
    )


def again(entry: Entry) -> Entry:
    """The same person's next entry, of this moment."""
    return replace(entry, request_id=new_request_id(), at=now())


def detail(**about: object) -> str:
    """What an entry keeps of a deed."""
    return json.dumps(about, ensure_ascii=False, sort_keys=True)


def detail_of(said: str) -> Mapping[str, object]:
    """The detail of an entry; {} where it is none that we know."""
    try:
        found = json.loads(said or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def reason(given: str) -> str:
    """A reason that says something.

    Raises:
        Refused: it is missing, or too long.
    """
    said = " ".join(given.split())
    if not said or len(said) > MAX_REASON:
        raise Refused(
            INVALID,
            f"Donnez un motif, de {MAX_REASON} caractères au plus : il est noté au journal.",
            f"Give a reason of at most {MAX_REASON} characters: the journal keeps it.",
        )
    return said
