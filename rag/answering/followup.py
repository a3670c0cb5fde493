"""A question that follows others, made to stand alone: « et pour les mineurs ? ». Pure.

Without a model it carries the words of the question before it. What a model proposes is only
taken when it is a question of its own that names nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.retrieval.lexical import word_tokens
from rag.retrieval.numbers import find_numbers
from rag.types import Turn

MAX_TURNS = 6  # of a conversation that are read, the last ones
MAX_REWRITTEN = 500  # characters
FEW_WORDS = 2  # that tell anything: a question with no more than these rests on the one before
Rewriter = Callable[[str, Sequence[Turn]], str]

_JOINS = re.compile(
    r"^\s*(?:et|mais|ou|donc|alors|sinon|même chose|idem|pareil|qu['’]en est-il)\b[\s,:]*",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:dans ce cas|en ce cas|ce (?:délai|cas|dossier|document|recours|texte|montant)|celui-ci"
    r"|celle-ci|ceux-ci|celles-ci|cela|ça|ces (?:pièces|délais|cas|documents)|la même|le même"
    r"|cette (?:démarche|demande|pièce|règle|procédure|décision)|[yY] a-t-il aussi|aussi)\b"
    r"|-(?:il|elle|ils|elles)\b.*\?|^\s*(?:il|elle|ils|elles)\b",
    re.IGNORECASE,
)
_END = re.compile(r"[\s?.!]+$")
_DIGITS = re.compile(r"\d+")


def standalone(question: str, history: Sequence[Turn], rewriter: Rewriter) -> str:
    """The question as it must be looked for; the question itself when it follows nothing."""
    turns = [turn for turn in history if turn.question.strip()][-MAX_TURNS:]
    if not turns:
        return question
    proposed = " ".join(rewriter(question, turns).split())
    return proposed if _keeps(proposed, question, turns) else by_rule(question, turns)


def by_rule(question: str, history: Sequence[Turn]) -> str:
    """The question with the words of the one that it follows, when it follows one."""
    if not history or not follows(question):
        return question
    before = _END.sub("", history[-1].question)
    added = _END.sub("", _JOINS.sub("", question))
    joined = f"{before}, {added} ?" if added else f"{before} ?"
    return joined if len(joined) <= MAX_REWRITTEN else question


def follows(question: str) -> bool:
    """True when a question cannot be understood without the one before it."""
    told = set(word_tokens(_JOINS.sub("", question)))
    return bool(_JOINS.match(question) or _POINTS_BACK.search(question) or len(told) <= FEW_WORDS)


def _keeps(proposed: str, question: str, turns: Sequence[Turn]) -> bool:
    """True when what a model proposes names no number or article that nobody has said."""
    if not proposed or len(proposed) > MAX_REWRITTEN:
        return False
    said = " ".join([question, *(f"{turn.question} {turn.answer}" for turn in turns)])
    known = {key for _, _, key in find_numbers(said)}
    named = {key for _, _, key in find_numbers(proposed)}
    numbers = set(_DIGITS.findall(proposed)) <= set(_DIGITS.findall(said))
    shared = set(word_tokens(proposed)) & set(word_tokens(said))
    return named <= known and numbers and bool(shared)
