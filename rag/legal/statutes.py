"""Laws, ordinances, decrees, orders, circulars and European acts by number or date."""

from __future__ import annotations

import re

from rag.legal import codes
from rag.legal.dates import DATE, french, parse_date
from rag.legal.plain import Plain

_NO = r"n ?[°o]?s?\.? ?"
_LAW = re.compile(
    r"(?<![\w-])(?P<kind>(?:l|d|ord)\.(?= n ?°)|lois?|ordonnances?|decrets?-lois?|decrets?)"
    r"(?P<adj> organique| constitutionnelle| de finances(?: rectificative)?"
    r"| de financement de la securite sociale| de programmation)?"
    r"(?: (?:modifiee?|susvisee?|precitee?))?"
    r"(?: pour (?P<year>[12][0-9]{3})(?![0-9]))?(?: « ?[^«»\n]{2,50}»)?"
    rf"(?:(?: |, ?)?(?:{_NO})?(?<=[ °.o])(?P<no>(?:[0-9]{{2}}"
    rf"|[12][0-9]{{3}}) ?- ?[0-9]{{1,5}}(?![0-9]))"
    rf")?(?: modifiee?)?(?: en date)?(?: du (?P<date>{DATE}))?"
)
_SECOND_LAW = re.compile(  # "lois n° 83-634 du 13 juillet 1983 et n° 84-16 du 11 janvier 1984"
    rf"(?<= et )(?:la )?{_NO}(?P<no>[0-9]{{2,4}}-[0-9]{{1,5}}) du (?P<date>{DATE})"
)
_EU = re.compile(
    r"(?<![\w-])(?P<kind>reglements?|directives?|decisions?|decision-cadre)"
    r"(?: delegue[e]?| d'execution| modifiee?)?(?P<eu> europeene?n?e?| communautaire)?"
    r"(?: du parlement europeen et du conseil| du conseil| de la commission)?"
    r"(?: « ?[^«»\n]{2,50}»)?"
    rf"(?: ?\(?(?P<org>ue|ce|cee|euratom|ue, euratom|ce, euratom)\)?(?=[ ,]))?(?: {_NO}| ?no )? ?"
    r"(?P<no>[0-9]{1,4}/[0-9]{1,4})(?P<suffix>/(?:ce|ue|cee|jai|pesc|euratom))?(?![\w/])"
    r"(?P<by>,? (?:du parlement europeen et du conseil|du conseil(?= du |,)"
    r"|de la commission(?= du |,)))?"
    rf"(?:,? (?:en date )?du (?P<date>{DATE}))?"
)
_ORDER = re.compile(
    r"(?<![\w-])(?P<kind>arretes?)(?P<adj> (?:inter)?ministeriels?| interprefectoral"
    r"| prefectoral| municipal| royal)?"
    rf"(?: {_NO}(?P<no>(?=[a-z./-]{{0,12}}[0-9])[\w./-]{{2,24}}))?(?: modifiee?)? du "
    rf"(?P<date>{DATE})"
    r"(?P<object>(?=(?: modifiee?)?,? (?:relatif|fixant|definissant|precisant|pris "
    r"(?:pour|en) |modifie|portant"
    r" (?:application|approbation|reglement|organisation|creation|nomenclature))))?"
)
_CIRCULAR = re.compile(
    r"(?<![\w-])(?P<kind>circulaires?|instructions?|lettre-circulaire)"
    r"(?P<adj> interministerielle| ministerielle| du premier ministre| primatoriale| fiscale)?"
    rf"(?: {_NO}(?P<no>(?=[a-z./-]{{0,12}}[0-9])[\w./-]{{2,30}}))?(?:,? \(?nor ?:? ?"
    rf"(?P<nor>[a-z]{{4}} ?[0-9]{{7}} ?[a-z])\)?)?"
    rf"(?: du (?P<date>{DATE}))?(?:,? \(?nor ?:? ?(?P<nor2>[a-z]{{4}} ?[0-9]{{7}} ?[a-z])\)?)?"
)
_NOR = re.compile(r"(?<![\w-])nor ?:? ?(?P<nor>[a-z]{4} ?[0-9]{7} ?[a-z])(?!\w)")
_CONSTITUTION = re.compile(
    r"(?<![\w-])(?:(?P<preamble>preambule) de la )?constitution(?: (?:du 4 octobre|de"
    r"|du 27 octobre) (?:19[0-9]{2}|1946))?(?!\w)"
)
STATUTES = (_LAW, _SECOND_LAW, _EU, _ORDER, _CIRCULAR, _NOR, _CONSTITUTION)

_ACCENTS = {
    "decret": "Décret",
    "decret-loi": "Décret-loi",
    "arrete": "Arrêté",
    "reglement": "Règlement",
    "decision": "Décision",
}


def statute_name(match: re.Match[str], plain: Plain) -> tuple[str, bool]:
    """(name, whether it is a reference without an article); "" when the words name none."""
    builders = {
        _LAW: _law,
        _SECOND_LAW: _law,
        _EU: _european,
        _ORDER: _order,
        _CIRCULAR: _circular,
        _NOR: _circular,
        _CONSTITUTION: _constitution,
    }
    return builders[match.re](match, plain)


def _law(match: re.Match[str], _plain: Plain) -> tuple[str, bool]:
    groups = match.groupdict()
    number = re.sub(r" ", "", groups["no"] or "")
    adjective, year = groups.get("adj") or "", groups.get("year")
    if not (number or groups["date"] or (year and adjective)):
        return "", False
    if number in codes.title_by_number():
        return codes.title_by_number()[number], True
    kind = _kind(groups.get("kind") or "loi")
    name = kind + _restored(adjective) + (f" pour {year}" if year else "")
    if not number:
        dated = f"{kind.lower()} du {_spelled(groups['date'])}"
        known = codes.title_by_date().get(_fold_kind(dated))
        return known or name + _on(groups["date"]), bool(groups["date"])
    return f"{name} n° {number}" + _on(groups["date"]), True


def _european(match: re.Match[str], _plain: Plain) -> tuple[str, bool]:
    known = match["org"] or match["suffix"] or match["eu"] or match["by"]
    if not known and not match["kind"].startswith("directive") and match["no"] != "2016/679":
        return "", False
    kind, number = _kind(match["kind"]), match["no"] + (match["suffix"] or "").upper()
    if match["no"] == "2016/679":
        return "Règlement (UE) 2016/679", True
    organ = f" ({match['org'].upper()})" if match["org"] else ""
    said = match.group()
    numbered = "n° " if re.search(r" n[°o]", said) else ""
    return f"{kind}{organ} {numbered}{number}", True


def _order(match: re.Match[str], _plain: Plain) -> tuple[str, bool]:
    adjective = match["adj"] or ""
    number = f" n° {match['no']}" if match["no"] else ""
    national = not adjective.strip() or "ministeriel" in adjective
    name = "Arrêté" + _restored(adjective) + number + _on(match["date"])
    return name, national and (match["object"] is not None or "ministeriel" in adjective)


def _circular(match: re.Match[str], _plain: Plain) -> tuple[str, bool]:
    groups = match.groupdict()
    nor = (groups.get("nor") or groups.get("nor2") or "").replace(" ", "").upper()
    kind = _kind(groups.get("kind") or "")
    if not kind:
        return f"NOR {nor}", True
    number, day = groups.get("no") or "", groups.get("date") or ""
    circular = "irculaire" in kind and bool(number or day)
    if not (nor or circular or (number and day)):
        return "", False
    name = kind + _restored(groups.get("adj") or "")
    name += (
        (f" n° {number.upper()}" if number else "") + _on(day) + (f" (NOR {nor})" if nor else "")
    )
    return name, True


def _constitution(match: re.Match[str], _plain: Plain) -> tuple[str, bool]:
    if "1946" in match.group():
        return "Préambule de la Constitution du 27 octobre 1946", bool(match["preamble"])
    return ("Préambule de la Constitution", True) if match["preamble"] else ("Constitution", False)


def _kind(word: str) -> str:
    word = {"l.": "loi", "d.": "decret", "ord.": "ordonnance"}.get(word, word)
    singular = word.replace("s-lois", "-loi").replace("-lois", "-loi").rstrip("s")
    return _ACCENTS.get(singular, singular.capitalize())


def _fold_kind(name: str) -> str:
    return name.replace("é", "e").replace("û", "u").replace("à", "a")


def _spelled(words: str | None) -> str:
    day = parse_date(words) if words else None
    return french(day) if day else (words or "")


def _on(words: str | None) -> str:
    return f" du {_spelled(words)}" if words else ""


_RESTORED = {
    "ministeriel": "ministériel",
    "prefectoral": "préfectoral",
    "securite": "sécurité",
    "ministerielle": "ministérielle",
}


def _restored(words: str) -> str:
    """Adjectives with the accents that matching took off."""
    for plain_word, accented in _RESTORED.items():
        words = re.sub(rf"{plain_word}(?=s? |s?$)", accented, words)
    return words
