"""What a document says of itself, whatever its format: keys, dates, services."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import cast

from ingest.sources.base import Declared
from ingest.sources.wording import clean_words
from rag.errors import UnreadableSource

KEYS = ("id", "title", "nature", "effective", "services")

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})$")
_FRENCH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})$")
_PAIR = re.compile(r"^\s*(id|title|titre|nature|effective|services?)\s*[:=]\s*(\S.*?)\s*$", re.I)
_SAME_KEY = {"titre": "title", "service": "services"}


def declared_from(values: Mapping[str, object], where: str) -> Declared:
    """`Declared` from the keys of `KEYS`; other keys are ignored.

    Raises UnreadableSource when the date of effect is not a date.
    """
    services = values.get("services")
    if isinstance(services, str) and not services.strip():
        services = None  # a key left blank says nothing; only an empty list opens to everyone
    return Declared(
        text_id=_line(values.get("id")),
        title=_line(values.get("title")),
        nature=_line(values.get("nature")),
        effective=_day(values.get("effective"), where),
        services=None if services is None else service_names(services),
    )


def declared_in_keywords(keywords: str, title: str, where: str) -> Declared:
    """`Declared` from a document's keywords: "id: x; nature: y; services: rh, juridique"."""
    pairs = (_PAIR.match(part) for part in re.split(r"[;\n]", keywords))
    values: dict[str, object] = {"title": title}
    for pair in filter(None, pairs):
        key = pair.group(1).lower()
        values[_SAME_KEY.get(key, key)] = pair.group(2)
    return declared_from(values, where)


def service_names(value: object) -> frozenset[str]:
    """Services from a list, or from a string parted by commas.

    >>> sorted(service_names("rh, juridique"))
    ['juridique', 'rh']
    """
    names: Iterable[object]
    names = value.split(",") if isinstance(value, str) else _items(value)
    return frozenset(filter(None, (clean_words(str(name)) for name in names)))


def _items(value: object) -> Iterable[object]:
    return cast("Iterable[object]", value) if isinstance(value, list | tuple | set) else (value,)


def _line(value: object) -> str:
    return "" if value is None else clean_words(str(value))


def _day(value: object, where: str) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    return parse_day(str(value).strip(), where) if str(value).strip() else None


def parse_day(text: str, where: str) -> date:
    """A day written 2025-03-01 or 01/03/2025; UnreadableSource otherwise."""
    try:
        if iso := _ISO.match(text):
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if french := _FRENCH.match(text):
            return date(int(french[3]), int(french[2]), int(french[1]))
    except ValueError:
        pass
    raise UnreadableSource(
        f"date d'effet illisible : « {text[:40]} »",
        where=where,
        remedy="Écrivez-la AAAA-MM-JJ, par exemple 2025-03-01.",
    )
