"""« dans sa rédaction en vigueur au 1er janvier 2018 », « issue de la loi n° 2016-1321 ».

Such a clause says which wording of an article a document means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from rag.legal.dates import DATE, parse_date
from rag.legal.plain import Plain
from rag.types import Clause

_LAW = (
    r"(?:la |le |l'|du |de la |de l'|d'une )?(?:loi|decret|ordonnance)(?: organique)?"
    r"(?:(?: n ?[°o]?\.? ?| )(?P<law>[0-9]{2,4}-[0-9]{1,5}))?(?: du (?P<made>" + DATE + r"))?"
)
_WORDING = (
    r"(?:dans|selon|sous|a|en) (?:sa|leur|la|une|son|l'ancienne) (?:seule |derniere "
    r"|precedente |nouvelle )?"
    r"(?:redaction|version|formulation|texte|libelle)s?"
)
_EFFECT = (
    r"(?:(?:alors |qui etait |encore |actuellement )?"
    r"(?:en vigueur|applicable|en application|valable|consolidee?))"
)
_ON = re.compile(
    rf"(?:{_WORDING}|\((?:redaction|version|ancienne redaction)|,? ?tele?s? qu'"
    rf"(?:ils? etai(?:t|ent) |elles? etai(?:t|ent) )?)"
    rf",? ?(?:{_EFFECT} ?)?(?:a la date )?(?:(?P<before>(?:avant|jusqu'au|anterieure?s? "
    rf"(?:au|a la date du|a celle du)"
    rf"|anterieure?s? a l'entree en vigueur du)) (?:le )?|(?:au|le|du|depuis le"
    rf"|a compter du|a partir du|datant du|date du|entre le|en date du|resultant du|de) )"
    rf"(?P<day>{DATE})"
)
_PLAIN_ON = re.compile(
    rf"(?<!entre )(?<!entree )(?<!entres )(?<!entrees )(?<!entrera )(?<!mise )"
    rf"(?:alors )?(?:en vigueur|applicable)s? (?P<before>jusqu'|avant )?(?:au|le"
    rf"|a la date du) (?P<day>{DATE})"
)
_BY = re.compile(
    rf"(?:{_WORDING},? |tele?s? (?:que |qu')?|,? |\()(?P<how>issue?s? (?:de|du)"
    rf"|resultant (?:de|du)|modifiee?s? (?:en dernier lieu )?par|cree?e?s? par"
    rf"|introduite? par|anterieure?s? a(?: l'entree en vigueur de)?|donnee? par"
    rf"|redigee?s? par) ?{_LAW}"
)


def find_clauses(plain: Plain) -> list[Clause]:
    """Every clause in reading order; plain offsets."""
    found = sorted(_all(plain.low), key=lambda clause: (clause.start, -clause.end))
    kept: list[Clause] = []
    for clause in found:
        if not kept or clause.start >= kept[-1].end:
            kept.append(clause)
    return kept


def _all(low: str) -> Iterator[Clause]:
    for match in (*_ON.finditer(low), *_PLAIN_ON.finditer(low)):
        day = parse_date(match["day"])
        if day:
            kind = "before" if match["before"] else "on"
            yield Clause(match.start(), match.end(), kind, day)
    for match in _BY.finditer(low):
        yield from _by(match)


def _by(match: re.Match[str]) -> Iterator[Clause]:
    day: date | None = parse_date(match["made"]) if match["made"] else None
    if not (match["law"] or day):
        return
    kind = "before" if match["how"].startswith("anterieur") else "by"
    yield Clause(match.start(), match.end(), kind, day, match["law"] or "")
