"""The verdict of each reference of a document at a date, for what a caller may read.

in_force              the article is in force at that date
quote_ok              ... and the words that the document quotes are in it
modified_since        the document dates or quotes an older wording
quote_mismatch        the quoted words are not in it
not_in_force_at_date  repealed before, or not yet in force
unknown_article       we have the text, it has no such article
not_in_corpus         we do not have the text, or the document does not say which it is
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from rag.legal.extract import references_of
from rag.legal.judge import Finding, judge
from rag.legal.names import Names
from rag.legal.quotes import (
    ALIKE,
    Owner,
    Quotation,
    likeness,
    owners,
    quotations,
    quoted_in,
    tokens,
)
from rag.legal.resolve import Place, Resolved, Shelf, resolve
from rag.types import Article, Reference, Version

MISQUOTED_WORDS = 3  # « cinq ans » may be quoted, but when it is not there it was no quotation
NOT_IN_CORPUS = "not_in_corpus"
WRONG = frozenset({"unknown_article", "not_in_force_at_date", "quote_mismatch"})


@dataclass(frozen=True, slots=True)
class Shown:
    """An article to show beside the document, in the wording the verdict was given on."""

    article: Article
    version: Version | None


@dataclass(frozen=True, slots=True)
class Verified:
    """One entry of `referent verify`: `document[start:end] == surface`."""

    surface: str
    start: int
    end: int
    text: str
    articles: tuple[str, ...]
    verdict: str
    detail: str
    shown: tuple[Shown, ...] = ()
    text_id: str = ""

    @property
    def wrong(self) -> bool:
        """True when a document should not go out with it."""
        return self.verdict in WRONG


def verify(
    document: str, shelf: Shelf, day: date, home: str = "", names: Names | None = None
) -> list[Verified]:
    """Every reference of `document` with its verdict on `day`, in reading order.

    A list or range is one entry; where the verdicts of its articles differ it is cut so that each
    entry has one.
    """
    found = references_of(document, home, names or shelf.names())
    resolved = [resolve(reference, shelf, day) for reference in found]
    quoted = _quoted(document, resolved, shelf)
    entries: list[Verified] = []
    for at, entry in enumerate(resolved):
        entries += _entries(document, entry, quoted.get(at, []), shelf, day)
    return entries


def _quoted(document: str, resolved: list[Resolved], shelf: Shelf) -> dict[int, list[Quotation]]:
    """Index of a reference → the quotations taken from it."""
    spans = [(r.reference.start, r.reference.end) for r in resolved]
    taken: dict[int, list[Quotation]] = {}
    for quotation in quotations(document):
        candidates = owners(document, quotation, spans)
        owner = _having(quotation, candidates, resolved, shelf)
        if owner is None and len(tokens(quotation.words)) >= MISQUOTED_WORDS:
            owner = _misquoted(quotation, candidates, resolved, shelf)
        if owner is not None:
            taken.setdefault(owner.index, []).append(quotation)
    return taken


def _having(
    quotation: Quotation, candidates: list[Owner], resolved: list[Resolved], shelf: Shelf
) -> Owner | None:
    """The candidate of which some version has these words."""
    for owner in candidates:
        if any(
            quoted_in(quotation.words, words) for words in _wordings(resolved[owner.index], shelf)
        ):
            return owner
    return None


def _misquoted(
    quotation: Quotation, candidates: list[Owner], resolved: list[Resolved], shelf: Shelf
) -> Owner | None:
    """The candidate that the sentence says is quoted, or whose words are like these."""
    for owner in candidates:
        wordings = _wordings(resolved[owner.index], shelf)
        if owner.certain or (
            owner.alike and any(likeness(quotation.words, words) >= ALIKE for words in wordings)
        ):
            return owner
    return None


def _wordings(resolved: Resolved, shelf: Shelf) -> Iterator[str]:
    for place in resolved.places:
        for version in shelf.versions(place.articles):
            if version.words is not None:
                yield version.words


def _entries(
    document: str, resolved: Resolved, quoted: list[Quotation], shelf: Shelf, day: date
) -> list[Verified]:
    whole = _entry(document, resolved.reference, resolved)
    if resolved.text is None:
        detail = _absent(resolved)
        return [
            replace(whole, articles=_printed(resolved.places), verdict=NOT_IN_CORPUS, detail=detail)
        ]
    if not resolved.places:
        detail = f"{resolved.title} est dans le corpus ; aucun article n'est cité."
        return [replace(whole, verdict="in_force", detail=detail)]
    findings = _findings(resolved, quoted, shelf, day)
    return _cut(document, resolved, findings)


def _findings(
    resolved: Resolved, quoted: list[Quotation], shelf: Shelf, day: date
) -> list[Finding]:
    """One finding a place; words quoted from a list need be in one of its articles only."""
    quotes = [quotation.words for quotation in quoted]
    clause = resolved.reference.clause
    findings = [
        _hinted(
            judge(place, shelf.versions(place.articles), day, clause, quotes, resolved.title),
            place,
            resolved,
            shelf,
        )
        for place in resolved.places
    ]
    if quotes and any(finding.verdict in ("quote_ok", "modified_since") for finding in findings):
        found = next(f for f in findings if f.verdict in ("quote_ok", "modified_since"))
        findings = [
            replace(f, verdict=found.verdict, detail=found.detail)
            if f.verdict == "quote_mismatch"
            else f
            for f in findings
        ]
    return findings


def _hinted(finding: Finding, place: Place, resolved: Resolved, shelf: Shelf) -> Finding:
    """For an article that does not exist, the one of another part that has its number."""
    if finding.verdict != "unknown_article" or resolved.text is None:
        return finding
    digits = place.printed.lstrip("LRDAOP*")
    contents = shelf.contents(resolved.text)
    others = [c for letter in "LRDA" for c in contents.numbered(letter + digits)[:1]]
    if not others or digits == place.printed:
        return finding
    listed = ", ".join(article.number for article in others)
    return replace(finding, detail=f"{finding.detail} Il a un article {listed}.")


def _cut(document: str, resolved: Resolved, findings: list[Finding]) -> list[Verified]:
    """Entries of one verdict each, cut between the numbers of the reference."""
    reference = resolved.reference
    pairs = list(zip(resolved.places, findings, strict=True))
    runs = [list(run) for _, run in groupby(pairs, key=lambda pair: pair[1].verdict)]
    runs = _by_marks(runs)
    if len(runs) == 1:
        return [_run_entry(document, reference, resolved, runs[0])]
    entries = []
    for at, run in enumerate(runs):
        first, last = run[0][0].mark, run[-1][0].mark
        start = reference.start if at == 0 else reference.marks[first].start
        end = reference.end if at == len(runs) - 1 else reference.marks[last].end
        part = replace(reference, start=start, end=end)
        entries.append(_run_entry(document, part, resolved, run))
    return entries


_Run = list[tuple[Place, Finding]]


def _by_marks(runs: list[_Run]) -> list[_Run]:
    """What lies within a range goes with its first end when the second has another verdict."""
    cleaned: list[_Run] = []
    for run in runs:
        if cleaned and all(place.inside for place, _ in run):
            cleaned[-1].extend(run)
        else:
            cleaned.append(run)
    for run in cleaned:
        last = len(run)
        while last > 1 and run[last - 1][0].inside:
            last -= 1
        moved = [(replace(place, mark=run[0][0].mark), finding) for place, finding in run[last:]]
        run[1:] = [*moved, *run[1:last]]
    return cleaned


def _run_entry(document: str, part: Reference, resolved: Resolved, run: _Run) -> Verified:
    verdict = run[0][1].verdict
    details = dict.fromkeys(f.detail for _, f in run if f.detail and f.verdict == verdict)
    return replace(
        _entry(document, part, resolved),
        articles=_printed(place for place, _ in run),
        verdict=verdict,
        detail=_detail(verdict, list(details)),
        shown=tuple(Shown(place.articles[0], f.version) for place, f in run if place.articles),
    )


def _detail(verdict: str, details: list[str]) -> str:
    if verdict == "in_force" and len(details) > 2:
        return f"Les {len(details)} articles sont en vigueur."
    return " ".join(details)


def _entry(document: str, part: Reference, resolved: Resolved) -> Verified:
    return Verified(
        document[part.start : part.end],
        part.start,
        part.end,
        resolved.title,
        (),
        "",
        "",
        text_id=resolved.text.text_id if resolved.text else "",
    )


def _printed(places: Iterable[Place]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.printed for place in places))


def _absent(resolved: Resolved) -> str:
    if resolved.reason:
        return f"Référence non résolue : {resolved.reason}."
    return f"« {resolved.title} » n'est pas dans le corpus : rien n'a pu être vérifié."
