"""Which Text a person means by a name: its title, part of it, its id, or a usual abbreviation.

Pure. A name that fits several texts means none of them: it never defaults to one that is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from rag.legal.codes import codes
from rag.legal.names import document_names
from rag.retrieval.numbers import find_numbers, fold
from rag.types import Text

# Abbreviations in use among public-law jurists → title, folded as `_key` does.
ABBREVIATIONS = {
    "crpa": "code des relations entre le public et l'administration",
    "cgct": "code général des collectivités territoriales",
    "cgfp": "code général de la fonction publique",
    "cja": "code de justice administrative",
    "ccp": "code de la commande publique",
    "cgppp": "code général de la propriété des personnes publiques",
    "cgi": "code général des impôts",
    "casf": "code de l'action sociale et des familles",
    "csp": "code de la santé publique",
    "css": "code de la sécurité sociale",
    "csi": "code de la sécurité intérieure",
    "cpcmr": "code des pensions civiles et militaires de retraite",
    "cpce": "code des postes et des communications électroniques",
    "ceseda": "code de l'entrée et du séjour des étrangers et du droit d'asile",
    "cch": "code de la construction et de l'habitation",
    "crpm": "code rural et de la pêche maritime",
}
_EMPTY = frozenset("a au aux d de des du en et l la le les art article articles".split())
_WORD = re.compile(r"[^\W_]+")
CODE = "code"  # a text's nature
_ASKED = "article "  # before a bare number, which is no article's without it


@lru_cache(1 << 14)
def name_key(name: str) -> frozenset[str]:
    """The words of a name that count, without case, accents and articles."""
    words = frozenset(_WORD.findall(fold(name))) - _EMPTY
    spelled: set[str] = set()
    for word in words:
        spelled |= name_key(ABBREVIATIONS[word]) if word in ABBREVIATIONS else {word}
    return frozenset(spelled)


def named(name: str, texts: Iterable[Text]) -> list[Text]:
    """The texts that `name` may mean: one when it is clear, none, or the candidates.

    A title that has just these words wins over titles that have more.
    """
    wanted = name_key(name)
    listed = list(texts)
    by_id = [text for text in listed if text.text_id == name.strip()]
    if by_id or not wanted:
        return by_id
    fitting = [text for text in listed if wanted <= _words_of(text)]
    exact = [text for text in fitting if name_key(text.title) == wanted]
    return exact or fitting


def mentioned(question: str, texts: Sequence[Text]) -> list[Text]:
    """The texts whose title, a usual beginning of it, or abbreviation, occurs in `question`.

    Longest first. A name within a longer one that is mentioned too does not count: « code des
    communes de la Nouvelle-Calédonie » does not mention the code des communes.
    """
    words = name_key(question)
    found = {text: key for text in texts if (key := _mentioned_as(text.title, words))}
    kept: list[Text] = []
    for text in sorted(found, key=lambda text: -len(found[text])):
        if not any(found[text] < found[other] for other in kept):
            kept.append(text)
    return kept


def _mentioned_as(title: str, words: frozenset[str]) -> frozenset[str]:
    """The words of the longest name of a text that are all among `words`; none without one."""
    names = (name_key(name) for name in _names_of(title))
    return max((key for key in names if key <= words), key=len, default=frozenset())


@cache
def _names_of(title: str) -> tuple[str, ...]:
    return title, *document_names(title)


def meant(question: str, holders: Sequence[Text], known: Sequence[Text] = ()) -> list[Text]:
    """Which of `holders`, texts with an article of the number asked for, the question means.

    Those that it names; all when it names none; none when it names a code that is no holder, be it
    among the texts `known` here or not: L. 521-1 of one code is not that of another.
    """
    named = mentioned(question, [*holders, *known, *_every_code()])
    wanted = {text.text_id for text in named}
    kept = [text for text in holders if text.text_id in wanted]
    return kept if kept or any(text.nature == CODE for text in named) else list(holders)


@cache
def _every_code() -> tuple[Text, ...]:
    return tuple(Text(code.text_id, code.title, CODE) for code in codes())


def article_name(number: str) -> str:
    """ "Article L231-4" for a number, the heading itself for a section that has none."""
    found = find_numbers(_ASKED + number)
    whole = len(found) == 1 and found[0][:2] == (len(_ASKED), len(_ASKED) + len(number))
    return f"Article {number}" if whole and not fold(number).startswith("annexe") else number


def _words_of(text: Text) -> frozenset[str]:
    return name_key(text.title) | name_key(text.text_id)
