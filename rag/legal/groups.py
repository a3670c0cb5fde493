"""Article numbers with the word before them and the text named beside them, still in plain offsets.

A `Group` is what will become one Reference. Its text stands after it ("L. 1 du CRPA"), before it
("CRPA, art. L. 1", "le code…, notamment ses articles…"), or nowhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.legal.names import (
    Kind,
    Mention,
    Names,
    bare_code_at,
    generic_at,
    short_at,
)
from rag.legal.patterns import (
    ANNEX,
    ARTICLE,
    LETTERED,
    SUBDIVISION,
    article_list,
    is_preposition,
    lettered,
)
from rag.legal.plain import Plain
from rag.types import ArticleMark, Clause

_LATER = r"(?: (?:precites?|susvises?|susmentionnes?|modifies?|ancien|nouveau|nouveaux))?"
_AFTER = re.compile(
    rf"\)?(?: \([^()\n0-9]{{2,40}}\))?{_LATER}(?: ?, ?| - | ?\( ?| )"
    r"(?:(?:issus?|tires?|extraits?) )?"
    r"(?:(?:du meme|dudit|de ce|du|de la|de l'|des|de|d'|au|a la) ?)?"
    r"(?:(?:partie (?:legislative|reglementaire)|(?:livre|titre"
    r"|chapitre) [ivxlc0-9]{1,6}(?:er)?) (?:du |de la |de l'|de )){0,3}"
)
_BEFORE = re.compile(
    r"(?: \([^()\n]{1,60}\))?(?: (?:modifiee?|susvisee?|precitee?|susmentionnee?))?"
    r"(?P<mark> ?[,:(;] ?| - | )"
    r"(?P<such>(?:et |notamment |en particulier |plus particulierement |specialement "
    r"|dont |pris |et specialement |prevoit |dispose |precise |en |dans |a |par |aux |pour )*)"
    r"(?P<its>ses |son |leurs |leur )?(?P<the>l'|les |le |la |au |aux )?"
)
_CUE = re.compile(
    r"(?:bureaux?|salles?|portes?|parcelles?|cadastree?s?|section|dossiers?|references?"
    r"|refs?\.?|n°|n°s|numeros?"
    r"|lots?|postes?|batiments?|bat\.?|local|courriers?|factures?|marches?|plans?"
    r"|vehicules?|immatricule?e?s?|plaques?|cases?"
    r"|casiers?|cotes?|pieces?|produits?|modeles?|normes?|route|routes|lignes?|quais?"
    r"|box|allees?|hall|ilots?|zones?"
    r"|secteurs?|guichets?|escalier|etage|places?|boite|cedex|cle|serie|type|format"
    r"|agrements?|permis|contrats?|matricule"
    r"|bordereaux?|devis|commande|tel\.?|fax|ticket|armoire|rayon|travee|autoroute"
    r"|departementale)[ :]{0,2}(?:n° ?)?(?:section )?$"
)
_GRAMMAR = re.compile(r"(?:^|[ (])(?:du|au|le|aux|les|des|et|ou|l'|a|de)[ ]?$|[,(;] ?$")
_SENTENCE = re.compile(r"[.!?] (?=[A-Z«])|\n")


@dataclass(slots=True)
class Group:
    """A list of article numbers; `word`: "article", "articles" or "" before it."""

    start: int
    end: int
    number: int  # where "article" or the first number stands, after any "3° de l'"
    marks: list[ArticleMark]
    word: str
    text: Mention | None = None
    before: bool = False  # the text stands before the numbers
    joined: bool = False  # ... and belongs to the surface


def groups(
    plain: Plain, mentions: Sequence[Mention], clauses: Sequence[Clause], names: Names
) -> list[Group]:
    """Every group in reading order."""
    divided = _subdivisions(plain)
    named = mentions
    starts = [m.start for m in named]
    after: set[int] = set()
    found: list[Group] = []
    for group in _numbers(plain):
        if found and group.start < found[-1].end:
            continue
        group.start = divided.get(group.number, group.number)
        _look_after(plain, group, named, starts, clauses, names)
        if group.text:
            after.add(group.text.start)
        else:
            _look_before(plain, group, named, starts, after)
        found.append(group)
    return found


def same_sentence(plain: Plain, start: int, end: int) -> bool:
    """True when no sentence ends between the plain offsets."""
    return _SENTENCE.search(plain.words, start, end) is None


def after_cue(plain: Plain, at: int) -> bool:
    """ "bureau R. 214": what stands before says that it is no article."""
    return _CUE.search(plain.low, max(0, at - 30), at) is not None


def in_grammar(plain: Plain, at: int) -> bool:
    """ "les conditions du L. 24": a word that comes before an article."""
    return _GRAMMAR.search(plain.low, max(0, at - 5), at) is not None


def _numbers(plain: Plain) -> Iterator[Group]:
    anchors = [(m.start(), m) for m in ARTICLE.finditer(plain.low)]
    anchors += [
        (m.start(), m)
        for m in LETTERED.finditer(plain.words)
        if lettered(m) and not is_preposition(plain, m)
    ]
    anchors += [(m.start(), m) for m in ANNEX.finditer(plain.words)]
    anchors.sort(key=lambda anchor: anchor[0])
    end = 0
    for start, match in anchors:
        if start < end:
            continue
        group = _group(plain, match)
        if group:
            end = group.end
            yield group


def _group(plain: Plain, match: re.Match[str]) -> Group | None:
    start = match.start()
    if match.re is ANNEX:
        printed = "Annexe" + match.group()[len("annexe") :]
        return Group(
            start, match.end(), start, [ArticleMark(start, match.end(), printed)], "annexe"
        )
    word, at = "", start
    if match.re is ARTICLE:
        word = "article" if match.group().strip(" n°o")[-1:] == "e" else "articles"
        at = match.end()
    marks, end = article_list(plain, at, word=word)
    return Group(start, end, start, marks, word) if marks else None


def _subdivisions(plain: Plain) -> dict[int, int]:
    """Where "article" stands → where "3° de l'" before it begins."""
    found = {}
    for match in SUBDIVISION.finditer(plain.low):
        romans = re.finditer(r"(?<!\w)[ivx]{1,5}(?![\w'])", match.group())
        if all(plain.words[match.start() + r.start()].isupper() for r in romans):
            found[match.end()] = match.start()
    return found


def _look_after(
    plain: Plain,
    group: Group,
    named: Sequence[Mention],
    starts: list[int],
    clauses: Sequence[Clause],
    names: Names,
) -> None:
    mention = _after(plain, group, group.end, named, starts, names)
    if mention:
        group.text = mention
        group.end = _closed(plain, group, mention.end)
        return
    clause = _clause_at(clauses, group.end)
    if clause:
        group.text = _after(plain, group, clause.end, named, starts, names)


def _after(
    plain: Plain,
    group: Group,
    end: int,
    named: Sequence[Mention],
    starts: list[int],
    names: Names,
) -> Mention | None:
    for at in range(bisect_left(starts, end), min(len(named), bisect_left(starts, end) + 2)):
        mention = named[at]
        if mention.start - end > 90:
            break
        gap = _AFTER.fullmatch(plain.low, end, mention.start)
        if gap and _fits(group, mention) and _points(plain, end, mention):
            return mention
    gap = _AFTER.match(plain.low, end)
    if gap is None:
        return None
    return _unlisted(plain, gap, names)


def _points(plain: Plain, end: int, mention: Mention) -> bool:
    """ "du même code", "de la convention": not ", la convention prévoit"."""
    if mention.kind not in (Kind.SAME, Kind.PRESENT, Kind.PRIVATE):
        return True
    comma = ",? ?" if mention.kind is Kind.SAME else " "
    return (
        re.compile(rf"{comma}(?:du|de|des|d'|dudit|au|audit)\b").match(plain.low, end) is not None
    )


def _unlisted(plain: Plain, gap: re.Match[str], names: Names) -> Mention | None:
    short = short_at(plain, gap.end(), names)
    if short and (short.end - short.start > 2 or plain.words[gap.end()].isupper()):
        return short
    if re.search(r"(?:du|de|au) ?$", gap.group()):
        generic = generic_at(plain, gap.end())
        if generic:
            return generic
    spaced = gap.start() + 1 if plain.low[gap.start() : gap.start() + 1] == " " else gap.start()
    return bare_code_at(plain, spaced)


def _fits(group: Group, mention: Mention) -> bool:
    if mention.kind is Kind.DECISION:
        return False
    if mention.kind in (Kind.STATUTE, Kind.SHORT) and group.marks[0].printed[:1] in "LRD":
        return mention.titles[0].startswith(("Code", "Livre"))
    return True


def _closed(plain: Plain, group: Group, end: int) -> int:
    """ "(CRPA)": the bracket that was opened before the name."""
    inside = plain.low.count("(", group.end, end) > plain.low.count(")", group.end, end)
    return end + 1 if inside and plain.low[end : end + 1] == ")" else end


def _clause_at(clauses: Sequence[Clause], end: int) -> Clause | None:
    at = bisect_left([c.start for c in clauses[:0]], end) if not clauses else _first(clauses, end)
    if at is None or at >= len(clauses) or clauses[at].start - end > 3:
        return None
    return clauses[at]


def _first(clauses: Sequence[Clause], end: int) -> int:
    return bisect_left(clauses, end, key=lambda clause: clause.start)


def _look_before(
    plain: Plain, group: Group, named: Sequence[Mention], starts: list[int], after: set[int]
) -> None:
    at = bisect_right(starts, group.start - 1) - 1
    if at < 0 or named[at].end > group.start or group.start - named[at].end > 110:
        return
    mention = named[at]
    gap = _BEFORE.fullmatch(plain.low, mention.end, group.start)
    if gap is None or not _may_lead(group, mention, gap):
        return
    group.text, group.before = mention, True
    group.joined = mention.start not in after and _joins(mention, gap)
    if group.joined:
        group.start = mention.start
        opened = "(" in gap["mark"] and plain.low[group.end : group.end + 1] == ")"
        group.end += opened


def _may_lead(group: Group, mention: Mention, gap: re.Match[str]) -> bool:
    if mention.kind in (Kind.DECISION, Kind.PRIVATE, Kind.PRESENT) or not _fits(group, mention):
        return False
    return bool(gap["its"]) or group.marks[0].printed[:1].isalpha() or gap["mark"] != " "


def _joins(mention: Mention, gap: re.Match[str]) -> bool:
    """Whether text and numbers make one surface: "CRPA, art. L. 1", "…, notamment ses articles"."""
    such = "notamment" in gap["such"] or "particulier" in gap["such"]
    if mention.kind is Kind.SAME or ";" in gap["mark"] or (gap["the"] and not such):
        return False
    verbs = re.search(r"prevoit|dispose|precise|aux |dans |par |pour |\ba ", gap["such"])
    return not verbs and (bool(gap["its"]) or not gap["such"].strip() or such)
