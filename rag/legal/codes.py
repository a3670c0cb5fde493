"""The tables of codes, laws and treaties by name (`data/*.jsonl`, to be edited by hand).

`codes.jsonl`: a code a line. `short`: abbreviations; `names`: other spellings of its name;
`letters`: what its article numbers begin with ("-": a bare number); `digits`: how many digits
their first group may have ("4": L. 2121-29). `texts.jsonl`: laws known by their date or a usual
name, treaties, the Constitution.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rag.legal.plain import fold

_LETTERS = re.compile(r"[A-Z]{0,2}")
_LAW_NUMBER = re.compile(r"n° ?([0-9]{2,4}-[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Code:
    """A code and what its article numbers look like."""

    title: str
    text_id: str
    short: tuple[str, ...]
    names: tuple[str, ...]
    letters: str
    digits: str

    def may_have(self, printed: str) -> bool:
        """True when an article of this code can have such a number ("L311-5", "1240")."""
        letter = _LETTERS.match(printed).group()  # type: ignore[union-attr]
        if (letter[:1] or "-") not in self.letters or (letter == "A" and "A" not in self.letters):
            return False
        first = re.search(r"[0-9]+", printed)
        return first is not None and str(len(first.group())) in self.digits


@cache
def codes() -> tuple[Code, ...]:
    """Every code of the table."""
    return tuple(
        Code(
            row["title"],
            row["id"],
            tuple(row["short"]),
            tuple(row["names"]),
            row["letters"],
            row["digits"],
        )
        for row in _rows("codes.jsonl")
    )


@cache
def code_titled(title: str) -> Code | None:
    """The code of that title."""
    return {code.title: code for code in codes()}.get(title)


@cache
def code_named_like(title: str) -> Code | None:
    """The code whose title is `title`, spelled with or without capitals and accents."""
    return {fold(code.title): code for code in codes()}.get(fold(title))


@cache
def other_texts() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(title, other names) of laws and treaties."""
    return tuple((row["title"], tuple(row["names"])) for row in _rows("texts.jsonl"))


@cache
def title_by_number() -> dict[str, str]:
    """ "2000-321" → "Loi n° 2000-321 du 12 avril 2000"."""
    titles = (title for title, _ in other_texts())
    return {m[1]: title for title in titles if (m := _LAW_NUMBER.search(title))}


@cache
def title_by_date() -> dict[str, str]:
    """ "loi du 12 avril 2000" → its title; a date that two of them share gives neither."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for title, _ in other_texts():
        if _LAW_NUMBER.search(title):
            key = fold(_LAW_NUMBER.sub("", title))
            twice |= {key} & found.keys()
            found[key] = title
    return {key: title for key, title in found.items() if key not in twice}


def may_have(title: str, printed: str) -> bool:
    """True when the text of that title can have an article with that number.

    A code outside the table has letters or not; any other text (law, decree, treaty) has bare
    numbers, and an internal document too.
    """
    code = code_named_like(title)
    if code:
        return code.may_have(printed)
    return title.startswith("Code") or printed[:1].isdigit() or printed.startswith("Annexe")


def full_names() -> dict[str, tuple[str, ...]]:
    """Folded full name → the titles that it may mean, likeliest first.

    The beginning of a long title ("code de l'entrée et du séjour des étrangers") is a name too
    when no other title begins so.
    """
    named: dict[str, list[str]] = {}
    for code in codes():
        for name in (code.title, *code.names, re.sub(r" \\(.*\\)", "", code.title)):
            _add(named, name, code.title)
    for beginning, title in _beginnings(code.title for code in codes()):
        if fold(beginning) not in named:
            _add(named, beginning, title)
    for title, names in other_texts():
        for name in (title, *names):
            if " " in name and not re.search("[0-9]{2,4}[-/][0-9]", name):
                _add(named, name, title)
    return {name: tuple(titles) for name, titles in named.items()}


def short_names() -> dict[str, tuple[str, ...]]:
    """Abbreviation as printed → the titles that it may mean."""
    named: dict[str, list[str]] = {}
    for code in codes():
        for name in code.short:
            named.setdefault(name, []).append(code.title)
    for title, names in other_texts():
        for name in names:
            if " " not in name:
                named.setdefault(name, []).append(title)
    return {name: tuple(titles) for name, titles in named.items()}


def _add(named: dict[str, list[str]], name: str, title: str) -> None:
    titles = named.setdefault(fold(name), [])
    if title not in titles:
        titles.append(title)


def _beginnings(titles: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Beginnings of titles before " et ", ", " or " applicable", where only one title has it."""
    found: dict[str, set[str]] = {}
    for title in titles:
        for cut in re.finditer(r" et |, | applicable ", title):
            if cut.start() > len("code de la xx"):
                found.setdefault(title[: cut.start()], set()).add(title)
    for beginning, owners in found.items():
        if len(owners) == 1:
            yield beginning, next(iter(owners))


def _rows(name: str) -> list[dict[str, str]]:
    text = files("rag.legal").joinpath("data", name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line]
