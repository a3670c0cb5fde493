"""A thesaurus of administrative French: what a question's everyday words are called in law. Pure.

Its files, and where the organisation's own comes in: `rag.retrieval.thesaurus_file`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol

from rag.retrieval.lexical import Word, plain, spoken, word_tokens
from rag.types import Understood

NOTHING_OFF: frozenset[str] = frozenset()
# Function words that may differ between an entry and a question; the others ("hors", "pas",
# "chez", "faire") change the meaning: « faire une demande » is not every « demande ».
_NEUTRAL = frozenset(
    """
    a ai au aux avec c ca ce ces cet cette d dans de des du elle elles en est et ete etre eux il
    ils j je l la le les leur leurs lui m ma me mes moi mon n ne nos notre nous on par pour qu que
    qui s sa se ses son sont suis sur t te toi tu un une vos votre vous
    """.split()
)
LONG_STEM = 5  # letters after which words of one stem are taken for forms of one word
_PLURAL = frozenset({"", "s", "x"})
_FEMININE = _PLURAL | {"e", "es"}
_VOWELS = frozenset("aeiouy")


@dataclass(frozen=True, slots=True)
class Entry:
    """Everyday words (`lay`) and the words of law for them (`legal`), best first.

    No equivalents: it is off. `exact`: only for these very words, not for others of their stems
    ("RCS" is no plural).
    """

    lay: str
    legal: tuple[str, ...]
    exact: bool = False

    @property
    def entry_id(self) -> str:
        """Names the entry: its everyday words in lower case without accents."""
        return entry_id(self.lay)


@dataclass(frozen=True, slots=True)
class Concept:
    """Neighbouring words of a question that entries know; `words` as they are written there."""

    words: str
    tokens: tuple[str, ...]
    entries: tuple[Entry, ...]

    @property
    def equivalents(self) -> tuple[str, ...]:
        """The words of law of all its entries, each once."""
        return tuple(dict.fromkeys(words for entry in self.entries for words in entry.legal))


def entry_id(lay: str) -> str:
    """The id of the entry for these everyday words."""
    return " ".join(plain(lay).replace("’", "'").split())


def key_of(lay: str) -> str:
    """What an entry is found by: the stems of its words, "" when all are stop words."""
    return " ".join(word.token for word in spoken(lay) if word.token)


class Shelf(Protocol):
    """Entries by `key_of` their words."""

    longest: int  # stems of the longest key

    def entries(self, key: str) -> Sequence[Entry]:
        """Those with this key."""
        ...

    def stems(self) -> Iterable[str]:
        """Those of its everyday words, in any order, some more than once."""
        ...


class Thesaurus:
    """Entries found by stems: inflected forms, accents and capitals do not matter.

    `entries` come with their `key_of`; of two with one id the later counts. They take the place
    of those of `base` with the same id.
    """

    def __init__(
        self, entries: Iterable[tuple[str, Entry]] = (), base: Shelf | None = None
    ) -> None:
        latest = {entry.entry_id: (key, entry) for key, entry in entries}
        self._ids = frozenset(latest)
        self._base = base
        self._by_key: dict[str, list[Entry]] = {}
        for key, entry in latest.values():
            self._by_key.setdefault(key, []).append(entry)
        sizes = [key.count(" ") + 1 for key in self._by_key]
        self.longest = max([*sizes, base.longest if base else 0], default=0)

    def entries(self, key: str) -> Sequence[Entry]:
        """Those with this key."""
        own = self._by_key.get(key, ())
        below = self._base.entries(key) if self._base else ()
        return [*(e for e in below if e.entry_id not in self._ids), *own] if below else own

    def stems(self) -> Iterator[str]:
        """Those of its everyday words and of its own words of law, in any order, some more than
        once; not those of the words of law of `base`, which take 0.2 s to read."""
        for key, entries in self._by_key.items():
            yield from key.split()
            yield from (stem for e in entries for words in e.legal for stem in word_tokens(words))
        yield from self._base.stems() if self._base else ()

    def concepts(self, question: str, without: frozenset[str] = NOTHING_OFF) -> list[Concept]:
        """What the entries know of a question, in reading order, each run of stems once.

        The longest entry first, and of two as long the one more to the left; a word belongs to
        one concept. `without`: ids of entries that are left out.
        """
        words = spoken(question)
        said = frozenset(word.plain for word in words)
        told = [word for word in words if word.token]
        stems = [word.token for word in told]
        found: dict[int, Concept] = {}
        taken = [False] * len(told)
        for size in range(min(self.longest, len(told)), 0, -1):
            for start in range(len(told) - size + 1):
                known = self.entries(" ".join(stems[start : start + size]))
                if not known or any(taken[start : start + size]):
                    continue
                run = told[start : start + size]
                entries = [e for e in _fitting(known, run, said) if e.entry_id not in without]
                if entries:
                    taken[start : start + size] = [True] * size
                    found[start] = _concept(question, run, entries)
        return list({found[start].tokens: found[start] for start in sorted(found)}.values())


def understood(concepts: Iterable[Concept]) -> Iterator[Understood]:
    """One line an entry, for who asked."""
    for concept in concepts:
        for entry in concept.entries:
            yield Understood(concept.words, entry.legal, entry.entry_id)


def _fitting(known: Iterable[Entry], run: Sequence[Word], said: frozenset[str]) -> list[Entry]:
    """Those of the entries with these stems whose telling function words the question has.

    Where some are for these very words, only they: "arrêté" is not "arrêter". So one that is off,
    or left out afterwards, has its words taken as they are.
    """
    typed = [word.plain for word in run]
    same: list[Entry] = []
    inflected: list[Entry] = []
    for entry in known:
        own = spoken(entry.lay)
        if _telling(own) <= said:
            lay = [word.plain for word in own if word.token]
            if lay == typed:
                same.append(entry)
            elif all(map(inflected_alike, lay, typed)):
                inflected.append(entry)
    chosen = same or [entry for entry in inflected if not entry.exact]
    return [entry for entry in chosen if entry.legal]


def inflected_alike(one: str, other: str) -> bool:
    """False for two words that only share a short stem: "devait" is no "devis", "mer" no "mère".

    Plain words. Measured: `eval/results/thesaurus.md`.
    """
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    shared = sum(1 for _ in same)
    ends = {one[shared:], other[shared:]}
    if shared >= LONG_STEM or ends <= _PLURAL:
        return True
    return ends <= _FEMININE and one[shared - 1 : shared] in _VOWELS


def _concept(question: str, run: Sequence[Word], entries: Sequence[Entry]) -> Concept:
    words = question[run[0].start : run[-1].end]
    return Concept(words, tuple(word.token for word in run), tuple(entries))


def _telling(words: Iterable[Word]) -> frozenset[str]:
    return frozenset(word.plain for word in words if not word.token) - _NEUTRAL
