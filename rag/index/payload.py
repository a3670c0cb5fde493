"""What is stored beside a point's vectors: enough to filter and to join, no words (pure).

`services` always holds at least one label, so that one condition decides who may read: "*" for
everyone, else one "s:NAME" for each service. The prefix keeps a service that someone names "*"
from opening its texts to everyone.

Days are proleptic ordinals (`date.toordinal`, 1 to 3,652,059); an open side is stored as the
number just outside that range, so that both sides are always there to compare.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rag.ports import IndexPoint

VERSION_ID = "version_id"
SERVICES = "services"
VALID_FROM = "valid_from"
VALID_TO = "valid_to"
DIGEST = "digest"

EVERYONE = "*"
ALWAYS = date.min.toordinal() - 1
NEVER_ENDS = date.max.toordinal() + 1

PayloadValue = str | int | list[str]


def payload_of(point: IndexPoint) -> dict[str, PayloadValue]:
    """The payload of a point, the same in every store."""
    return {
        VERSION_ID: point.version_id,
        SERVICES: labels_of_text(point.services),
        VALID_FROM: start_day(point.valid_from),
        VALID_TO: end_day(point.valid_to),
        DIGEST: point.digest,
    }


def start_day(day: date | None) -> int:
    """The first day in force, as a number."""
    return ALWAYS if day is None else day.toordinal()


def end_day(day: date | None) -> int:
    """The first day no longer in force, as a number."""
    return NEVER_ENDS if day is None else day.toordinal()


def labels_of_text(services: Iterable[str]) -> list[str]:
    """The labels of a text that these services may read; without any, everyone may."""
    return sorted(_label(service) for service in services) or [EVERYONE]


def labels_of_caller(services: Iterable[str]) -> list[str]:
    """The labels that open a text to a person of these services; one of them is enough."""
    return [EVERYONE, *sorted(_label(service) for service in services)]


def _label(service: str) -> str:
    return f"s:{service}"
