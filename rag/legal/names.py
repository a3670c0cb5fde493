"""Where running text names a text: codes, laws, regulations, treaties, decisions, known documents.

A `Mention` says what is named; it does not look for articles. "Du même code", "ladite loi" are
mentions of kind SAME, "le présent code" of kind PRESENT. Contracts and other private documents are
mentions too, without a title, so that their articles are not taken for those of a code.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.legal import codes
from rag.legal.decisions import DECISIONS, decision_name
from rag.legal.plain import Plain, fold
from rag.legal.statutes import STATUTES, statute_name


class Kind(StrEnum):
    """What a mention names; a `SAME` mention has the kind of text in `noun`."""

    CODE = "code"
    SHORT = "short"  # an abbreviation of a code, law or treaty
    STATUTE = "statute"  # law, decree, European act, treaty
    DECISION = "decision"
    DOCUMENT = "document"  # an internal text of the catalogue
    SAME = "same"
    PRESENT = "present"
    PRIVATE = "private"  # a contract, a notice: nothing we could know


@dataclass(frozen=True, slots=True)
class Mention:
    """Plain offsets; `titles` likeliest first; `alone`: worth a reference without an article."""

    start: int
    end: int
    kind: Kind
    titles: tuple[str, ...] = ()
    alone: bool = False
    noun: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """The names to look for: the tables' and those of the catalogue's own texts."""

    full: dict[str, tuple[str, ...]]
    short: dict[str, tuple[str, ...]]
    documents: dict[str, tuple[str, ...]]
    loose: dict[str, tuple[str, ...]]
    pattern: re.Pattern[str]
    dotted: re.Pattern[str]
    documents_pattern: re.Pattern[str]

    @classmethod
    def of(cls, titles: Iterable[str] = ()) -> Names:
        """The tables' names with `titles`, those of the catalogue's texts."""
        full, short = codes.full_names(), codes.short_names()
        documents: dict[str, tuple[str, ...]] = {}
        for title in titles:
            if fold(title) in full or codes.code_named_like(title):
                continue
            if fold(title).startswith("code "):
                full[fold(title)] = (title,)
            for name in document_names(title):
                documents[name] = (*documents.get(name, ()), title)
        dotted = [name for name in short if "." in name]
        return cls(
            full,
            short,
            documents,
            {_loose_key(name): titles for name, titles in short.items()},
            _alternation(full),
            re.compile(rf"(?<!\w)(?:{'|'.join(map(_dotted, _longest(dotted)))})(?!\w)"),
            _alternation(documents),
        )


_POINTING = (Kind.SAME, Kind.PRESENT, Kind.PRIVATE)
_ACRONYM = re.compile(
    r"(?<![\w.-])(?:[A-Z][A-Za-z0-9]{1,7}(?!\w)|[A-Z]\. ?(?:[A-Z]\. ?){1,6}[A-Z]\.?(?!\w))"
)
# Abbreviations that mean something else too are read only right after an article.
_CLEAR = frozenset(
    "CRPA CGCT CGFP CJA CESEDA Ceseda CGPPP CG3P CASF CPCMR CPCE CRPM CPMIVG".split()
)
_NOUN = (
    r"(?P<noun>code|loi|decret|ordonnance|arrete|reglement|directive|convention|traite|circulaire"
    r"|constitution|livre)"
)
_LATER = (
    r"(?: (?:precitee?|susviseee?|susvisee?|susmentionnee?|susditee?|mentionnee? "
    r"(?:ci-dessus|plus haut)"
    r"|cite[e]? (?:ci-dessus|plus haut)|visee? ci-dessus))"
)
_SAME = re.compile(
    rf"(?<!\w)(?:(?:(?:du|le|au|ce|la|cette) meme|ce dernier|dudit|ledit|audit|ladite|ce"
    rf"|cette|cet) {_NOUN}{_LATER}?"
    rf"|(?:du|le|la|au|l'|de l') ?(?P<noun2>code|loi|decret|ordonnance|arrete|reglement"
    rf"|directive|traite){_LATER})"
    r"(?!\w)"
)
_BARE_CODE = re.compile(
    r"(?:du|le|au) code(?= ?[,.;:)»\n]| (?:et|ou|que|qui|pour|dans|sur|est|dispose"
    r"|prevoit|a|ne|il|elle)(?!\w)|$)"
)
_PRESENT = re.compile(rf"(?<!\w)(?:du|le|la|au|des|les) presente?s? {_NOUN}(?!\w)")
_PRIVATE = re.compile(
    r"(?<!\w)(?:(?:du|le|la|au|de|ce|cette|cet|votre|notre|son|leur|un|une|dudit|ladite"
    r"|des|les|vos) "
    r"|l'|d')(?:present[e]?s? |meme |nouvel |nouveau )?(?P<what>contrats?|conventions?"
    r"|statuts?|marches?"
    r"|cahiers? des (?:charges|clauses)|ccap|cctp|ccag(?:-\w+)?|baux|bail|reglement"
    r"|notice|protocole|accord|avenant"
    r"|deliberation|police|acte|charte|annexe|concession|note|guide|dossier|formulaire|appel"
    r"|arrete|projet|proposition|rapport|plan local|plu|procedure)(?!\w)"
)
_GENERIC = re.compile(
    r"code (?:(?:general|national|international|rural|europeen) )?(?:de la |de l'|du "
    r"|des |de |d')\w+"
    r"(?: (?:et )?(?:de la |de l'|du |des |d')\w+)?"
)


def mentions(plain: Plain, names: Names) -> list[Mention]:
    """Every mention in reading order; where two overlap, the one that begins first, longest."""
    found = sorted(_all(plain, names), key=lambda m: (m.kind in _POINTING, m.start, -m.end))
    named = _apart([m for m in found if m.kind not in _POINTING])
    taken = [*named, *(m for m in found if m.kind in _POINTING and not _overlaps(m, named))]
    return _apart(sorted(taken, key=lambda m: (m.start, m.kind is Kind.PRIVATE, -m.end)))


def _apart(sorted_mentions: Iterable[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted_mentions:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _overlaps(mention: Mention, named: list[Mention]) -> bool:
    at = bisect_right(named, mention.start, key=lambda other: other.end)
    return at < len(named) and named[at].start < mention.end


def short_at(plain: Plain, at: int, names: Names) -> Mention | None:
    """An abbreviation right at `at`, in any case, for what follows an article's number."""
    match = names.dotted.match(plain.words, at) or re.compile(r"\w{2,8}(?!\w)").match(
        plain.words, at
    )
    if match is None:
        return None
    titles = _short_titles(names, match.group())
    return Mention(at, match.end(), Kind.SHORT, titles) if titles else None


def generic_at(plain: Plain, at: int) -> Mention | None:
    """ "code du monde inconnu": a code that no table has, named after an article."""
    match = _GENERIC.match(plain.low, at)
    if match is None:
        return None
    name = plain.source[slice(*plain.span(at, match.end()))]
    return Mention(at, match.end(), Kind.CODE, (_capitalised(name),))


def _all(plain: Plain, names: Names) -> Iterator[Mention]:
    for match in names.pattern.finditer(plain.low):
        titles = names.full[match.group().replace("\n", " ")]
        code = titles[0].startswith(("Code", "Livre"))
        alone = code or titles[0].startswith(("Loi", "Règlement"))
        yield _mention(match, Kind.CODE if code else Kind.STATUTE, titles, alone=alone)
    for match in names.documents_pattern.finditer(plain.low):
        yield _mention(match, Kind.DOCUMENT, names.documents[match.group().replace("\n", " ")])
    yield from _abbreviations(plain, names)
    for pattern in STATUTES:
        for match in pattern.finditer(plain.low):
            name, alone = statute_name(match, plain)
            if name:
                yield _mention(match, Kind.STATUTE, (name,), alone=alone)
    for pattern in DECISIONS:
        for match in pattern.finditer(plain.words):
            name = decision_name(match, plain)
            end = match.end() - (name.endswith(")") and "(" not in name)
            titles = (name[: len(name) - (match.end() - end)],)
            yield Mention(match.start(), end, Kind.DECISION, titles, alone=True)
    yield from _pointing(plain)


def _abbreviations(plain: Plain, names: Names) -> Iterator[Mention]:
    for match in _ACRONYM.finditer(plain.words):
        spelled = re.sub("[. ]", "", match.group())
        if spelled in names.short and (spelled in _CLEAR or len(spelled) > 3):
            titles = names.short[spelled]
            alone = not titles[0].startswith(("Code", "Livre", "Conv", "Décl", "Trait", "Loi"))
            yield _mention(match, Kind.SHORT, titles, alone=alone)
    for match in names.dotted.finditer(plain.words):
        yield _mention(match, Kind.SHORT, _short_titles(names, match.group()))


def _pointing(plain: Plain) -> Iterator[Mention]:
    for match in _SAME.finditer(plain.low):
        noun = match["noun"] or match["noun2"]
        yield Mention(match.start(), match.end(), Kind.SAME, noun=noun)
    for match in _PRESENT.finditer(plain.low):
        kind = (
            Kind.PRESENT
            if match["noun"] in ("code", "loi", "decret", "ordonnance", "livre", "reglement")
            else Kind.PRIVATE
        )
        yield Mention(match.start(), match.end(), kind, noun=match["noun"])
    for match in _PRIVATE.finditer(plain.low):
        yield Mention(match.start(), match.end(), Kind.PRIVATE, noun=match["what"])


def bare_code_at(plain: Plain, at: int) -> Mention | None:
    """ "l'article L. 311-1 du code" with no name: the code named before."""
    match = _BARE_CODE.match(plain.low, at)
    return Mention(at, match.end(), Kind.SAME, noun="code") if match else None


def _mention(
    match: re.Match[str], kind: Kind, titles: tuple[str, ...], *, alone: bool = False
) -> Mention:
    return Mention(match.start(), match.end(), kind, titles, alone)


def _short_titles(names: Names, spelled: str) -> tuple[str, ...]:
    if spelled in names.short:
        return names.short[spelled]
    return names.loose.get(_loose_key(spelled), ())


def _loose_key(name: str) -> str:
    return re.sub(r"[. ]", "", fold(name))


def _dotted(name: str) -> str:
    """A pattern for "C. trav.": spaces, capitals and final full stop as people write them."""
    parts = [re.escape(fold(part)) for part in re.findall(r"[^. ]+", name)]
    first, *others = parts
    rest = r"\.? ?".join(others)
    return rf"[{first[0].upper()}{first[0]}]{first[1:]}\. ?(?i:{rest})\.?"


def _longest(names: Iterable[str]) -> list[str]:
    return sorted(names, key=len, reverse=True)


def _alternation(named: Iterable[str]) -> re.Pattern[str]:
    listed = _longest(named)
    if not listed:
        return re.compile("(?!)")
    heads: dict[str, list[str]] = {}
    for name in listed:
        head, _, rest = name.partition(" ")
        heads.setdefault(head, []).append(re.escape(rest).replace("\\ ", "[ \n]"))
    groups = (
        rf"{re.escape(head)}[ \n](?:{'|'.join(rests)})" if any(rests) else re.escape(head)
        for head, rests in heads.items()
    )
    return re.compile(rf"(?<![\w-])(?:{'|'.join(groups)})(?!\w)")


_NATURE = re.compile(
    r"(?:reglement|charte|note|circulaire|instruction|guide|convention|delibération"
    r"|arrete|procedure"
    r"|protocole|statuts?|cahier|livret|plan|schema|loi|decret|ordonnance)\b"
)
_SMALL = frozenset("a au aux d de des du en et l la le les pour par sur".split())


def document_names(title: str) -> list[str]:
    """A title and its beginnings of three words that count ("règlement général des services")."""
    whole = fold(title)
    words = whole.split(" ")
    if len(words) < 2:
        return []
    names = [whole]
    for size in range(len(words) - 1, 2, -1):
        content = [w for w in words[:size] if w not in _SMALL]
        ends_well = words[size - 1] not in _SMALL and words[size] in (*_SMALL, "-", "|", ":")
        if _NATURE.match(whole) and len(content) >= 3 and ends_well:
            names.append(" ".join(words[:size]).rstrip(",;:"))
    return names


def _capitalised(name: str) -> str:
    one_line = " ".join(name.split())
    return one_line[:1].upper() + one_line[1:]


__all__: Sequence[str] = (
    "Kind",
    "Mention",
    "Names",
    "bare_code_at",
    "generic_at",
    "mentions",
    "short_at",
)
