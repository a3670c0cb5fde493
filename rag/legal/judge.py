"""The verdict on one article at a date: its versions, the wording meant, the words quoted. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rag.legal.dates import french
from rag.legal.quotes import difference, quoted_in
from rag.legal.resolve import Place
from rag.legal.versions import words_key
from rag.types import Clause, Version

LAW_DELAY = timedelta(days=550)  # a law without a link made the first version within that time
_SERIOUS = ("in_force", "quote_ok", "modified_since", "quote_mismatch", "not_in_force_at_date")


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict, why, and the version it was given on."""

    verdict: str
    detail: str
    version: Version | None = None


def judge(
    place: Place,
    versions: Sequence[Version],
    day: date,
    clause: Clause | None,
    quotes: Sequence[str],
    title: str,
) -> Finding:
    """The most serious finding on one article. `versions` oldest first."""
    if not place.articles:
        return Finding("unknown_article", f"« {title} » n'a pas d'article {place.printed}.")
    versions = [v for v in versions if not _stillborn(v)]
    current = _at(versions, day)
    if current is None:
        return Finding(
            "not_in_force_at_date", _not_in_force(place, versions, day), _near(versions, day)
        )
    stated = _stated(clause, versions) if clause else None
    found = [_base(place, current)]
    if clause:
        found.append(_dated(place, clause, stated, current, versions))
    basis = stated or current
    found += [_quote(quote, place, basis, versions, dated=stated is not None) for quote in quotes]
    return max(found, key=lambda finding: _SERIOUS.index(finding.verdict))


def _base(place: Place, current: Version) -> Finding:
    start = current.validity.start
    since = f" dans sa version du {french(start)}" if start else ""
    until = current.validity.end
    limit = f", jusqu'au {french(until)} exclu" if until else ""
    return Finding("in_force", f"Article {place.printed} en vigueur{since}{limit}.", current)


def _not_in_force(place: Place, versions: Sequence[Version], day: date) -> str:
    starts = [v.validity.start for v in versions if v.validity.start and v.validity.start > day]
    ended = [v.validity.end for v in versions if v.validity.end and v.validity.end <= day]
    name, on = f"L'article {place.printed}", french(day)
    if starts and not ended:
        return f"{name} n'entre en vigueur que le {french(min(starts))} : il n'existe pas au {on}."
    if ended and not starts:
        return f"{name} n'est plus en vigueur depuis le {french(max(ended))}."
    if ended:
        return (
            f"{name} n'était pas en vigueur au {on} : interrompu le {french(max(ended))}, "
            f"repris le {french(min(starts))}."
        )
    return f"{name} n'a aucune version en vigueur au {on}."


def _at(versions: Sequence[Version], day: date) -> Version | None:
    current = [v for v in versions if v.validity.contains(day)]
    return current[-1] if current else None


def _stillborn(version: Version) -> bool:
    """Replaced before it came into force."""
    start, end = version.validity.start, version.validity.end
    return start is not None and end is not None and end <= start


def _near(versions: Sequence[Version], day: date) -> Version | None:
    """The version to show of an article that is not in force: the last before, or the next."""
    before = [v for v in versions if v.validity.end and v.validity.end <= day]
    with_words = [v for v in (*versions[::-1],) if v.words]
    return before[-1] if before else (with_words[-1] if with_words else None)


def _stated(clause: Clause, versions: Sequence[Version]) -> Version | None:
    """The version that the document says it means."""
    if not clause.law and clause.kind != "by" and clause.day:
        one_day = timedelta(days=1)
        return _at(versions, clause.day - one_day if clause.kind == "before" else clause.day)
    made = _made_by(clause, versions)
    if clause.kind != "before" or made is None:
        return made
    earlier = [v for v in versions if v.validity.end and v.validity.end == made.validity.start]
    return earlier[-1] if earlier else None


def _made_by(clause: Clause, versions: Sequence[Version]) -> Version | None:
    """The version that a law made: by its link, else the first to begin soon after the law."""
    for version in versions:
        for link in version.links:
            same = clause.law and clause.law in link.title.replace(" ", "")
            if link.orientation != "source" and (same or (clause.day and link.day == clause.day)):
                return version
    if clause.day is None:
        return None
    after = [v for v in versions if v.validity.start and v.validity.start >= clause.day]
    soon = [v for v in after if v.validity.start and v.validity.start - clause.day <= LAW_DELAY]
    return soon[0] if soon else None


def _dated(
    place: Place,
    clause: Clause,
    stated: Version | None,
    current: Version,
    versions: Sequence[Version],
) -> Finding:
    if stated is None:
        return _undated(place, clause, current, versions)
    if stated is current or _same_words(stated, current):
        detail = f"La rédaction visée de l'article {place.printed} est toujours celle en vigueur."
        return Finding("in_force", detail, current)
    since = french(current.validity.start) if current.validity.start else "une date inconnue"
    unknown = "" if stated.words else " (le texte de la rédaction visée n'est pas connu ici)"
    later = (
        stated.validity.start
        and current.validity.start
        and stated.validity.start > current.validity.start
    )
    if later:
        starts = french(stated.validity.start) if stated.validity.start else ""
        detail = (
            f"La rédaction visée de l'article {place.printed} n'est en vigueur que le {starts}."
        )
        return Finding("not_in_force_at_date", detail, current)
    detail = f"L'article {place.printed} a été modifié depuis : version du {since}{unknown}."
    return Finding("modified_since", detail, current)


def _undated(
    place: Place, clause: Clause, current: Version, versions: Sequence[Version]
) -> Finding:
    """No version answers to the clause: before the article existed, or an unknown law."""
    starts = [v.validity.start for v in versions if v.validity.start]
    if clause.day and clause.kind == "on" and starts and clause.day < min(starts):
        detail = (
            f"L'article {place.printed} n'existait pas au {french(clause.day)} : "
            f"sa première version est du {french(min(starts))}."
        )
        return Finding("not_in_force_at_date", detail, current)
    detail = (
        f"Article {place.printed} en vigueur ; "
        "aucune version connue ne répond à la rédaction visée."
    )
    return Finding("in_force", detail, current)


def _same_words(one: Version, other: Version) -> bool:
    return (
        one.words is not None
        and other.words is not None
        and words_key(one.words) == words_key(other.words)
    )


def _quote(
    quote: str, place: Place, basis: Version, versions: Sequence[Version], *, dated: bool
) -> Finding:
    if basis.words is None:
        detail = (
            f"Article {place.printed} en vigueur, mais le texte de cette période n'est pas connu : "
            "la citation n'a pas pu être vérifiée."
        )
        return Finding("in_force", detail, basis)
    if quoted_in(quote, basis.words):
        return Finding("quote_ok", f"Les mots cités sont dans l'article {place.printed}.", basis)
    other = _elsewhere(quote, basis, versions)
    if other is None:
        return Finding("quote_mismatch", _mismatch(quote, place, basis, versions), basis)
    return _other_wording(place, other, basis, dated=dated)


def _elsewhere(quote: str, basis: Version, versions: Sequence[Version]) -> Version | None:
    """The version nearest before `basis`, else after it, that has these words."""
    having = [v for v in versions if v.words and v is not basis and quoted_in(quote, v.words)]
    before = [v for v in having if _start(v) < _start(basis)]
    return before[-1] if before else (having[0] if having else None)


def _start(version: Version) -> date:
    return version.validity.start or date.min


def _other_wording(place: Place, other: Version, basis: Version, *, dated: bool) -> Finding:
    since = french(basis.validity.start) if basis.validity.start else "une date inconnue"
    when = french(other.validity.start) if other.validity.start else "une date inconnue"
    if _start(other) > _start(basis):
        detail = (
            f"Les mots cités sont ceux d'une rédaction de l'article {place.printed} "
            f"en vigueur seulement à compter du {when}."
        )
        return Finding("quote_mismatch", detail, basis)
    if dated:
        detail = (
            f"Les mots cités sont ceux de la rédaction du {when}, "
            "non de celle que le document vise."
        )
        return Finding("quote_mismatch", detail, basis)
    detail = (
        f"Les mots cités sont ceux de la rédaction du {when} de l'article {place.printed}, "
        f"modifié depuis le {since}."
    )
    return Finding("modified_since", detail, basis)


def _mismatch(quote: str, place: Place, basis: Version, versions: Sequence[Version]) -> str:
    said = difference(quote, basis.words or "")
    unknown = any(v.words is None and _start(v) < _start(basis) for v in versions)
    note = " Des rédactions antérieures ne sont pas connues ici." if unknown else ""
    return f"Citation inexacte de l'article {place.printed} : {said}.{note}"
