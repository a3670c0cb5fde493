"""Words of a source as every reader gives them: small `str → str` functions."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff\\x00-\\x08\\x0e-\\x1f]"
)
_BULLET = re.compile(r"^[•●◦▪■‣∙·➢➤►✓✔❖o](?=\s)\s*")
_WIDE_GAP = re.compile(r"\t+| {3,}")


def clean_words(text: str) -> str:
    """One line: composed accents, single spaces, nothing invisible.

    >>> clean_words("d\\u00e9lai\\u00a0:  deux\\n mois")
    'délai : deux mois'
    """
    return " ".join(_INVISIBLE.sub(_visible, unicodedata.normalize("NFC", text)).split())


def _visible(found: re.Match[str]) -> str:
    """Line and paragraph separators part words; other invisible characters are nothing."""
    return " " if found.group() in "\u2028\u2029" else ""


def with_dash(text: str) -> str:
    """A list item whose bullet, if it has one, is a dash."""
    return _BULLET.sub("- ", text)


def join_cells(cells: list[str]) -> str:
    """A table row as one line; empty cells at its end are left out, a wholly empty row is ""."""
    cleaned = [clean_words(cell) for cell in cells]
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    if sum(1 for cell in cleaned if cell) == 1:
        return next(cell for cell in cleaned if cell)
    return " | ".join(cleaned)


def mark_gaps(text: str) -> str:
    """Tabulations and wide gaps as leaders, so that a line of a table of contents stays one."""
    return _WIDE_GAP.sub(" .... ", text.strip())
