"""Is each sentence of an answer what its sources say? Pure; every doubt is « unsupported ».

A sentence is `verified` when it cites passages that were given, what it puts in « » is in the cited
version, the articles and texts that it names are the cited ones or named by them, its words are
those of at most MAX_UNITS sentences of them, and figures and negations agree with those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answering.citations import UNSUPPORTED, VERIFIED
from rag.answering.claims import Claim, Value, Word
from rag.answering.sentences import introduction, is_item, sentences
from rag.legal.quotes import ALIKE, likeness
from rag.ports import DraftSentence, Quote
from rag.retrieval.numbers import find_numbers, number_key
from rag.types import Hit, Version

CONTRADICTED = "contradicted"

MIN_COVERED = 0.75  # of the sentence's words, in what it cites (tests/rag/answering/test_mutations)
MAX_UNITS = 3  # sentences of the sources that one sentence of an answer sums up
MIN_GAIN = 2  # words that a further one must add
DENIED_NEAR = 2  # words around a negation that make a sentence speak of what is denied
_QUOTED = re.compile(r"«\s*([^«»]*?)\s*»")
_ELLIPSIS = re.compile(r"\[(?:…|\.\.\.)\]|\((?:…|\.\.\.)\)|…|\.\.\.")
_APOSTROPHES = "['’ʼ‘]"
# A passage that gives orders to the model is nothing to cite.
_ADDRESSED = re.compile(
    r"\b(?:ignor\w+|oubli\w+|ne tiens? pas compte)\b.{0,60}\b(?:consigne|instruction|regle|règle)s?"
    r"|\b(?:réponds|répondez|écris|affirme|dis)\b.{0,40}(?:que\b|:|«|[\"“])"
    r"|\b(?:ignore|disregard)\b.{0,40}\b(?:instructions?|rules?|prompt)|\b(?:system|assistant)\s*:",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Named:
    """An article or a text that words name; `wrong`: why it is not to be relied on, in French."""

    surface: str
    title: str
    article: str = ""  # its number; "": the text as a whole
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A cited passage: its hit, the version it is of, and the articles and texts it names."""

    hit: Hit
    version: Version
    names: Sequence[Named] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict, why in French, and the words of the sources that it rests on."""

    support: str
    reason: str = ""
    quotes: tuple[Quote, ...] = ()
    invented: bool = False  # it names an article or a text that its sources do not have


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence of a source: `passage[start:end]`, read with what introduces it."""

    at: int
    words: str
    claim: Claim


def check(draft: DraftSentence, sources: Mapping[int, Source], named: Sequence[Named]) -> Finding:
    """The verdict on one written sentence.

    Args:
        draft: with `cites`, the positions of the hits that it cites.
        sources: position → source, for those of the hits cited that the caller may read.
        named: the articles and texts that the sentence names.
    """
    cites = draft.cites or ()
    if not cites:
        return Finding(UNSUPPORTED, "aucune source n'est citée")
    if any(at not in sources for at in cites):
        return Finding(UNSUPPORTED, "la source citée n'existe pas")
    cited = {at: sources[at] for at in cites}
    wrong = _articles(draft.text, cited, named)
    if wrong:
        return Finding(UNSUPPORTED, wrong, invented=True)
    quoted = _quotes(draft.text, cited)
    units = [unit for at, source in cited.items() for unit in _units(at, source.hit.passage)]
    claim = Claim(draft.text)
    chosen = _chosen(claim, units)
    if quoted is None:
        return _misquoted(draft.text, claim, chosen)
    if not claim.stems or (quoted and not Claim(_QUOTED.sub(" ", draft.text)).stems):
        quotes = tuple(quoted)
        return Finding(VERIFIED, "", quotes) if quotes else Finding(UNSUPPORTED, "rien n'est dit")
    finding = _compared(claim, chosen, cited)
    return Finding(finding.support, finding.reason, _rests_on(quoted, chosen, finding))


def find_quote(quote: str, words: str) -> list[str] | None:
    """The exact words of the source for a quotation, one a part where it has « […] »; else None.

    Character for character, but for white space and apostrophes.
    """
    parts = [part.strip(" .,;:") for part in _ELLIPSIS.split(quote)]
    found, at = [], 0
    for part in parts:
        if not part:
            continue
        match = _pattern(part).search(words, at)
        if match is None:
            return None
        found.append(match.group())
        at = match.end()
    return found or None


def _pattern(part: str) -> re.Pattern[str]:
    pieces = [re.escape(word) for word in part.split()]
    spaced = r"\s+".join(re.sub(r"['’ʼ‘]", lambda _: _APOSTROPHES, piece) for piece in pieces)
    return re.compile(rf"(?<!\w){spaced}(?!\w)")


def _quotes(text: str, cited: Mapping[int, Source]) -> list[Quote] | None:
    """What is quoted, as the sources write it; None when one of them is nowhere."""
    found: list[Quote] = []
    for match in _QUOTED.finditer(text):
        for at, source in cited.items():
            parts = find_quote(match[1], source.version.words or "")
            if parts is not None:
                found += [Quote(at, part) for part in parts]
                break
        else:
            return None
    return None if text.count("«") != text.count("»") else found


def _misquoted(text: str, claim: Claim, chosen: Sequence[_Unit]) -> Finding:
    """A quotation that is like the source but for a figure or a negation contradicts it."""
    reason = "les mots entre guillemets ne sont pas dans la source citée"
    near = any(
        likeness(match[1], unit.words) >= ALIKE
        for match in _QUOTED.finditer(text)
        for unit in chosen
    )
    if near and (other := _values(claim, chosen) or _polarity(claim, chosen)) is not None:
        return Finding(CONTRADICTED, f"{reason} ; {other.reason}", other.quotes)
    return Finding(UNSUPPORTED, reason)


def _articles(text: str, cited: Mapping[int, Source], named: Sequence[Named]) -> str:
    """Why an article or a text that the sentence names is not one of its sources; "" if all are."""
    allowed = _allowed(cited)
    for entry in named:
        if entry.wrong:
            return f"{entry.surface} : {entry.wrong}"
        if (entry.title, number_key(entry.article)) not in allowed:
            return f"{entry.surface} n'est pas dans la source citée"
    keys = {key for _, key in allowed}
    for start, end, key in find_numbers(text):
        if key not in keys:
            return f"article {text[start:end]} : il n'est pas dans la source citée"
    return ""


def _allowed(cited: Mapping[int, Source]) -> set[tuple[str, str]]:
    """(title, number) of the cited articles and of those that they name."""
    allowed: set[tuple[str, str]] = set()
    for source in cited.values():
        hit = source.hit
        allowed |= {(hit.text, number_key(hit.article)), (hit.text, "")}
        for entry in source.names:
            allowed |= {(entry.title, ""), (entry.title, number_key(entry.article))}
        allowed |= {("", key) for _, _, key in find_numbers(hit.passage)}
    return allowed


@lru_cache(1 << 8)
def _units(at: int, passage: str) -> tuple[_Unit, ...]:
    """The sentences of a passage, which many sentences of an answer are compared with."""
    return tuple(_read_units(at, passage))


def _read_units(at: int, passage: str) -> Iterator[_Unit]:
    for start, end in _clauses(passage):
        words = passage[start:end]
        if _ADDRESSED.search(words):
            continue
        before = introduction(passage, (start, end)) if is_item(passage, (start, end)) else None
        intro = passage[before[0] : before[1]] if before else ""
        yield _Unit(at, words, Claim(f"{intro} {words}"))


def _clauses(passage: str) -> Iterator[tuple[int, int]]:
    """Sentences, cut at their semicolons too."""
    for start, end in sentences(passage):
        at = start
        for match in re.finditer(r"\s?;\s", passage[start:end]):
            yield at, start + match.start()
            at = start + match.end()
        if at < end:
            yield at, end


def _chosen(claim: Claim, units: Sequence[_Unit]) -> list[_Unit]:
    """The sentences that the claim is about, the nearest first."""
    chosen: list[_Unit] = []
    covered: frozenset[str] = frozenset()
    left = list(units)
    while left and len(chosen) < MAX_UNITS:
        best = max(left, key=lambda unit: _closeness(claim, unit, covered))
        gain = len((best.claim.stems & claim.stems) - covered)
        follows = any(abs(units.index(best) - units.index(unit)) == 1 for unit in chosen)
        if gain < (MIN_GAIN if chosen and not follows else 1):
            break
        chosen.append(best)
        covered |= best.claim.stems & claim.stems
        left.remove(best)
    return chosen


def _closeness(claim: Claim, unit: _Unit, covered: frozenset[str]) -> tuple[int, float]:
    shared = (unit.claim.stems & claim.stems) - covered
    return len(shared), len(shared) / max(1, len(unit.claim.stems))


def _compared(claim: Claim, chosen: Sequence[_Unit], cited: Mapping[int, Source]) -> Finding:
    held: frozenset[str] = frozenset().union(*(unit.claim.stems for unit in chosen))
    above = Claim(" ".join(_titles(source.hit) for source in cited.values()))
    if not chosen or len(claim.stems & (held | above.stems)) < MIN_COVERED * len(claim.stems):
        return Finding(UNSUPPORTED, "la source citée ne dit pas cela")
    other = _values(claim, chosen) or _polarity(claim, chosen)
    if other is not None:
        return other
    there = [word for unit in chosen for word in unit.claim.decisive]
    for word in claim.decisive:
        if not _placed(word, there):
            return Finding(UNSUPPORTED, f"« {word.stem} » n'est pas là dans la source citée")
    for word in there:
        sides = {side for side in (word.left, word.right) if side}
        if word.stem == "ne" and sides <= claim.stems and not _placed(word, claim.decisive):
            return Finding(UNSUPPORTED, "une négation de la source citée est omise")
    return Finding(VERIFIED)


def _placed(word: Word, there: Sequence[Word]) -> bool:
    """True when the same word stands there beside the same."""
    return any(other.stem == word.stem and _beside(word, other) for other in there)


def _titles(hit: Hit) -> str:
    return " ".join((hit.text, *hit.path, hit.heading))


def _values(claim: Claim, chosen: Sequence[_Unit]) -> Finding | None:
    """What is wrong with the first figure that the sources do not have in that place."""
    said = [value for unit in chosen for value in unit.claim.values]
    for value in claim.values:
        same = [other for other in said if _equal(value, other)]
        rivals = [other for other in said if _rival(value, other)]
        shown = f"« {_shown(value)} »"
        if not same and rivals:
            listed = ", ".join(dict.fromkeys(_shown(v) for v in rivals))
            return Finding(CONTRADICTED, f"{shown} : la source citée dit {listed}")
        if not same:
            return Finding(UNSUPPORTED, f"{shown} n'est pas dans la source citée")
        if rivals and not any(_beside(value, other) for other in same):
            return Finding(UNSUPPORTED, f"{shown} vaut pour autre chose dans la source citée")
        if all(other.compared != value.compared for other in same):
            return Finding(UNSUPPORTED, f"{shown} n'est pas borné comme dans la source citée")
    return None


def _shown(value: Value) -> str:
    return f"{value.number} {value.unit if value.measured else ''}".strip()


def _equal(value: Value, other: Value) -> bool:
    if value.number != other.number:
        return False
    return value.unit == other.unit or not (value.measured or other.measured)


def _rival(value: Value, other: Value) -> bool:
    """Another figure that could stand in its place."""
    comparable = value.unit == other.unit or not (value.measured or other.measured)
    return comparable and value.number != other.number


def _beside(value: Value | Word, other: Value | Word) -> bool:
    left = bool(value.left) and value.left == other.left
    return left or (bool(value.right) and value.right == other.right)


def _polarity(claim: Claim, chosen: Sequence[_Unit]) -> Finding | None:
    """What is wrong with the first word that is denied here and not there, or the reverse."""
    said: dict[str, list[Word]] = {}
    for unit in chosen:
        for word in unit.claim.words:
            said.setdefault(word.stem, []).append(word)
    for word in claim.words:
        others = said.get(word.stem, [])
        same = [other for other in others if other.kind == word.kind]
        if others and not same:
            return Finding(CONTRADICTED, f"« {word.stem}… » : la source citée dit le contraire")
        if not others and word.kind != "+":
            return Finding(UNSUPPORTED, "la source citée n'a pas cette négation")
        if len(same) < len(others) and not any(_beside(word, other) for other in same):
            return Finding(CONTRADICTED, f"« {word.stem}… » : la source citée dit aussi l'inverse")
    return _dropped(claim, said)


def _dropped(claim: Claim, said: Mapping[str, Sequence[Word]]) -> Finding | None:
    """A negation of the sources that is left out where the sentence speaks of the same."""
    stems = {word.stem for word in claim.words}
    for words in said.values():
        for word in words:
            near = len(word.around & stems) >= DENIED_NEAR
            if word.kind in ("not", "only") and word.stem not in stems and near:
                return Finding(UNSUPPORTED, "une négation de la source citée est omise")
    return None


def _rests_on(
    quoted: Sequence[Quote], chosen: Sequence[_Unit], finding: Finding
) -> tuple[Quote, ...]:
    if finding.support == UNSUPPORTED:
        return ()
    whole = [Quote(unit.at, unit.words) for unit in chosen]
    kept = [q for q in quoted if not any(q.words in other.words for other in whole)]
    return tuple(dict.fromkeys([*whole, *kept]))
