"""The fields that requests share, and their bounds."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.commands import MAX_QUESTION

MAX_DOCUMENT = 500_000  # characters of a document to verify
MAX_NAME = 300
MAX_TURNS = 20
MAX_ANSWER = 20_000  # characters of an answer given back as history
MAX_SERVICES = 50
MAX_COMMENT = 2000
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
EXAMPLE = "Dans quel délai répond-on à un recours gracieux ?"


def _iso(value: object) -> object:
    """Pydantic would take 0 for 1970, and a moment for its day."""
    if (isinstance(value, str) and not _ISO.fullmatch(value)) or isinstance(value, int | float):
        raise PydanticCustomError("date_iso", "une date s'écrit 2026-05-28")
    return value


Day = Annotated[date, BeforeValidator(_iso)]
AsOf = Annotated[
    Day | None,
    Field(description="The law in force on this date; null: today.", examples=["2026-05-28"]),
]
Service = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]
Services = Annotated[
    list[Service],
    Field(
        max_length=MAX_SERVICES,
        description="Answer as to a person of these services. Only on the socket of the data "
        "folder: over TCP nobody has a service.",
        examples=[[]],
    ),
]
Question = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION),
    Field(description="In French.", examples=[EXAMPLE]),
]
Without = Annotated[
    list[Annotated[str, StringConstraints(max_length=MAX_NAME)]],
    Field(
        max_length=MAX_SERVICES,
        description="Each an `entry` of `understood` that is not to be used: an entry of the "
        "thesaurus, or a word to be left as it was typed.",
        examples=[[]],
    ),
]
