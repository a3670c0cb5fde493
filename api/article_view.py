"""An article as it is read: at a date, through its history, or compared between two dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from typing import Any

from rich.text import Text as Styled
from sqlalchemy import Connection

from api import citing_view, shapes, terminal
from api import page as pages
from rag.catalogue import reading
from rag.legal.citing import Cite, CitedBy, cited_by, cites
from rag.legal.comparison import Kind, Segment, compare
from rag.legal.lookup import Found, find_article
from rag.legal.resolve import Shelf
from rag.types import Caller, Link, Version

STYLES = {Kind.SAME: "", Kind.ADDED: "green underline", Kind.REMOVED: "red strike"}
UNKNOWN = "Texte inconnu."
# LEGI's link kind → its orientation where this article is what was changed, and how to say it. Of
# the law that makes the change, the same kinds have the other orientation.
MAKING = {
    "MODIFIE": ("cible", "Modifié par"),
    "MODIFICATION": ("source", "Modifié par"),
    "CREE": ("cible", "Créé par"),
    "CREATION": ("source", "Créé par"),
    "RECTIFICATION": ("source", "Rectifié par"),
    "TRANSFERE": ("cible", "Transféré par"),
    "TRANSFERT": ("source", "Transféré par"),
    "ABROGE": ("cible", "Abrogé par"),
    "ABROGATION": ("source", "Abrogé par"),
    "CODIFIE": ("cible", "Codifié par"),
    "CODIFICATION": ("source", "Codifié par"),
}


@dataclass(frozen=True, slots=True)
class View:
    """What to show of an article. `segments` is None unless two dates are compared."""

    found: Found
    versions: tuple[Version, ...]
    days: tuple[date, ...]
    segments: tuple[Segment, ...] | None
    cites: tuple[Cite, ...] = ()
    cited_by: tuple[CitedBy, ...] = ()


def read(
    connection: Connection,
    reference: str,
    caller: Caller,
    days: Sequence[date],
    *,
    history: bool,
) -> View:
    """What `referent show` shows of an article on these dates, [] being today.

    Raises:
        NotFound: there is none of that name that `caller` may read, or several.
    """
    found = find_article(connection, reference, caller)
    versions = reading.versions_of(connection, found.article.article_id, caller)
    shown = view(found, versions, days or [date.today()], history=history)
    return with_citing(shown, Shelf(connection, caller))


def view(found: Found, versions: Sequence[Version], days: Sequence[date], *, history: bool) -> View:
    """Choose the versions: those in force on `days`, or all."""
    at = [[v for v in versions if v.validity.contains(day)] for day in days]
    shown = list(versions) if history else list(dict.fromkeys(v for group in at for v in group))
    segments = _compared(at[0], at[1]) if len(days) == 2 else None
    return View(found, tuple(shown), tuple(days), segments)


def with_citing(shown: View, shelf: Shelf) -> View:
    """The view with what the versions shown cite, and what cites the article on its last date."""
    day = shown.days[-1]
    article = shown.found.article
    return replace(
        shown,
        cites=tuple(cites(shelf, shown.versions, day)),
        cited_by=tuple(cited_by(shelf, [article], day)[article.article_id]),
    )


def _compared(old: Sequence[Version], new: Sequence[Version]) -> tuple[Segment, ...]:
    before, after = (v[-1].words if v else "" for v in (old, new))
    if before is None or after is None:
        return ()
    return tuple(compare(before, after))


def shape(shown: View) -> dict[str, Any]:
    """The promised shape of `show`, with "comparison" when two dates are compared."""
    found = shown.found
    made = shapes.article_shape(found.text, found.article, list(shown.versions))
    made["cites"] = [citing_view.cite_shape(cite) for cite in shown.cites]
    made["cited_by"] = [citing_view.cited_by_shape(place) for place in shown.cited_by]
    if shown.segments is not None:
        made["comparison"] = shapes.comparison_shape(shown.segments)
    return made


def print_view(shown: View) -> None:
    """On the terminal."""
    terminal.print_article(shown.found.text, shown.found.article)
    for line in _missing(shown):
        terminal.out().print(f"\n{line}")
    for version in shown.versions:
        terminal.print_version(version, modified_by(version))
    if shown.segments is not None:
        terminal.out().print(f"\n{_between(shown)} :", style="bold")
        terminal.out().print(styled(shown.segments) if shown.segments else UNKNOWN)
    citing_view.print_citing(shown.cites, shown.cited_by)


def styled(segments: Sequence[Segment]) -> Styled:
    """Differences in colour; in a pipe, marked [-removed-] {+added+}."""
    text = Styled()
    marks = {Kind.SAME: ("", ""), Kind.ADDED: ("{+", "+}"), Kind.REMOVED: ("[-", "-]")}
    for segment in segments:
        before, after = marks[segment.kind] if terminal.plain() else ("", "")
        text.append(f"{before}{terminal.safe(segment.words)}{after}", STYLES[segment.kind])
    return text


def modified_by(version: Version) -> list[str]:
    """What made or ended this version: « Modifié par LOI n° … - art. 59 »; each law once."""
    made: dict[str, str] = {}
    for kind, (orientation, words) in MAKING.items():
        for link in version.links:
            if (link.kind, link.orientation) == (kind, orientation):
                made.setdefault(_title(link), f"{words} {_title(link)}")
    return list(made.values())


def _title(link: Link) -> str:
    """LEGI gives « … - art. », and the number apart."""
    return f"{link.title} {link.number}" if link.title.endswith("art.") else link.title


def _missing(shown: View) -> list[str]:
    """The dates asked for that no version is in force at, where not all versions are shown."""
    if not shown.versions and len(shown.days) == 1:
        return [f"Aucune version en vigueur au {shown.days[0]} (voir --history)."]
    found = [version.validity for version in shown.versions]
    days = shown.days if len(shown.days) == 2 else ()
    gone = (day for day in days if not any(validity.contains(day) for validity in found))
    return [f"Aucune version en vigueur au {day}." for day in gone]


def _between(shown: View) -> str:
    return f"Du {shown.days[0]} au {shown.days[1]}"


def page(shown: View) -> str:
    """A self-contained page: each version, or the comparison."""
    found = shown.found
    title = terminal.reference(found.article.number, found.text.title, found.article.heading)
    parts = [f'<p class="about">{escape(" › ".join(found.article.path))}</p>']
    parts += [f"<p>{escape(line)}</p>" for line in _missing(shown)]
    if shown.segments is not None:
        parts.append(f"<h2>{_between(shown)}</h2>")
        unknown = f"<p><em>{UNKNOWN}</em></p>"
        parts.append(pages.comparison(shown.segments) if shown.segments else unknown)
    else:
        parts += [_version(version) for version in shown.versions]
    parts.append(citing_view.section(shown.cites, shown.cited_by))
    return pages.page(title, "\n".join(parts))


def _version(version: Version) -> str:
    made = "".join(f'<p class="faint">{escape(line)}</p>' for line in modified_by(version))
    words = escape(version.words) if version.words is not None else f"<em>{UNKNOWN}</em>"
    about = escape(terminal.in_force(version.validity))
    return f'<article><h2>{about}</h2>{made}<div class="words">{words}</div></article>'
