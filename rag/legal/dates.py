"""Dates as French texts write them."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = (
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()
)
_MONTH = (
    r"(?:janvier|janv\.?|fevrier|fevr?\.?|mars|avril|avr\.?|mai|juin|juillet|juil\.?|aout|septembre"
    r"|sept\.?|octobre|oct\.?|novembre|nov\.?|decembre|dec\.?)"
)
DATE = (
    rf"(?:(?:1 ?er|[0-3]?[0-9]) {_MONTH} (?:1[5-9]|20)[0-9]{{2}}"
    r"|[0-3]?[0-9][/.][01]?[0-9][/.](?:1[5-9]|20)[0-9]{2}|(?:1[5-9]|20)[0-9]{2}-[01][0-9]-[0-3][0-9])"
    r"(?![0-9])"
)  # in plain lower case
_WORDED = re.compile(r"([0-9]{1,2}) ?(?:er)? ([a-z]{3,9})\.? ([0-9]{4})")
_FIGURES = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})")


def parse_date(words: str) -> date | None:
    """The date that plain lower-case `words` write, None when there is no such day."""
    try:
        if worded := _WORDED.fullmatch(words):
            month = next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(worded[2][:4]))
            return date(int(worded[3]), month, int(worded[1]))
        if figures := _FIGURES.fullmatch(words):
            return date(int(figures[3]), int(figures[2]), int(figures[1]))
        return date.fromisoformat(words)
    except (ValueError, StopIteration):
        return None


def french(day: date) -> str:
    """ "1er janvier 2020"."""
    names = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {names.split()[day.month - 1]} {day.year}"
