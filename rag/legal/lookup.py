"""From what a person types (« L. 311-5 CRPA ») to the one article meant."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from rag.catalogue import reading
from rag.errors import NotFound
from rag.legal.titles import named
from rag.retrieval.numbers import find_numbers, fold, number_key
from rag.types import Article, Caller, Text

SHOWN_CANDIDATES = 8


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
    candidates = _candidates(connection, reference, caller)
    if len(candidates) == 1:
        return candidates[0]
    raise _not_one(reference, candidates)


def _candidates(connection: Connection, reference: str, caller: Caller) -> list[Found]:
    texts = reading.texts_for(connection, caller)
    for number, name in _readings(reference):
        found = reading.articles_numbered(connection, [number_key(number)], caller)
        if name:
            wanted = {text.text_id for text in named(name, texts)}
            found = [entry for entry in found if entry[1].text_id in wanted]
        if found:
            return [Found(*entry) for entry in found]
    return _by_heading(connection, reference, texts, caller)


def _readings(reference: str) -> list[tuple[str, str]]:
    """(number, name of the text) as the reference may be read, most likely first."""
    readings = [(reference, "")]
    for start, end, _ in find_numbers(reference):
        rest = f"{reference[:start]} {reference[end:]}"
        readings.append((reference[start:end], rest))
    words = reference.split()
    for cut in range(len(words) - 1, 0, -1):  # "12 bis règlement général"
        readings.append((" ".join(words[:cut]), " ".join(words[cut:])))
        readings.append((" ".join(words[cut:]), " ".join(words[:cut])))
    return readings


def _by_heading(
    connection: Connection, reference: str, texts: list[Text], caller: Caller
) -> list[Found]:
    wanted = fold(reference).strip()
    return [
        Found(article, text)
        for text in texts
        for article in reading.articles_of(connection, text.text_id, caller)
        if wanted in (fold(article.heading), fold(article.number))
    ]


def _not_one(reference: str, candidates: list[Found]) -> NotFound:
    if not candidates:
        return NotFound(
            "aucun article ne répond à cette référence",
            where=reference,
            remedy="vérifiez le numéro et le nom du texte ; `referent status` dit ce qui est connu",
        )
    listed = [f"{found.article.number} ({found.text.title})" for found in candidates]
    more = f" et {len(listed) - SHOWN_CANDIDATES} autres" if len(listed) > SHOWN_CANDIDATES else ""
    return NotFound(
        f"plusieurs articles répondent à cette référence : "
        f"{', '.join(listed[:SHOWN_CANDIDATES])}{more}",
        where=reference,
        remedy="ajoutez le nom du texte",
    )
