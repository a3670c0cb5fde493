"""Quoted words: where a document quotes, which reference it quotes, whether the words are there.

Words are compared, not punctuation, capitals or accents; « […] » stands for any words. Pure.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.legal.comparison import Kind, compare
from rag.legal.plain import plain

MIN_WORDS = 2  # « demande » names a notion, it does not quote
ALIKE = 0.5  # share of the quoted words that the article has in order: it is a quotation of it
LOOKED_AT = 12  # references before a quotation
REACH = 400  # characters from a reference to its quotation, and back
_GUILLEMETS = re.compile(r"«\s*([^«»]{1,6000}?)\s*»")
_DOUBLE = re.compile(r"“\s*([^“”]{1,6000}?)\s*”|\"([^\"\n]{1,2000})\"")
_GAP = re.compile(r"\[[^\]]{0,80}\]|\(\s?(?:…|\.\.\.)\s?\)|…|\.\.\.")
_TOKEN = re.compile(r"[a-z0-9]+")
_APOSTROPHES = str.maketrans("’‘ʼ′", "''''")
_SENTENCE_END = re.compile(
    r"[.!?]\s+(?=[A-ZÀÉÈÊÎÔ«])|\n\s*\n|;\s*\n|\n(?=\s*(?:[-–•*]|\d{1,2}[.)]))"
)
_COLON = re.compile(r":\s*$")
_SAYS = re.compile(
    r"dispos|prevo|precis|enonc|indiqu|stipul|exig|impos|permet|exclu|subordonn|defini|redige"
    r"|terme|c'est-a-dire|selon|formul|: ?$|\bqu[ei'] ?$|rappel|ainsi"
)
_LAW_SAYS = re.compile(r"dispos|prevo|enonc|redige|terme|c'est-a-dire")
# "Vous soutenez, sur le fondement de l'article L. 1, que « … »": not the article's words.
_ARGUES = re.compile(
    r"(?:vous|je|requerante?s?|interessee?s?|association|societe|commune|madame|monsieur|il|elle)"
    r" [^.]{0,30}(?:souten|soutien|affirm|estim|pretend|ecri|alleg|fait valoir|faites valoir)"
)
_IN_BRACKETS = 8  # words from which what stands in brackets after an article quotes it
_SPEAKER = re.compile(
    r"(?:vous|votre|vos|je|nous|il|elle|on|association|societe|entreprise|operation"
    r"|intitulee?|denommee?"
    r"|appelee?|projet|rapport|mention|objet|logiciel|portail|site|service|rubrique"
    r"|formulaire|courrier|courriel"
    r"|marque|slogan|salle|lieu-dit|dite?|dits|nomme|principe|regle|notion|requerant"
    r"|maire|journal)"
    r"(?: \w+){0,4} ?:? ?(?:que )?$"
)
_POINTS_BACK = re.compile(
    r"(?:cet article|ce texte|celui-ci|cette disposition|cet alinea|cette regle"
    r"|il dispose|il prevoit|il precise|il ajoute|aux termes duquel|selon lequel)"
)
_BETWEEN_AFTER = re.compile(
    r"^(?:\.?\s*\(|[\s,)]*(?:,|–|-)?)\s*(?:(?:ainsi que (?:le )?|comme le |aux termes"
    r"|selon|dispos\w*|prévo\w*|énonc\w*|précis\w*"
    r"|(?:en )?(?:application|vertu)|voir|cf\.?|v\.|sur le fondement|au sens|en|de|du"
    r"|des|à|d'|l'|l’|les|le|la|2°|ce que|telle est)[\s]*)*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quotation:
    """Quoted words of a document: `document[start:end] == words`, the marks excluded."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Owner:
    """A reference that a quotation may be taken from, likeliest first in a list of them."""

    index: int
    certain: bool  # the sentence says that the article says these words
    alike: bool = True  # words that are only like the article's may be a wrong quotation of it


def quotations(document: str) -> list[Quotation]:
    """What stands in « », “ ” or straight quotes, long enough to be words of a text."""
    found = [_quotation(m, 1) for m in _GUILLEMETS.finditer(document)]
    ends = [quotation.end for quotation in found]
    for match in _DOUBLE.finditer(document):
        at = bisect_left(ends, match.start())
        if at == len(found) or found[at].start > match.start():
            found.append(_quotation(match, 1 if match[1] is not None else 2))
    found = [quotation for quotation in found if len(tokens(quotation.words)) >= MIN_WORDS]
    return sorted(found, key=lambda quotation: quotation.start)


def _quotation(match: re.Match[str], group: int) -> Quotation:
    return Quotation(match.start(group), match.end(group), match[group])


def owners(document: str, quotation: Quotation, spans: Sequence[tuple[int, int]]) -> list[Owner]:
    """Which of the references at `spans` the quotation may be taken from."""
    place = bisect_left(spans, (quotation.start, 0))
    before = list(enumerate(spans[max(0, place - LOOKED_AT) : place], max(0, place - LOOKED_AT)))
    next_place = bisect_left(spans, (quotation.end, 0))
    after = list(enumerate(spans[next_place : next_place + 1], next_place))
    found: list[Owner] = []
    if after and _follows(document, quotation, after[0][1]):
        found.append(Owner(after[0][0], certain=True))
    same = [at for at, span in before if _one_sentence(document, span[1], quotation.start)]
    if same:
        nearest = spans[same[-1]]
        certain = _certain(document, nearest, quotation)
        found += [Owner(at, certain and at == same[-1]) for at in reversed(same)]
    elif before and _points_back(document, before[-1][1][1], quotation):
        found.append(Owner(before[-1][0], certain=True))
    if after and _one_sentence(document, quotation.end, after[0][1][0]):
        found.append(Owner(after[0][0], certain=False, alike=False))
    return found


def _follows(document: str, quotation: Quotation, span: tuple[int, int]) -> bool:
    gap = document[quotation.end : span[0]].lstrip(' \u00a0\u202f»”"')
    return len(gap) <= 80 and "\n\n" not in gap and bool(_BETWEEN_AFTER.match(gap))


def _one_sentence(document: str, start: int, end: int) -> bool:
    if end - start > REACH:
        return False
    gap = document[start:end].rstrip('«“" \u00a0\u202f\n')
    return _SENTENCE_END.search(_without_quotes(gap)) is None


def _without_quotes(gap: str) -> str:
    return re.sub(r"«[^«»]*»", "«»", gap)


def _certain(document: str, span: tuple[int, int], quotation: Quotation) -> bool:
    gap = _low(document[span[1] : quotation.start])
    if _SPEAKER.search(gap[-60:]):
        return False
    if gap.strip() == "(":
        return len(tokens(quotation.words)) >= _IN_BRACKETS
    before = _low(document[max(0, span[0] - 120) : span[0]])
    if _ARGUES.search(before):
        return bool(_LAW_SAYS.search(gap))
    return bool(_SAYS.search(gap) or _SAYS.search(before[-40:]))


def _points_back(document: str, end: int, quotation: Quotation) -> bool:
    gap = document[end : quotation.start]
    if len(gap) > REACH:
        return False
    sentences = _SENTENCE_END.split(gap)
    return len(sentences) <= 2 and bool(_POINTS_BACK.search(_low(sentences[-1])))


def _low(words: str) -> str:
    """Plain lower case up to the opening mark of a quotation."""
    return plain(words).low.rstrip('«"“ ')


def tokens(words: str) -> list[str]:
    """The words to compare."""
    return _TOKEN.findall(plain(words).low)


def quoted_in(quote: str, words: str) -> bool:
    """True when every part of `quote` stands in `words`, in order."""
    text = f" {' '.join(tokens(words))} "
    at = 0
    for part in _GAP.split(quote):
        wanted = " ".join(tokens(part))
        if not wanted:
            continue
        found = text.find(f" {wanted} ", at)
        if found < 0:
            return False
        at = found + len(wanted)
    return True


def likeness(quote: str, words: str) -> float:
    """The share of the quoted words that `words` has in the same order, in one place."""
    quoted, text = tokens(quote), tokens(words)
    if not quoted:
        return 0.0
    start, end = _window(quoted, text)
    matcher = SequenceMatcher(None, text[start:end], quoted, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(quoted)


def difference(quote: str, words: str) -> str:
    """The difference in French: what the text says there, what the document writes."""
    quoted = " ".join(quote.split())
    passage = _passage(quote, words)
    segments = compare(_levelled(passage), _levelled(quoted))
    missing = _listed([s.words for s in segments if s.kind is Kind.REMOVED])
    added = _listed([s.words for s in segments if s.kind is Kind.ADDED])
    said = f"le texte dit « {passage} »"
    if not passage or likeness(quote, words) < ALIKE / 2:
        return "ces mots ne s'y trouvent pas"
    parts = [f"le document écrit {added}" if added else "", f"il omet {missing}" if missing else ""]
    return f"{said} ; " + " et ".join(part for part in parts if part)


def _levelled(words: str) -> str:
    """Without what is no difference: a first capital, and how apostrophes are typed."""
    return words[:1].lower() + words[1:].translate(_APOSTROPHES)


def _listed(runs: list[str]) -> str:
    cleaned = [run.strip(" ,;.:\n") for run in runs]
    return ", ".join(f"« {run} »" for run in cleaned if run)


def _passage(quote: str, words: str) -> str:
    """The part of `words` that the quotation is closest to."""
    spans = [m.span() for m in _TOKEN.finditer(plain(words).low)]
    start, end = _window(tokens(quote), tokens(words))
    if start >= end:
        return ""
    folded = plain(words)
    first, last = folded.origin(spans[start][0]), folded.origin(spans[end - 1][1] - 1) + 1
    return " ".join(words[first:last].split())


def _window(quoted: Sequence[str], text: Sequence[str]) -> tuple[int, int]:
    """Where in `text` the quoted words are: around their longest common run, trimmed to it."""
    matcher = SequenceMatcher(None, text, quoted, autojunk=False)
    best = matcher.find_longest_match()
    low = max(0, best.a - best.b - 5)
    high = min(len(text), best.a + len(quoted) - best.b + 5)
    inner = SequenceMatcher(None, text[low:high], quoted, autojunk=False)
    blocks = [b for b in inner.get_matching_blocks() if b.size > 1] or [best]
    if blocks == [best]:
        start = max(0, best.a - best.b)
        return start, min(len(text), start + len(quoted))
    head, tail = blocks[0], blocks[-1]
    start = max(0, low + head.a - min(head.b, 5))
    rest = len(quoted) - (tail.b + tail.size)
    return start, min(len(text), low + tail.a + tail.size + min(rest, 5))
