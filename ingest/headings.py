"""What in a line of French prose is a heading: an article, a division, a numbered title.

Pure functions on one line. Whether a candidate that could also be a sentence or a list item is
kept is for `ingest.structure`, which sees its neighbours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

MAX_TITLE = 150  # the longest article title of the codes at hand is 141 characters
MAX_LOOK = 400  # characters from either end that the patterns see: bounds their time
MAX_RUN_ON_TITLE = 120  # a title behind "Article 12 –" on a line that nothing marks as a heading


class Sort(Enum):
    """What kind of heading a line is."""

    ARTICLE = "article"  # "Article 12 bis – Délais"
    DIVISION = "division"  # "CHAPITRE II : Des délais"
    DECIMAL = "decimal"  # "2.1 Délais"
    PLAIN = "plain"  # known to be a heading, but not from its words


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading taken apart. `words` are those of a run-in article, on the heading's own line."""

    sort: Sort
    number: str = ""  # "12 bis", "2.1"; of a division its label, "Chapitre II"
    title: str = ""
    rank: int = 0  # of a division 1 (partie) to 8; of a decimal its depth
    words: str = ""


_LATIN = (
    r"(?:[Bb]is|BIS|[Tt]er|TER|quater|quinquies|sexies|septies|octies|nonies|decies|undecies|duodecies"
    r"|terdecies|quaterdecies|quindecies|sexdecies|septdecies|octodecies|novodecies|vicies)"
)
_NUMBER = (
    r"(?:(?:[LRDA]|LO|L\.O)(?:\.\s?|\s)?\*{0,2}\s?)?\d{1,5}(?:[-.–]\d{1,4}){0,5}(?:(?<=1)\s?er)?"
    rf"(?:[ -]{_LATIN})?(?:[ -][A-Z]{{1,2}}(?![\w’'.]))?"
)
_ARTICLE = re.compile(
    rf"(?:Article|ARTICLE|Art\.?|ART\.?)\s+(?:n[°o]\s?)?"
    rf"(?P<number>premier|PREMIER|Premier|unique|UNIQUE|{_NUMBER})(?P<rest>(?!\w).*)$"
)
_SEPARATED = re.compile(r"\s*\.?\s*[–—:-]\s*(?P<title>\S.*)$|\s*\.\s+(?P<after_dot>\S.*)$")
_BRACKETED = re.compile(r"\s*[\(\[][^)\]]{2,60}[\)\]]\.?$")
_NOTHING_MORE = re.compile(r"\s*[.:–—-]{0,2}\s*$")

_DIVISIONS = {
    "partie": 1,
    "annexe": 1,
    "livre": 2,
    "titre": 3,
    "sous-titre": 4,
    "chapitre": 5,
    "section": 6,
    "sous-section": 7,
    "paragraphe": 8,
}
_ORDINAL = (
    r"(?:premier|première|deuxième|second|seconde|troisième|quatrième|cinquième|sixième|septième"
    r"|huitième|neuvième|dixième|préliminaire|unique)"
)
_ROMAN = r"(?:I(?:er|ER)|[IVXLC]{1,8})"
_DIVISION_NUMBER = (
    rf"(?:n[°o]\s?)?(?:{_ROMAN}|\d{{1,3}}(?:\.\d{{1,2}})*(?:er|ER)?|[A-Z]|{_ORDINAL})"
)
_DIVISION = re.compile(
    rf"(?P<label>(?P<word>{'|'.join(sorted(_DIVISIONS, key=len, reverse=True))})"
    rf"\s+{_DIVISION_NUMBER}(?:\s{_LATIN})?)(?P<rest>(?![\w’'-]).*)$",
    re.IGNORECASE,
)
_ORDINAL_FIRST = re.compile(
    rf"(?P<label>{_ORDINAL}\s+(?P<word>partie|annexe|section))(?P<rest>(?!\w).*)$", re.IGNORECASE
)
_ANNEXE = re.compile(r"(?P<label>(?P<word>ANNEXE|Annexe)S?s?)(?P<rest>\s*(?:[:–—-].*)?)$")

_DECIMAL = re.compile(
    r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,5})(?:\.|\)|\s?[–—-])?\s+(?P<title>\S.*)$"
)
_SENTENCE_END = (".", ";", ",", "!")

_LEADERS = re.compile(
    r"(?:…|\.{4,}|(?:\. ){3,}\.?|_{4,}|·{4,})\s*(?:p\.?\s?)?(?:\d{1,4}|[ivxlc]{1,6})?\s*$"
)
_TRAILING_PAGE = re.compile(r"\s+\d{1,4}$")


def article_heading(line: str, *, marked: bool = False) -> Heading | None:
    """The article that `line` opens, if it does.

    `marked`: the source itself says it is a heading, so "Article 12 Objet" needs no separator.
    A sentence that begins with a reference ("Article 3 du décret…") opens none.
    """
    found = _ARTICLE.match(line[:MAX_LOOK])
    if found is None:
        return None
    number = _first(found["number"].strip())
    rest = line[found.start("rest") :]
    if len(rest) < MAX_LOOK and _NOTHING_MORE.match(rest):
        return Heading(Sort.ARTICLE, number)
    if len(rest) < MAX_LOOK and _BRACKETED.match(rest):
        return Heading(Sort.ARTICLE, number, rest.strip().rstrip("."))
    return _titled_article(number, rest, marked)


def _titled_article(number: str, rest: str, marked: bool) -> Heading | None:
    separated = _SEPARATED.match(rest[:MAX_LOOK])
    if separated:
        title = rest[max(separated.start("title"), separated.start("after_dot")) :]
        return _title_or_words(number, title, marked)
    # "Article 12 Objet": a capital, a blank before it, and no sentence
    title = rest.strip()
    if rest[:1].isspace() and title[:1].isupper() and (marked or _is_title(title)):
        return _title_or_words(number, title, marked)
    return None


def _title_or_words(number: str, title: str, marked: bool) -> Heading:
    """What follows the number is the title, or already the words ("Art. 3. – Le maire est…")."""
    if len(title) <= MAX_TITLE and (marked or _is_title(title)):
        return Heading(Sort.ARTICLE, number, title)
    return Heading(Sort.ARTICLE, number, words=title)


def _is_title(title: str) -> bool:
    return len(title) <= MAX_RUN_ON_TITLE and not title.endswith((*_SENTENCE_END, ":"))


def _first(number: str) -> str:
    """« premier » as the codes print it."""
    return (
        "1er"
        if number.lower() in ("premier", "1 er", "1er")
        else number.replace("UNIQUE", "unique")
    )


def division_heading(line: str, *, marked: bool = False) -> Heading | None:
    """The part, title, chapter, section or annex that `line` opens, if it does."""
    if len(line) > 2 * MAX_TITLE:
        return None
    found = _DIVISION.match(line) or _ORDINAL_FIRST.match(line) or _ANNEXE.match(line)
    if found is None or not found["label"][0].isupper():
        return None
    rest = found["rest"].strip()
    title = rest.lstrip(".:–—- ").strip()
    separated = rest != title or not rest
    if not marked and (line.endswith((".", ";", ",")) and title):
        return None
    if not separated and not marked and not (title[0].isupper() and _is_title(title)):
        return None
    rank = _DIVISIONS[found["word"].lower()]
    return Heading(Sort.DIVISION, found["label"].strip(), title, rank)


def decimal_heading(line: str, *, marked: bool = False) -> Heading | None:
    """The numbered title ("2.1 Délais") that `line` may be: a candidate, for lists look alike."""
    found = _DECIMAL.match(line) if len(line) <= 2 * MAX_TITLE else None
    if found is None:
        return None
    title = found["title"].strip()
    bare_number = found["number"] + " " == line[: found.start("title")]
    if marked:
        fits = title[0].isupper() or title[0] == "«" or (title[0].isalpha() and not bare_number)
    else:
        fits = _could_be_title(title)
    if not fits:
        return None
    return Heading(Sort.DECIMAL, found["number"], title, found["number"].count(".") + 1)


def _could_be_title(title: str) -> bool:
    return (
        len(title) <= MAX_RUN_ON_TITLE
        and (title[0].isupper() or title[0] == "«")
        and not title.endswith((*_SENTENCE_END, ":"))
    )


def heading_in(line: str, *, marked: bool = False) -> Heading | None:
    """The heading that `line` is by its words: article, division, or numbered title."""
    if is_contents_line(line):
        return None
    return (
        article_heading(line, marked=marked)
        or division_heading(line, marked=marked)
        or decimal_heading(line, marked=marked)
    )


def is_contents_line(line: str) -> bool:
    """True for a line of a table of contents: leaders, then a page or nothing.

    >>> is_contents_line("Article 3 – Délais ........ 12")
    True
    """
    return _LEADERS.search(line[-MAX_LOOK:]) is not None


def without_page(line: str) -> str:
    """`line` without a number at its end, to compare a contents line with its heading."""
    return _TRAILING_PAGE.sub("", line)
