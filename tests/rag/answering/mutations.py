"""True sentences made false: figures, dates, units, negations, article numbers, quotes, markers."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

NUMBERS = "deux trois quatre cinq six sept huit dix douze quinze vingt trente soixante".split()
UNITS = r"(?:mois|jours?|ans?|semaines?|heures?|euros?|exemplaires?|années?|minutes?)"
MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
)
VERBS = "est|sont|peut|peuvent|doit|doivent|a|ont|vaut|fait|sera|reste|restent|dispose|porte"
_DIGITS = re.compile(r"(?<![\w.,-])\d{1,3}(?: \d{3})*(?![\w-]|\.\d)")
_WORDED = re.compile(rf"(?<!-)\b(?:un|une|{'|'.join(NUMBERS)})(?= {UNITS}\b)", re.IGNORECASE)
COUNTED = ("jours", "mois", "semaines", "ans", "heures", "euros")
_UNIT = re.compile(rf"\b(\d+|un|{'|'.join(NUMBERS)}) ({'|'.join(COUNTED)})\b")
_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_VERB = re.compile(rf"(?<!ne )\b({VERBS})\b(?! pas)")
_NOT = re.compile(r"\b(?:ne |n['’])([\w ]{2,40}?) (pas|plus|jamais)\b")
_NE = re.compile(r"\b(?:ne |n['’])(?=\w)")
_SWAPS = {
    "sans": "avec", "aucun": "tout", "aucune": "toute", "sauf": "même", "interdit": "autorisé",
    "interdite": "autorisée", "obligatoire": "facultatif", "gratuit": "payant",
    "avant": "après", "après": "avant", "moins": "plus", "toujours": "jamais",
}  # fmt: skip
_QUOTED_WORD = re.compile(r"\w{3,}")


Mutate = Callable[[str, random.Random], Iterator[str]]


def numbers(true: str, dice: random.Random) -> Iterator[str]:
    """Each figure, in digits or words, made another one."""
    for match in _DIGITS.finditer(true):
        number = int(match.group().replace(" ", ""))
        for other in (number + 1, number * 10 or 7, dice.randint(2, 99)):
            if other != number:
                yield _put(true, match, str(other))
    for match in _WORDED.finditer(true):
        others = [n for n in NUMBERS if n != match.group().lower()]
        for other in dice.sample(others, 3):
            yield _put(true, match, other)


def dates(true: str, dice: random.Random) -> Iterator[str]:
    """Each month and year made another one."""
    for match in _MONTH.finditer(true):
        yield _put(true, match, dice.choice([m for m in MONTHS if m != match.group()]))
    for match in _YEAR.finditer(true):
        yield _put(true, match, str(int(match.group()) + dice.choice((-1, 1, 10))))


def units(true: str, dice: random.Random) -> Iterator[str]:
    """Each delay or amount counted in another unit."""
    for match in _UNIT.finditer(true):
        others = [unit for unit in COUNTED if unit != match[2]]
        for other in dice.sample(others, 2):
            yield true[: match.start(2)] + other + true[match.end(2) :]


def negations(true: str, dice: random.Random) -> Iterator[str]:
    """« ne … pas » put in or left out, and words exchanged for their contrary."""
    for match in _NOT.finditer(true):
        yield _put(true, match, match[1])
    if not _NE.search(true):
        for match in _VERB.finditer(true):
            word = match.group()
            yield _put(true, match, f"{'n’' if word[0] in 'aeo' else 'ne '}{word} pas")
    for word, other in _SWAPS.items():
        for match in re.finditer(rf"\b{word}\b", true):
            yield _put(true, match, other)


def quotes(true: str, dice: random.Random) -> Iterator[str]:
    """A quotation with a word changed, left out, put in, or two exchanged."""
    words = true.split()
    places = [n for n in range(1, len(words) - 2) if _QUOTED_WORD.search(words[n])]
    for at in dice.sample(places, min(3, len(places))):
        before, after = words[:at], words[at + 1 :]
        made = {
            "changed": [*before, "éventuellement", *after],
            "left out": [*before, *after],
            "put in": [*before, "éventuellement", words[at], *after],
            "exchanged": [*before, after[0], words[at], *after[1:]],
        }
        for kind, each in made.items():
            if not (kind == "exchanged" and after[0] == words[at]):
                yield f"Le texte dit : « {' '.join(each)} »."


KINDS: dict[str, Mutate] = {
    "number": numbers,
    "date": dates,
    "unit": units,
    "negation": negations,
    "quote": quotes,
}


def _put(true: str, match: re.Match[str], other: str) -> str:
    return true[: match.start()] + other + true[match.end() :]


_IN_WORDS = {
    "2": "deux",
    "3": "trois",
    "4": "quatre",
    "6": "six",
    "8": "huit",
    "10": "dix",
    "15": "quinze",
    "30": "trente",
}


def light_paraphrases(true: str) -> Iterator[str]:
    """The same rule in slightly other words, as a model would write it."""
    low = true[:1].lower() + true[1:]
    yield f"Selon le règlement, {low}"
    yield f"Le texte précise que {low}" if not low.startswith("il") else f"Ainsi, {low}"
    worded = _DIGITS.sub(lambda m: _IN_WORDS.get(m.group(), m.group()), true)
    back = {word: number for number, word in _IN_WORDS.items()}
    figured = _WORDED.sub(lambda m: back.get(m.group().lower(), m.group()), true)
    yield from {worded, figured} - {true}
    moved = re.match(r"(.{20,}?),? (lorsque|si|pendant|dès que) (.{10,})\.$", true)
    if moved and moved[2] != "si":
        yield f"{moved[2].capitalize()} {moved[3]}, {moved[1][:1].lower()}{moved[1][1:]}."
    head, comma, _ = true.rpartition(", ")
    if comma and len(head) > 40:
        yield f"{head}."
    for word, other in (
        ("est formé", "doit être formé"), ("doit être", "est"), ("dispose d’", "bénéficie d’"),
        ("les usagers", "les personnes"), ("L’usager", "La personne"), ("peut", "a la faculté de"),
        ("afin de", "pour"), ("lorsque", "quand"), ("en cas de", "s’il y a"),
    ):  # fmt: skip
        if word in true:
            yield true.replace(word, other, 1)
