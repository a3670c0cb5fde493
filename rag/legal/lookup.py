"""From what a person types (« L. 311-5 CRPA ») to the one article meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from rag.catalogue import reading
from rag.errors import NotFound
from rag.legal.extract import references_of
from rag.legal.resolve import Shelf, resolve
from rag.legal.titles import name_key, named
from rag.retrieval.numbers import find_numbers, number_key
from rag.types import Article, Caller, Text

SHOWN = 8  # candidates and parts named in a message
MAX_CUTS = 24  # words of a reference between which number and text may part


@dataclass(frozen=True, slots=True)
class Found:
    """An article and its Text."""

    article: Article
    text: Text


def find_article(connection: Connection, reference: str, caller: Caller) -> Found:
    """The article that `reference` names: an id, a number with or without its text, a heading.

    Raises:
        NotFound: none, or several, said with what could be meant.
    """
    by_id = reading.article(connection, reference.strip(), caller)
    if by_id:
        return Found(*by_id)
    texts = reading.texts_for(connection, caller)
    readings = list(_readings(reference, texts))
    candidates = _numbered(connection, readings, caller)
    if not candidates:
        candidates, parts = _look_through(connection, readings, texts, caller)
        candidates = candidates or _as_written(connection, reference, caller)
        if not candidates:
            raise _none(reference, parts)
    if len(candidates) > 1:
        candidates = _spelled_alike(reference, candidates)
    if len(candidates) > 1:
        raise _several(reference, candidates)
    return candidates[0]


def _as_written(connection: Connection, reference: str, caller: Caller) -> list[Found]:
    """Read as a letter would be: « 3° de l'article L. 231-4 du CRPA »."""
    shelf = Shelf(connection, caller)
    found: dict[str, Found] = {}
    for cited in references_of(reference, names=shelf.names()):
        resolved = resolve(cited, shelf, date.today())
        for article in (a for place in resolved.places for a in place.articles):
            if resolved.text:
                found[article.article_id] = Found(article, resolved.text)
    return list(found.values())


def _spelled_alike(reference: str, candidates: list[Found]) -> list[Found]:
    """Of several, those with the star that the reference has: « R*311-12 »."""
    starred = [found for found in candidates if "*" in found.article.number]
    return starred if "*" in reference and starred else candidates


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a reference may be read. `texts`: the ids of those meant; None: no name is given."""

    key: str
    texts: frozenset[str] | None

    def fits(self, text: Text) -> bool:
        return self.texts is None or text.text_id in self.texts


def _readings(reference: str, texts: Sequence[Text]) -> Iterator[_Reading]:
    """Number and name of the text as the reference may be read, most likely first."""
    seen = set()
    for number, name in _parted(reference):
        meant = named(name, texts) if name_key(name) else None
        if meant == []:
            continue
        ids = None if meant is None else frozenset(text.text_id for text in meant)
        read = _Reading(number_key(number), ids)
        if read.key and read not in seen:
            seen.add(read)
            yield read


def _parted(reference: str) -> Iterator[tuple[str, str]]:
    yield reference, ""
    for start, end, _ in find_numbers(reference)[:SHOWN]:
        yield reference[start:end], f"{reference[:start]} {reference[end:]}"
    words = reference.split()
    for cut in range(min(len(words) - 1, MAX_CUTS), 0, -1):  # "12 bis règlement général"
        yield " ".join(words[:cut]), " ".join(words[cut:])
        yield " ".join(words[cut:]), " ".join(words[:cut])


def _numbered(connection: Connection, readings: Iterable[_Reading], caller: Caller) -> list[Found]:
    for read in readings:
        found = reading.articles_numbered(connection, [read.key], caller)
        fitting = [Found(*entry) for entry in found if read.fits(entry[1])]
        if fitting:
            return fitting
    return []


def _look_through(
    connection: Connection, readings: Sequence[_Reading], texts: Sequence[Text], caller: Caller
) -> tuple[list[Found], list[Found]]:
    """The articles that have the reference as heading, or else those that are parts of it."""
    known = [
        Found(article, text)
        for text in texts
        if any(read.fits(text) for read in readings)
        for article in reading.articles_of(connection, text.text_id, caller)
    ]
    by_heading: dict[str, list[Found]] = {}
    for found in known:
        by_heading.setdefault(number_key(found.article.heading), []).append(found)
    headed = _first(readings, lambda key: by_heading.get(key, ()))
    if headed:
        return headed, []
    wholes = [(number_key(found.article.number), found) for found in known]
    return [], _first(readings, lambda key: _parts(key, wholes))


def _first(readings: Iterable[_Reading], find: Callable[[str], Iterable[Found]]) -> list[Found]:
    """What the first reading that leads anywhere finds."""
    for read in readings:
        found = [entry for entry in find(read.key) if read.fits(entry.text)]
        if found:
            return found
    return []


def _parts(key: str, wholes: Iterable[tuple[str, Found]]) -> Iterator[Found]:
    """Article 3.1 of "3", article L311-1 of "L311"."""
    if key[-1:].isdigit():
        yield from (found for whole, found in wholes if whole.startswith((f"{key}.", f"{key}-")))


def _none(reference: str, parts: Sequence[Found]) -> NotFound:
    if not parts:
        return NotFound(
            "aucun article ne répond à cette référence",
            where=reference,
            remedy="vérifiez le numéro et le nom du texte ; `referent status` dit ce qui est connu",
        )
    listed = _listed(parts)
    return NotFound(
        f"pas d'article de ce numéro même ; ses parties en ont un : {listed}",
        where=reference,
        remedy="demandez l'une d'elles",
    )


def _several(reference: str, candidates: Sequence[Found]) -> NotFound:
    one_text = len({found.text.text_id for found in candidates}) == 1
    return NotFound(
        f"plusieurs articles répondent à cette référence : {_listed(candidates, ids=one_text)}",
        where=reference,
        remedy="donnez l'identifiant entre crochets" if one_text else "ajoutez le nom du texte",
    )


def _listed(found: Sequence[Found], *, ids: bool = False) -> str:
    """« 3.1, 3.2 (Procédure) et 2 de plus »; with their ids, « 3 [proc#3], 3 [proc#3-2] »."""
    by_text: dict[str, list[str]] = {}
    for entry in found[:SHOWN]:
        name = (
            f"{entry.article.number} [{entry.article.article_id}]" if ids else entry.article.number
        )
        by_text.setdefault(entry.text.title, []).append(name)
    listed = ", ".join(f"{', '.join(names)} ({title})" for title, names in by_text.items())
    return f"{listed} et {len(found) - SHOWN} de plus" if len(found) > SHOWN else listed
