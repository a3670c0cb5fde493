"""Text made plain for matching, with the way back: accents, dashes, quotes and white space folded.

`Plain.words` keeps case, `Plain.low` is lower case; both have the same length. A blank line becomes
"\\n", any other white space one space, so that patterns need neither. `origin` maps an offset of
the plain text to the document's.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

_SPECIAL = {
    "’": "'",
    "ʼ": "'",
    "‘": "'",
    "´": "'",
    "`": "'",
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "−": "-",
    "º": "°",
    "˚": "°",
    "ᵒ": "°",
    "∗": "*",
    "œ": "o",
    "Œ": "O",
    "İ": "I",
}


def _letter(code: int) -> str:
    plain = unicodedata.normalize("NFKD", chr(code))[:1]
    return plain if plain.isascii() and plain.isalpha() else chr(code)


_TABLE = str.maketrans(
    {chr(code): _letter(code) for code in range(0xC0, 0x250)}
    | dict.fromkeys("\xa0\u2007\u2009\u200a\u202f\u2002\u2003\u2008\t\x0b\x0c", " ")
    | _SPECIAL
)
# What changes the length: white space, invisible characters, combining accents, broken words.
_RUN = re.compile(
    r"(?P<word>(?<=[a-z])-\n(?=[a-z]))|(?P<number>(?<=[0-9])- ?\n ?(?=[0-9]))"
    r"|(?P<space>\s{2,}|[\n\r\u2028\u2029])|[\u00ad\u200b-\u200d\ufeff\u0300-\u036f]+"
)

# "administrati0n", "re1ations": digits that a scanner read within a word.
_MISREAD_O = re.compile("(?<=[a-z])0(?=[a-z])")
_MISREAD_L = re.compile("(?<=[a-z])1(?=[a-z])")


@dataclass(frozen=True, slots=True)
class Plain:
    """A document made plain."""

    source: str
    words: str
    low: str
    cuts: tuple[int, ...]
    shifts: tuple[int, ...]

    def origin(self, at: int) -> int:
        """The document's offset of the plain character `at`."""
        return at + self.shifts[bisect_right(self.cuts, at) - 1]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The document's span of the plain span `start:end`, which is not empty."""
        return self.origin(start), self.origin(end - 1) + 1


def plain(source: str) -> Plain:
    """Fold `source`; linear in its length."""
    folded = source.translate(_TABLE)
    parts: list[str] = []
    cuts, shifts = [0], [0]
    at = length = 0
    for run in _RUN.finditer(folded):
        kept = _replacement(run)
        parts += (folded[at : run.start()], kept)
        length += run.start() - at + len(kept)
        at = run.end()
        cuts.append(length)
        shifts.append(at - length)
    parts.append(folded[at:])
    words = "".join(parts)
    return Plain(source, words, _lower(words), tuple(cuts), tuple(shifts))


def fold(words: str) -> str:
    """A name as it is compared: plain, lower case, single spaces."""
    return " ".join(plain(words).low.split())


def _replacement(run: re.Match[str]) -> str:
    """A word broken at the end of a line is one word; a broken number keeps its dash."""
    if run["number"]:
        return "-"
    if run["space"]:
        return "\n" if run["space"].count("\n") > 1 or "\u2029" in run["space"] else " "
    return ""


def _lower(words: str) -> str:
    low = words.lower()
    if len(low) != len(words):
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in words)
    return _MISREAD_L.sub("l", _MISREAD_O.sub("o", low))
