"""References to the Texts and Articles of the catalogue. An unresolved one is a result, with why.

Only what `caller` may read exists here: a text of another service is one that we do not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from sqlalchemy import Connection

from rag.catalogue import reading
from rag.legal import codes
from rag.legal.names import Names
from rag.legal.plain import fold
from rag.retrieval.numbers import number_key
from rag.types import Article, ArticleMark, Caller, Reference, Text, Version

_NUMBERED = re.compile(
    r"^(?P<kind>loi|decret|ordonnance|reglement|directive|decision|arrete|circulaire)\b"
    r".*?(?P<no>[0-9]{2,4}[-/][0-9]{1,5})"
)
_RUN = re.compile(r"[0-9]+|[a-z]+")


@dataclass(frozen=True, slots=True)
class Place:
    """One article that a reference means: the articles of the catalogue with that number.

    `mark`: which number of the reference leads to it (for a range, the one it ends with).
    """

    printed: str
    articles: tuple[Article, ...]
    mark: int
    inside: bool = False  # between the ends of a range


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a Reference means. `text` is None when we do not have it; `reason` says why."""

    reference: Reference
    title: str
    text: Text | None
    places: tuple[Place, ...]
    reason: str = ""


class Contents:
    """The articles of one Text, by number and in reading order."""

    def __init__(self, articles: list[Article]) -> None:
        self.ordered = sorted(articles, key=lambda article: article.order)
        self.by_key: dict[str, list[Article]] = {}
        for article in self.ordered:
            self.by_key.setdefault(number_key(article.number), []).append(article)

    def numbered(self, printed: str) -> tuple[Article, ...]:
        """The articles with that number, in any spelling; the star is ignored."""
        return tuple(self.by_key.get(number_key(printed), ()))

    def between(self, first: str, last: str) -> list[tuple[Article, ...]]:
        """The articles after `first` and before `last`, in the order of the text."""
        start, end = self.numbered(first), self.numbered(last)
        if start and end and start[0].order < end[0].order:
            inside = [a for a in self.ordered if start[0].order < a.order < end[0].order]
        else:
            low, high = natural_key(first), natural_key(last)
            inside = [a for a in self.ordered if low < natural_key(a.number) < high]
        letter = _letter(first)
        keys = dict.fromkeys(number_key(a.number) for a in inside if _letter(a.number) == letter)
        return [tuple(self.by_key[key]) for key in keys]


class Shelf:
    """What a caller may read of the catalogue, kept while documents are verified."""

    def __init__(self, connection: Connection, caller: Caller) -> None:
        self.connection = connection
        self.caller = caller
        self.texts = reading.texts_for(connection, caller)
        self._known = _known(self.texts)
        self._contents: dict[str, Contents] = {}
        self._versions: dict[str, list[Version]] = {}
        self._in_force: dict[tuple[str, date], frozenset[str]] = {}

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Titles that must not be recognised: of texts that the caller may not read."""
        return reading.hidden_titles(self.connection, self.caller)

    def names(self) -> Names:
        """What to recognise in a document: the tables' names and these texts' titles."""
        return _names(tuple(text.title for text in self.texts))

    def text(self, title: str) -> Text | None:
        """The text of that title, None when we have none."""
        code = codes.code_named_like(title)
        if code and code.text_id in self._known:
            return self._known[code.text_id]
        return self._known.get(fold(title)) or self._known.get(_statute_key(title))

    def contents(self, text: Text) -> Contents:
        """The articles of a text."""
        if text.text_id not in self._contents:
            articles = reading.articles_of(self.connection, text.text_id, self.caller)
            self._contents[text.text_id] = Contents(articles)
        return self._contents[text.text_id]

    def versions(self, articles: tuple[Article, ...]) -> list[Version]:
        """Every version of these articles, oldest first."""
        found: list[Version] = []
        for article in articles:
            if article.article_id not in self._versions:
                self._versions[article.article_id] = reading.versions_of(
                    self.connection, article.article_id, self.caller
                )
            found += self._versions[article.article_id]
        return sorted(found, key=lambda v: (v.validity.start or date.min, v.version_id))

    def in_force(self, text: Text, day: date) -> frozenset[str]:
        """Ids of the articles of a Text that are in force on `day`."""
        key = text.text_id, day
        if key not in self._in_force:
            self._in_force[key] = reading.articles_in_force(
                self.connection, text.text_id, self.caller, day
            )
        return self._in_force[key]


def resolve(reference: Reference, shelf: Shelf, day: date) -> Resolved:
    """What `reference` means among what the caller may read, ranges as of `day`."""
    title = _chosen(reference, shelf)
    if not title:
        return Resolved(reference, "", None, _unplaced(reference), _unresolved(reference))
    text = shelf.text(title)
    if text is None:
        return Resolved(reference, title, None, _unplaced(reference), "")
    return Resolved(reference, text.title, text, _placed(reference, shelf, text, day))


def _chosen(reference: Reference, shelf: Shelf) -> str:
    """The one title meant among the candidates; "" when there is none."""
    if not reference.texts or not reference.marks:
        return _first_held(reference.texts, shelf)
    if reference.link == "implied":
        return _implied(reference, shelf)
    printed = reference.marks[0].printed
    fitting = [t for t in reference.texts if codes.may_have(t, printed)] or [*reference.texts]
    return next((t for t in fitting if _holds(t, printed, shelf)), _first_held(fitting, shelf))


def _implied(reference: Reference, shelf: Shelf) -> str:
    """The text named last that has the number; one that we do not have may have it."""
    printed = reference.marks[0].printed
    nearest = reference.texts[0]
    unknown = shelf.text(nearest) is None
    if _holds(nearest, printed, shelf) or (unknown and not reference.following):
        return nearest
    further = (reference.following, *reference.texts[1:])
    return next(
        (t for t in further if t and _holds(t, printed, shelf)), _fallback(reference, shelf)
    )


def _fallback(reference: Reference, shelf: Shelf) -> str:
    """Nobody we know has it: the text it is joined to, if unknown here, else the one named last."""
    following = reference.following
    return following if following and shelf.text(following) is None else reference.texts[0]


def _holds(title: str, printed: str, shelf: Shelf) -> bool:
    text = shelf.text(title)
    return text is not None and bool(shelf.contents(text).numbered(printed))


def _first_held(titles: tuple[str, ...] | list[str], shelf: Shelf) -> str:
    held = (title for title in titles if shelf.text(title))
    return next(held, titles[0] if titles else "")


def _unplaced(reference: Reference) -> tuple[Place, ...]:
    return tuple(Place(mark.printed, (), at) for at, mark in enumerate(reference.marks))


def _placed(reference: Reference, shelf: Shelf, text: Text, day: date) -> tuple[Place, ...]:
    contents = shelf.contents(text)
    places: list[Place] = []
    for at, mark in enumerate(reference.marks):
        if mark.through:
            groups = contents.between(reference.marks[at - 1].printed, mark.printed)
            places += _inside(groups, at, shelf.in_force(text, day))
        places.append(_place(mark, at, contents))
    return tuple(places)


def _place(mark: ArticleMark, at: int, contents: Contents) -> Place:
    found = contents.numbered(mark.printed)
    if not found and "." in mark.printed:  # "article 5.1" divides article 5
        found = contents.numbered(mark.printed.partition(".")[0])
    return Place(found[0].number if found else mark.printed, found, at)


def _inside(
    groups: Iterable[tuple[Article, ...]], at: int, in_force: frozenset[str]
) -> Iterator[Place]:
    """What a range holds on a day: not what was repealed before or comes later."""
    for group in groups:
        if any(article.article_id in in_force for article in group):
            yield Place(group[0].number, group, at, inside=True)


def _unresolved(reference: Reference) -> str:
    if reference.link == "same":
        return "aucun texte n'est nommé avant « même » ou « ce »"
    if reference.link == "present":
        return "« présent » renvoie au document lui-même"
    return "aucun code nommé avant ne peut avoir un tel article"


@lru_cache(1 << 15)
def natural_key(number: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts numbers as a code does: L311-3, L311-3-1, L311-10."""
    runs = _RUN.findall(number_key(number))
    return tuple((0, int(run), "") if run.isdigit() else (1, 0, run) for run in runs)


def _letter(number: str) -> str:
    found = re.match(r"[a-z]*", number_key(number))
    return found.group() if found else ""


@lru_cache(8)  # making them takes 20 ms; the same titles are read by all with the same rights
def _names(titles: tuple[str, ...]) -> Names:
    return Names.of(titles)


def _known(texts: list[Text]) -> dict[str, Text]:
    """By id, title, and for laws and their like by kind and number."""
    known: dict[str, Text] = {}
    for text in texts:
        for key in (_statute_key(text.title), fold(text.title), text.text_id):
            if key:
                known[key] = text
    return known


def _statute_key(title: str) -> str:
    match = _NUMBERED.match(fold(title))
    return f"{match['kind']} {match['no']}" if match else ""
