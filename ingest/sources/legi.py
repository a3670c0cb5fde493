"""What both readers of LEGI share: its dates, states and natures, and words from its HTML.

LEGI is DILA's base of consolidated law. Its XML dumps and the JSON that SocialGouv/legi-data makes
of Légifrance's API use the same identifiers, states ("état") and sentinel dates.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import unescape

from rag.types import Article, Validity, Version

UNDATED = date(2222, 2, 22)
"""LEGI's "at a date not yet known"; 2999-01-01 is its "no end". Both are past any real date."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NATURES = {"DECRET": "décret", "ARRETE": "arrêté", "DECRET_LOI": "décret-loi"}


# ── dates ────────────────────────────────────────────────────────────────────────────────────────


def day(value: object) -> date | None:
    """A day written as ISO text or as milliseconds since 1970 in UTC; None when there is none.

    Raises ValueError (not a date) or TypeError (neither text nor a number).
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return (_EPOCH + timedelta(milliseconds=value)).date()
        except OverflowError as error:
            raise ValueError(f"{value} is out of range") from error
    raise TypeError(f"{type(value).__name__} is no date")


def known_day(value: object) -> date | None:
    """`day`, with LEGI's sentinels (2222-02-22, 2999-01-01) read as no date at all."""
    found = day(value)
    return None if found is None or found >= UNDATED else found


def validity(start: object, end: object) -> Validity:
    """A period. An end at a sentinel is open; a start at a sentinel stays, so that the period
    holds no day anyone asks about: that wording never came, or has not yet come, into force."""
    return Validity(day(start), known_day(end))


# ── natures and states ───────────────────────────────────────────────────────────────────────────


def nature(written: str) -> str:
    """LEGI's nature in plain French.

    >>> nature("CODE"), nature("LOI_ORGANIQUE"), nature("DECRET")
    ('code', 'loi organique', 'décret')
    """
    return _NATURES.get(written, written.lower().replace("_", " "))


def names_article(identity: str) -> bool:
    """True for the identity of an article: LEGIARTI…, JORFARTI…; links also name whole texts."""
    return identity[4:8] == "ARTI"


@dataclass(frozen=True, slots=True)
class Reading:
    """One wording as a source shows it: the version, and the article as it stood with it."""

    article: Article
    version: Version


def assemble(
    readings: Iterable[Reading], known: Iterable[Version], as_of: date | None
) -> tuple[tuple[Article, ...], tuple[Version, ...]]:
    """Each article once and each version once.

    `known` are periods without words; those whose words were read are left out. An article read
    in several versions stands as in the one in force on `as_of`.
    """
    families: dict[str, list[Reading]] = defaultdict(list)
    versions: dict[str, Version] = {}
    for reading in readings:
        families[reading.article.article_id].append(reading)
        versions.setdefault(reading.version.version_id, reading.version)
    for version in known:
        versions.setdefault(version.version_id, version)
    articles = sorted((_standing(each, as_of) for each in families.values()), key=_order)
    return tuple(articles), tuple(_ended(versions.values()))


def _order(article: Article) -> int:
    return article.order


def _standing(readings: list[Reading], as_of: date | None) -> Article:
    """The article as it stands on `as_of`, else with its last wording that was in force."""
    best = max(readings, key=lambda reading: _rank(reading.version.validity, as_of))
    return best.article


def _rank(period: Validity, as_of: date | None) -> tuple[bool, bool, date]:
    start = period.start or date.min
    ever = start < UNDATED and (period.end is None or start < period.end)
    return as_of is not None and period.contains(as_of), ever, start


def _ended(versions: Iterable[Version]) -> Iterator[Version]:
    """`versions`, where a replaced one (MODIFIE) left open ends when the next one starts.

    LEGI has such pairs: article 6 C of LEGITEXT000006069576, LEGIARTI000034701455, is MODIFIE
    from 2018 without an end while its successor starts in 2019; both would be in force.
    """
    versions = list(versions)
    if not any(_left_open(version) for version in versions):
        yield from versions
        return
    starts: dict[str, list[date]] = defaultdict(list)
    for version in versions:
        if version.validity.start and version.validity.start < UNDATED:
            starts[version.article_id].append(version.validity.start)
    for version in versions:
        yield _cut(version, starts[version.article_id]) if _left_open(version) else version


def _left_open(version: Version) -> bool:
    return version.state == "MODIFIE" and version.validity.end is None


def _cut(version: Version, starts: list[date]) -> Version:
    first = version.validity.start or date.min
    end = min((start for start in starts if start > first), default=None)
    return replace(version, validity=Validity(version.validity.start, end))


# ── words ────────────────────────────────────────────────────────────────────────────────────────

# Attributes are not parsed: LEGI quotes apostrophes with apostrophes (alt='Code de l'éducation').
_TAG = re.compile(r"<(/?[a-zA-Z][^<>]*|[!?][^<>]*)>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_NAME = re.compile(r"/?[a-zA-Z][a-zA-Z0-9]*")
_ROW_OF_NOTHING = re.compile(r"[|\s]*")
_BLOCKS = (
    frozenset(("address", "article", "blockquote", "body", "br", "caption", "center", "dd", "div"))
    | frozenset(("dl", "dt", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"))
    | frozenset(("li", "main", "nav", "ol", "p", "pre", "section", "tbody", "tfoot", "thead", "ul"))
)
_CELLS = frozenset(("td", "th"))
_ROWS = frozenset(("tr", "table"))


def words_of_html(html: str) -> str:
    """Plain words of LEGI's HTML: an alinéa, list item or table row a line.

    Cells are joined by " | "; entities are decoded; white space of any kind is one space.

    >>> words_of_html("<p>1° L'article <a href='x'>2</a>, et&nbsp;:<br/>a)</p><p></p>")
    "1° L'article 2, et :\\na)"
    """
    if "<" not in html:
        return _lines(unescape(html))
    if "<!--" in html:
        html = _COMMENT.sub("", html)
    return _lines("".join(_unmarked(_TAG.split(html))))


def _unmarked(pieces: list[str]) -> Iterator[str]:
    """Words from pieces that are text and tag by turns; a line break where a block starts or ends.

    A block inside a cell is a space, so that a row stays one line.
    """
    cells, in_cell = 0, False
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            yield unescape(piece).replace("\n", " ")
            continue
        tag = _tag_name(piece)
        name = tag.removeprefix("/")
        if name in _CELLS:
            in_cell = name == tag
            cells += in_cell
            yield " | " if in_cell and cells > 1 else " "
        elif name in _ROWS:
            cells, in_cell = 0, False
            yield "\n"
        elif name in _BLOCKS:
            yield _space_before(pieces[place + 1]) if in_cell else "\n"


def _space_before(text: str) -> str:
    """What a tag leaves before `text`: nothing where a sign follows that clings to its word."""
    return "" if text.lstrip().startswith((",", ".", ")")) else " "


def _tag_name(tag: str) -> str:
    found = _NAME.match(tag)
    return found.group().lower() if found else ""


def _lines(text: str) -> str:
    """Lines with single spaces and nothing at their ends; those without words are left out."""
    lines = (" ".join(line.split()) for line in sound(text).split("\n"))
    return "\n".join(line for line in lines if not _ROW_OF_NOTHING.fullmatch(line))


def words_of_text(text: str) -> str:
    """Plain words that are not HTML, a line a line; what looks like a tag is a word."""
    return _lines(text)


def line_of(text: str) -> str:
    """A title on one line."""
    return " ".join(sound(unescape(text)).split())


def sound(text: str) -> str:
    """`text` without what no database takes: NUL, and surrogates without their half."""
    if text.isascii():
        return text.replace("\x00", "")
    return text.encode("utf-8", "replace").decode().replace("\x00", "")
