"""Which text a number means whose own words name none: « du même code », « l'article L. 311-7 »."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.legal import codes
from rag.legal.groups import Group
from rag.legal.names import Kind, Mention
from rag.legal.plain import Plain
from rag.types import Clause

MAX_CANDIDATES = 6  # texts named before that a number may mean
_LOOKED_AT = 200  # mentions before a number, so that time stays linear in the text
_BEGINNINGS = {
    "code": ("Code", "Livre"),
    "livre": ("Livre",),
    "loi": ("Loi",),
    "decret": ("Décret",),
    "ordonnance": ("Ordonnance",),
    "arrete": ("Arrêté",),
    "reglement": ("Règlement",),
    "directive": ("Directive",),
    "convention": ("Convention",),
    "traite": ("Traité",),
    "circulaire": ("Circulaire",),
    "constitution": ("Constitution",),
}
_POINTER = re.compile("meme|dit|ce|precit|sus|mention|cit|vis")


@dataclass(frozen=True, slots=True)
class _Named:
    """A text named at a place of the document."""

    at: int
    titles: tuple[str, ...]  # empty: a contract or other private document


class Antecedents:
    """The texts that a document names, in order, and the one that it is part of (`home`)."""

    def __init__(
        self, document: Plain, mentions: Iterable[Mention], clauses: Sequence[Clause], home: str
    ) -> None:
        self.plain = document
        self.home = home
        self._clauses = clauses
        self._named = [
            _Named(mention.start, mention.titles)
            for mention in sorted(mentions, key=lambda m: m.start)
            if mention.kind not in (Kind.DECISION, Kind.PRESENT, Kind.SAME)
            and not self._in_clause(mention)
        ]

    def _in_clause(self, mention: Mention) -> bool:
        """The law of « dans sa rédaction issue de la loi… » is not what comes next is about."""
        at = bisect_left(self._clauses, mention.start, key=lambda clause: clause.end)
        return at < len(self._clauses) and self._clauses[at].start <= mention.start

    def _before(self, at: int) -> list[_Named]:
        """What was named before `at`, nearest first."""
        end = bisect_left(self._named, at, key=lambda entry: entry.at)
        return self._named[max(0, end - _LOOKED_AT) : end][::-1]

    def present(self, mention: Mention) -> tuple[str, ...]:
        """ "Le présent code": the text that the document is part of, if it is one."""
        fits = self.home.startswith(_BEGINNINGS.get(mention.noun, ()))
        return (self.home,) if self.home and fits else ()

    def same(self, mention: Mention, group: Group) -> tuple[str, ...]:
        """ "Du même code": the code named last, or the last that can have such a number."""
        before = [e.titles for e in self._before(min(mention.start, group.start)) if e.titles]
        if self.home:
            pointer = _POINTER.search(self.plain.low[mention.start : mention.end])
            before.insert(len(before) if pointer else 0, (self.home,))
        beginnings = _BEGINNINGS.get(mention.noun, ())
        fitting = [titles for titles in before if titles[0].startswith(beginnings)]
        printed = group.marks[0].printed
        likely = (t for t in fitting if any(codes.may_have(title, printed) for title in t))
        return next(likely, fitting[0] if fitting else ())

    def implied(self, group: Group) -> tuple[str, ...]:
        """The texts that a number alone may mean, likeliest first.

        A lettered number means a code; a bare one the text named last, whatever it is, so that
        the articles of a contract are never taken for those of a code.
        """
        printed = group.marks[0].printed
        before = self._before(group.start)
        if printed[:1].isalpha():
            found = [self.home] if self.home else []
            found += [t for e in before for t in e.titles if t.startswith(("Code", "Livre"))]
        elif self.home:
            found = [self.home]
        else:
            found = list(before[0].titles) if before else []
        fitting = [title for title in found if codes.may_have(title, printed)]
        return tuple(dict.fromkeys(fitting))[:MAX_CANDIDATES]

    def any_before(self, at: int) -> bool:
        """True when the document named something before `at`."""
        return bool(self._before(at))
