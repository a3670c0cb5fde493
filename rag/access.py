"""What a Caller may read. Pure: the index filters by it before ranking, the catalogue after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rag.errors import UsageError
from rag.ports import IndexFilter
from rag.types import Caller, service_names

MAX_SERVICE = 200  # characters


def readable(caller: Caller, services: frozenset[str]) -> bool:
    """True when `caller` may read a Text given to `services` (empty: to everyone)."""
    return caller.unrestricted or not services or bool(services & caller.services)


def services_of(caller: Caller) -> frozenset[str] | None:
    """The services by which to filter; None: no filter, everything is readable."""
    return None if caller.unrestricted else caller.services


def index_filter(caller: Caller, day: date | None) -> IndexFilter:
    """What the index may rank for this caller at this date."""
    return IndexFilter(day=day, services=services_of(caller))


def usable_services(names: Iterable[str]) -> frozenset[str]:
    """Names of services as they are compared, each one that can be shown.

    Raises:
        UsageError: one that cannot.
    """
    given = service_names(names)
    for name in given:
        if len(name) > MAX_SERVICE or not name.isprintable():
            raise UsageError(
                "nom de service inutilisable",
                where="service",
                remedy=f"{MAX_SERVICE} caractères imprimables au plus",
            )
    return given
