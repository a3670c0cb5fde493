"""Thesaurus files: the shipped one, and the one that an organisation edits beside it.

One JSON object a line: {"lay": "auto-école", "legal": ["enseignement de la conduite", …]}. In the
organisation's file a line takes the place of the shipped entry for the same words, and
{"lay": "papier", "off": true} switches it off; "exact": true keeps an entry, such as an acronym,
from words of the same stem. Each line of the shipped file begins with its `key`
(`rag.retrieval.thesaurus.key_of`), so that 23,000 entries are loaded without stemming or parsing
them, in some 30 ms; `python -m eval.thesaurus keys` writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag.errors import SettingsError
from rag.retrieval.thesaurus import Entry, Thesaurus, key_of

SHIPPED = Path(__file__).with_name("data") / "thesaurus.jsonl"
REMEDY = (
    'une entrée par ligne : {"lay": "mots courants", "legal": ["mots du droit", "…"]}, ou '
    '{"lay": "mots courants", "off": true} pour en désactiver une'
)

_KEYED = '{"key": "'

Keyed = tuple[str, Entry]


class ShippedShelf:
    """The entries of a file with keys, each parsed when it is asked for.

    Raises:
        SettingsError: it cannot be read.
    """

    def __init__(self, path: Path = SHIPPED) -> None:
        self._path = path
        self._lines: dict[str, list[str]] = {}
        for line in filter(None, _lines(path)):
            key = line[len(_KEYED) : line.index('"', len(_KEYED))]
            self._lines.setdefault(key, []).append(line)
        self.longest = max((key.count(" ") + 1 for key in self._lines), default=0)

    def entries(self, key: str) -> Sequence[Entry]:
        """Those with this key."""
        lines = self._lines.get(key, ())
        return [_entry(line, f"{self._path}, « {key} »")[1] for line in lines]

    def stems(self) -> Iterator[str]:
        """Those of its everyday words, some more than once."""
        return (stem for key in self._lines for stem in key.split())


def load(own: Path | None = None) -> Thesaurus:
    """The shipped thesaurus under the organisation's own entries in `own`, when there are.

    Raises:
        SettingsError: a file cannot be read, or a line is no entry.
    """
    return shipped() if own is None else Thesaurus(read(own), shipped())


@lru_cache(1)
def shipped() -> Thesaurus:
    """The shipped thesaurus, read once."""
    return Thesaurus(base=ShippedShelf())


def read(path: Path) -> Iterator[Keyed]:
    """The entries of a file with their keys, in its order; one that is off has no equivalents.

    Raises:
        SettingsError: it cannot be read, or a line is no entry.
    """
    for number, line in enumerate(_lines(path), start=1):
        if line.strip():
            yield _entry(line, f"{path}, ligne {number}")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "il n'est pas en UTF-8"
        raise SettingsError(
            f"le thésaurus ne se lit pas : {reason}", where=str(path), remedy=REMEDY
        ) from error


def _entry(line: str, where: str) -> Keyed:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _wrong("ce n'est pas du JSON", where) from error
    if not isinstance(row, dict) or not _words(row.get("lay")):
        raise _wrong("« lay » doit donner les mots courants", where)
    key = row.get("key") or key_of(row["lay"])
    if not isinstance(key, str) or not key:
        raise _wrong("ces mots courants sont trop généraux pour être reconnus", where)
    return key, Entry(row["lay"].strip(), _legal(row, where), _flag(row, "exact", where))


def _legal(row: dict[str, Any], where: str) -> tuple[str, ...]:
    if _flag(row, "off", where):
        return ()
    legal = row.get("legal")
    if not isinstance(legal, list) or not legal or not all(map(_words, legal)):
        raise _wrong("« legal » doit être une liste de mots du droit", where)
    return tuple(words.strip() for words in legal)


def _flag(row: dict[str, Any], name: str, where: str) -> bool:
    value = row.get(name, False)
    if not isinstance(value, bool):
        raise _wrong(f"« {name} » vaut true ou false", where)
    return value


def _words(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _wrong(what: str, where: str) -> SettingsError:
    return SettingsError(f"entrée de thésaurus inutilisable : {what}", where=where, remedy=REMEDY)
