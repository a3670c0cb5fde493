"""What a Caller may read. Pure: the index filters by it before ranking, the catalogue after."""

from __future__ import annotations

from datetime import date

from rag.ports import IndexFilter
from rag.types import Caller


def readable(caller: Caller, services: frozenset[str]) -> bool:
    """True when `caller` may read a Text given to `services` (empty: to everyone)."""
    return caller.unrestricted or not services or bool(services & caller.services)


def services_of(caller: Caller) -> frozenset[str] | None:
    """The services by which to filter; None: no filter, everything is readable."""
    return None if caller.unrestricted else caller.services


def index_filter(caller: Caller, day: date | None) -> IndexFilter:
    """What the index may rank for this caller at this date."""
    return IndexFilter(day=day, services=services_of(caller))
