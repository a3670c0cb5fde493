"""The articles that a question names: it asks about them, and they answer. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rag.legal.titles import meant
from rag.retrieval.lexical import tokens, word_tokens
from rag.retrieval.numbers import find_numbers, number_key
from rag.types import Hit, Text

OTHER_WORDS = 2  # « que dit l’article… » : more than these ask something of the article


def named(question: str, hits: Sequence[Hit]) -> dict[int, Hit]:
    """The hits, by position, of the articles that the question names.

    Where it names a text too, those of that text only; none where it names another code.
    """
    keys = {key for _, _, key in find_numbers(question)}
    numbered = {at: hit for at, hit in enumerate(hits) if number_key(hit.article) in keys}
    holders = {hit.text_id: Text(hit.text_id, hit.text) for hit in numbered.values()}
    texts = {text.text_id for text in meant(question, list(holders.values()))}
    return {at: hit for at, hit in numbered.items() if hit.text_id in texts}


def in_vain(question: str, asked: Collection[str], hits: Sequence[Hit]) -> bool:
    """True when the question only names articles, and none of them was found.

    `asked`: its tokens.
    """
    if not find_numbers(question) or named(question, hits):
        return False
    return only_names(question, asked, dict(enumerate(hits)))


def only_names(question: str, asked: Collection[str], found: Mapping[int, Hit]) -> bool:
    """True when the question says hardly more than the article's number and its text's name.

    `asked`: its tokens.
    """
    names = {token for hit in found.values() for token in tokens(hit.text)}
    others = [t for t in word_tokens(question) if t in asked and t not in names and len(t) > 2]
    return len(others) <= OTHER_WORDS and not any(char.isdigit() for t in others for char in t)
