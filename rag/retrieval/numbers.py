"""Article numbers in any spelling: one key a number, and where numbers stand in running text.

Pure functions. The spellings come from LEGI (`num`: "R*311-12", "L30 bis", "96 ter A",
"384 septies-0 A"), from running law ("R. * 311-12", "L. 231-4") and from what people type
("l 231 4", "R 37bis"). Every repetition in a pattern is bounded, so time is linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

Found = tuple[int, int, str]  # start, end, key: text[start:end] spells the number

_LATIN = (
    r"(?:bis|ter|quater|quinquies|sexies|septies|octies|nonies"
    r"|(?:un|duo|ter|quater|quin|sex|sept|octo|novo|quindec|duodec|sexdec)?decies"
    r"|(?:un|duo|ter|tres|quater|quin|sex|sept|octo|novo)?vicies|tricies)(?![^\W_])"
)
_DASH = r"\s?[-‐‑‒–]\s?"
_DIGITS = r"[0-9]{1,5}"
# In "ARTICLE 80 DU CODE" the next word is no suffix; "321-1 C. expr." abbreviates a code.
_CAPITALS = (
    r"\s?(?!(?:DU|ET|OU|LE|LA|DE|AU|EN|UN|SI|CE|SA|SE|NE|IL|ON)\s[A-Z]{2}"
    r"|C(?:\.\s?|\s)(?:civ|p[ée]n|proc|trav|com|expr|rur|env|urb|cons))"
    r"[A-Z]{1,2}(?![\w'’])"
)
_TAIL = rf"(?:{_DASH}{_DIGITS}(?!\w)|\s?(?:[a-z]\s)?(?i:{_LATIN})|{_CAPITALS}){{0,5}}"
_GROUPS = rf"{_DIGITS}(?:(?:{_DASH}|\.){_DIGITS}){{0,5}}(?![0-9])"
_PHONE = r"(?!0[0-9](?:[\s.-]?[0-9]{2}){4})"
# What is counted or dated is no article: "article 3, 2 mois après", "articles 1 et 2 000 euros".
_UNIT = (
    r"(?!\s?(?:[°%€ºh²]|k[mg]\b|(?i:mois|jours?|(?-i:ans?)|ann[ée]es?|heures?|minutes?|semaines?|trimestres?"
    r"|euros?|francs?|fois|personnes?|enfants?|agents?|salari[ée]s?|habitants?|pour\scents?|janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre"
    r"|d[ée]cembre|[0-9]{3})(?!\w)))"
)
# "l232 4", "L 231 4": the dash left out, only in one group of three or four digits.
_SPACED = rf"[0-9]{{3,4}}\s[0-9]{{1,3}}{_UNIT}(?![-\w,.]?[0-9]|\s[0-9])(?!\w)"

# A lower-case "a" is a verb ("il a 16 ans"), "A4" a format: a letter A wants a dash or "article".
_LETTERED = re.compile(
    rf"(?<!\w)(?:(?:(?i:LO|LP|L|R|D)[.\s]?\s?\*{{0,2}}\.?\s?\*{{0,2}}{_PHONE}(?:{_SPACED}|{_GROUPS})"
    rf"|(?:A\.?\s?|a\.?){_DIGITS}(?:{_DASH}{_DIGITS}){{1,4}}(?![0-9])){_TAIL})(?!\w)"
)
_ANY_LETTER = re.compile(
    rf"(?:(?i:LO|LP|L|R|D|A)[.\s]?\s?\*{{0,2}}\.?\s?\*{{0,2}}(?:{_SPACED}|{_GROUPS}){_TAIL})(?!\w)"
)
_BARE = re.compile(
    rf"(?:(?i:premi[eè]re?)|1\s?(?i:er|re)|{_PHONE}{_GROUPS}{_UNIT}{_TAIL})(?!\w)(?![.,][0-9])"
)
_WEAK = re.compile(r"[lrd]\s[0-9]{1,5}$")  # "l 5": too little outside "article l 5"
_ANCHOR = re.compile(
    r"(?<!\w)(?i:articles?|arts?\.?)(?:\s?n[°o]s?)?\s{0,3}"
    r"(?=[0-9]|(?i:l|r|d|a|o|p)|premi|Premi|PREMI)|(?<!\w)(?i:annexe)\s(?=[IVX0-9])"
)
_ANNEX = re.compile(r"(?:[IVX]{1,6}|[0-9]{1,3})(?!\w)(?:-[0-9A-Z]{1,3}(?!\w))?")
_SEPARATOR = re.compile(
    r"(?:\s?,\s?(?:et\s|ou\s|à\s)?|\s(?:et|ou|à|a|au)\s|\s?;\s?)(?:(?i:de\s|à\s)?l['’]article\s)?"
)

_RUNS = re.compile(r"[0-9]+|[^\W\d_]+")
_DOTTED_RUNS = re.compile(r"[0-9]+(?:\.[0-9]+)*|[^\W\d_]+")
_LEAD = re.compile(r"^(?:articles?|arts?)(?![^\W_])[.\s]*(?:n[°o]\s*)?")
_ORDINAL = re.compile(r"(?<![0-9])(1)\s?(?:er|re)(?![^\W_])")
_PREFIXED = re.compile(r"^([a-z]{1,2})-(?=[0-9])")
_MARKS = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """Lower case without accents: "Préambule" → "preambule"."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text).casefold())


@lru_cache(1 << 15)  # asked for every article of a text, again and again
def number_key(printed: str) -> str:
    """One key for every spelling of an article number.

    "L. 231-4", "l 231 4" → "l231-4"; "R*. 311-12" → "r311-12"; "96 ter A" → "96-ter-a"; "1er",
    "premier" → "1"; "2.1." → "2.1"; "Annexe II" → "annexe-ii". The star (decree in Conseil d'État)
    is ignored: no code numbers both R*1 and R1 differently. A heading becomes its words joined.
    """
    plain = _LEAD.sub("", fold(printed).replace("*", " ").strip())
    plain = _ORDINAL.sub(r"\1", plain)
    if plain in {"premier", "premiere"}:
        return "1"
    runs = (_DOTTED_RUNS if plain[:1].isdigit() else _RUNS).findall(plain)
    return _PREFIXED.sub(r"\1", "-".join(runs)) or plain


def find_numbers(text: str) -> list[Found]:
    """Article numbers of `text` in reading order, without overlap.

    Lettered numbers ("L. 231-4") anywhere; bare ones ("1240", "30 bis", "1er") only after
    "article(s)" or "art.", lists and ranges included; annexes with a number.
    """
    found: dict[int, Found] = {}
    for match in _LETTERED.finditer(text):
        if not _WEAK.match(match.group()):
            found[match.start()] = _entry(match)
    for anchor in _ANCHOR.finditer(text):
        for entry in _after(text, anchor):
            found[entry[0]] = entry
    return _without_overlap(sorted(found.values()))


def _after(text: str, anchor: re.Match[str]) -> list[Found]:
    """The numbers that follow the word "article(s)", "art." or "annexe"."""
    word = anchor.group().lower()
    if word.startswith("annexe"):
        match = _ANNEX.match(text, anchor.end())
        return (
            [(anchor.start(), match.end(), number_key(text[anchor.start() : match.end()]))]
            if (match)
            else []
        )
    return _items(text, anchor.end(), several=not word.strip().endswith("article"))


def _items(text: str, position: int, *, several: bool) -> list[Found]:
    """A list of numbers from `position` on; the first only, where not `several`."""
    items: list[Found] = []
    match = _item(text, position)
    while match:
        items.append(_with_letter(_entry(match), items[:1]))
        separator = _SEPARATOR.match(text, match.end()) if several else None
        match = _item(text, separator.end()) if separator else None
    return items


def _with_letter(entry: Found, first: list[Found]) -> Found:
    """ "articles L. 211-2 et 211-4": the letter of the first holds for numbers built like it."""
    letter = re.match("[a-z]+(?=[0-9]+-)", first[0][2]) if first else None
    if letter and re.match("[0-9]+-[0-9]", entry[2]):
        return entry[0], entry[1], letter.group() + entry[2]
    return entry


def _item(text: str, position: int) -> re.Match[str] | None:
    return _ANY_LETTER.match(text, position) or _BARE.match(text, position)


def _entry(match: re.Match[str]) -> Found:
    return match.start(), match.end(), number_key(match.group())


def _without_overlap(entries: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for entry in entries:
        if not kept or entry[0] >= kept[-1][1]:
            kept.append(entry)
    return kept
