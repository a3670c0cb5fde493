"""What a sentence claims, as far as a program can read it: words, values, negations. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.answering.decisive import DECISIVE, NEUTRAL
from rag.legal.plain import plain
from rag.retrieval.lexical import word_tokens
from rag.retrieval.numbers import find_numbers

MONTHS = (
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()
)
UNITS = {
    "mois": "mois", "jour": "jour", "jours": "jour", "j": "jour", "an": "an", "ans": "an",
    "annee": "an", "annees": "an", "semaine": "semaine", "semaines": "semaine",
    "heure": "heure", "heures": "heure", "h": "heure", "minute": "minute", "minutes": "minute",
    "euro": "euro", "euros": "euro", "€": "euro", "centime": "centime", "centimes": "centime",
    "%": "%", "trimestre": "trimestre", "trimestres": "trimestre", "fois": "fois",
    "exemplaire": "exemplaire", "exemplaires": "exemplaire", "metre": "metre", "metres": "metre",
    **{month: month for month in MONTHS},
}  # fmt: skip
_SMALL = """zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze
    seize""".split()
NUMBERS = {word: number for number, word in enumerate(_SMALL)} | {
    "une": 1, "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50,
    "soixante": 60, "cent": 100, "cents": 100, "mille": 1000, "million": 10**6, "millions": 10**6,
}  # fmt: skip
_ONE = frozenset({"un", "une"})
COMPARED = frozenset(
    "moins plus minimum maximum superieur superieure superieurs superieures inferieur inferieure"
    " inferieurs inferieures avant apres depassant excedant".split()
)
_TOKEN = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:,[0-9]+)?(?![0-9])|[0-9]+(?:,[0-9]+)?|[a-z]+|[%€]")
_FIRST = re.compile(r"\b1 ?er\b")
_LINKED = re.compile(r"[ ()\-]{0,3}")
_CLOSERS = frozenset("pas plus jamais point guere aucun aucune nul nulle rien ni personne".split())
_ALONE = {
    "sans": "not", "aucun": "not", "aucune": "not", "ni": "not", "non": "not", "nul": "not",
    "nulle": "not", "sauf": "except", "hormis": "except", "excepte": "except",
}  # fmt: skip
_ONE_FORM = {"n": "ne", "aucune": "aucun", "nulle": "nul"}
_REACH = 8  # tokens from « ne » to what closes it
_BREAK = re.compile(r"[.;:!?\n]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or figure of the folded sentence; `stem` is "" for what means nothing alone."""

    word: str
    stem: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Value:
    """A figure with what it counts, how it is compared, and the words beside it."""

    number: str
    unit: str
    compared: frozenset[str]
    left: str
    right: str

    @property
    def measured(self) -> bool:
        """True when the unit is one of measure, money or time."""
        return self.unit in UNITS.values()


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its polarity ("+", "not", "only", "except") and the words beside it."""

    stem: str
    kind: str
    left: str
    right: str
    around: frozenset[str]


class Claim:
    """A sentence as it is compared with its source. Article numbers in it are not figures."""

    def __init__(self, words: str) -> None:
        low = plain(_without_articles(words)).low.replace("pour cent", "%")
        self._low = _FIRST.sub("1", low)
        self._tokens = list(_tokens(self._low))

    @cached_property
    def stems(self) -> frozenset[str]:
        """What it is about."""
        return frozenset(t.stem for t in self._tokens if t.stem and t.word not in NEUTRAL)

    @cached_property
    def decisive(self) -> tuple[Word, ...]:
        """Words that change what it says: each must be in the source too, beside the same."""
        return tuple(
            Word(_ONE_FORM.get(token.word, token.word), "", *self._beside(at), frozenset())
            for at, token in enumerate(self._tokens)
            if token.word in DECISIVE
        )

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """Its figures, written in digits or words."""
        return tuple(self._value(*span) for span in self._numbers())

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Its words that mean something, with their polarity."""
        kinds = self._kinds()
        placed = [at for at, token in enumerate(self._tokens) if token.stem]
        stems = [self._tokens[at].stem for at in placed]
        return tuple(
            Word(
                stem=stems[n],
                kind=kinds.get(at, "+"),
                left=stems[n - 1] if n else "",
                right=stems[n + 1] if n + 1 < len(stems) else "",
                around=frozenset(stems[max(0, n - 3) : n + 4]) - {stems[n]},
            )
            for n, at in enumerate(placed)
        )

    def _beside(self, at: int) -> tuple[str, str]:
        left = (t.stem for t in reversed(self._tokens[:at]) if t.stem)
        right = (t.stem for t in self._tokens[at + 1 :] if t.stem)
        return next(left, ""), next(right, "")

    def _kinds(self) -> dict[int, str]:
        kinds: dict[int, str] = {}
        for at, token in enumerate(self._tokens):
            if token.word in ("ne", "n"):
                target, kind = self._denied(at)
            elif token.word in _ALONE:
                target, kind = self._content(at + 1), _ALONE[token.word]
            else:
                continue
            if target is not None:
                kinds[target] = kind
        return kinds

    def _denied(self, at: int) -> tuple[int | None, str]:
        """The word that « ne » at `at` denies: the verb, else what follows « pas »."""
        limit = min(len(self._tokens), at + 1 + _REACH)
        first = self._content(at + 1)
        for after in range(at + 1, limit):
            word = self._tokens[after].word
            if _BREAK.search(self._low, self._tokens[at].end, self._tokens[after].start):
                break
            if word in ("que", "qu"):
                return self._content(after + 1), "only"
            if word in _CLOSERS:
                inside = first is not None and first < after
                return (first if inside else self._content(after + 1)), "not"
        return first, "not"

    def _content(self, at: int) -> int | None:
        return next((n for n in range(at, len(self._tokens)) if self._tokens[n].stem), None)

    def _numbers(self) -> Iterator[tuple[int, int, str]]:
        """Runs of tokens that write one number."""
        at = 0
        while at < len(self._tokens):
            end = self._run_end(at)
            if end > at:
                run = [token.word for token in self._tokens[at:end] if token.word != "et"]
                if not (len(run) == 1 and run[0] in _ONE and not self._unit(end)):
                    yield at, end, _number(run)
            at = max(end, at + 1)

    def _run_end(self, at: int) -> int:
        end = at
        while end < len(self._tokens) and _is_number(self._tokens[end].word):
            if end > at and not self._joins(end):
                break
            end += 1
            if end - at == 1 and self._and_one(end):
                end += 1
        return end

    def _and_one(self, end: int) -> bool:
        """ "vingt et un", "soixante et onze"."""
        words = [token.word for token in self._tokens[end - 1 : end + 2]]
        return (
            len(words) == 3
            and NUMBERS.get(words[0], 0) >= 20
            and words[1] == "et"
            and words[2] in (*_ONE, "onze")
        )

    def _joins(self, end: int) -> bool:
        """ "deux cents", "vingt-deux": no punctuation between, and not two figures."""
        gap = self._low[self._tokens[end - 1].end : self._tokens[end].start]
        figures = self._tokens[end].word[0].isdigit()
        return gap in (" ", "-") and not figures

    def _unit(self, end: int) -> str:
        if end >= len(self._tokens):
            return ""
        gap = self._low[self._tokens[end - 1].end : self._tokens[end].start]
        return UNITS.get(self._tokens[end].word, "") if _LINKED.fullmatch(gap) else ""

    def _value(self, at: int, end: int, number: str) -> Value:
        unit = self._unit(end)
        rest = end + bool(unit)
        if not unit and end < len(self._tokens):
            unit = self._tokens[end].stem
        left = [t.stem for t in self._tokens[:at] if t.stem and not _is_number(t.word)]
        right = [t.stem for t in self._tokens[rest:] if t.stem and not _is_number(t.word)]
        return Value(
            number,
            unit,
            self._compared(at, rest),
            left[-1] if left else "",
            right[0] if right else "",
        )

    def _compared(self, at: int, rest: int) -> frozenset[str]:
        """ "au moins" before or after it, "moins de", "avant"."""
        words = [token.word for token in self._tokens]
        before, after = words[max(0, at - 3) : at], words[rest : rest + 2]
        found = [
            f"au {word}" if near[n - 1 : n] == ["au"] else word
            for near in (before, after)
            for n, word in enumerate(near)
            if word in COMPARED
        ]
        return frozenset(found)


def _without_articles(words: str) -> str:
    parts, at = [], 0
    for start, end, _ in find_numbers(words):
        parts += [words[at:start], " "]
        at = end
    return "".join([*parts, words[at:]])


def _tokens(low: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(low):
        word = match.group()
        stem = "".join(word_tokens(word)) if word[0].isalpha() and len(word) > 1 else ""
        yield Token(word, "" if word in NUMBERS else stem, *match.span())


def _is_number(word: str) -> bool:
    return word[0].isdigit() or word in NUMBERS


def _number(run: Sequence[str]) -> str:
    """ "deux cent cinquante", "1 500", "quatre-vingt-dix" → digits."""
    if len(run) == 1 and run[0][0].isdigit():
        figures = run[0].replace(" ", "")
        return figures.rstrip("0").rstrip(",") if "," in figures else figures.lstrip("0") or "0"
    total = current = 0.0
    for word in run:
        number = float(word.replace(" ", "").replace(",", ".")) if word[0].isdigit() else None
        value = NUMBERS[word] if number is None else number
        if value == 100 or (value == 20 and current == 4):
            current = (current or 1) * value
        elif value >= 1000 and number is None:
            total, current = total + (current or 1) * value, 0.0
        else:
            current += value
    return f"{total + current:.10g}".replace(".", ",")
