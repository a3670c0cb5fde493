"""An article as it is read: at a date, through its history, or compared between two dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from rich.text import Text as Styled

from api import page as pages
from api import shapes, terminal
from rag.legal.comparison import Kind, Segment, compare
from rag.legal.lookup import Found
from rag.types import Link, Version

STYLES = {Kind.SAME: "", Kind.ADDED: "green underline", Kind.REMOVED: "red strike"}
MODIFYING = frozenset(
    "MODIFIE CREE CREATION ABROGE ABROGATION TRANSFERE CODIFICATION RECTIFICATION".split()
)


@dataclass(frozen=True, slots=True)
class View:
    """What to show of an article. `segments` is None unless two dates are compared."""

    found: Found
    versions: tuple[Version, ...]
    days: tuple[date, ...]
    segments: tuple[Segment, ...] | None


def view(found: Found, versions: Sequence[Version], days: Sequence[date], *, history: bool) -> View:
    """Choose the versions: those in force on `days`, or all."""
    at = [[v for v in versions if v.validity.contains(day)] for day in days]
    shown = list(versions) if history else list(dict.fromkeys(v for group in at for v in group))
    segments = _compared(at[0], at[1]) if len(days) == 2 else None
    return View(found, tuple(shown), tuple(days), segments)


def _compared(old: Sequence[Version], new: Sequence[Version]) -> tuple[Segment, ...]:
    before, after = (v[-1].words if v else "" for v in (old, new))
    if before is None or after is None:
        return ()
    return tuple(compare(before, after))


def shape(shown: View) -> dict[str, Any]:
    """The promised shape of `show`, with "comparison" when two dates are compared."""
    found = shown.found
    made = shapes.article_shape(found.text, found.article, list(shown.versions))
    if shown.segments is not None:
        made["comparison"] = shapes.comparison_shape(shown.segments)
    return made


def print_view(shown: View) -> None:
    """On the terminal."""
    found = shown.found
    terminal.print_article(found.text, found.article, shown.versions, shown.days[0])
    for version in shown.versions:
        for line in modified_by(version):
            terminal.out().print(f"  {line}", markup=False, style="dim")
    if shown.segments is not None:
        terminal.out().print(f"\nDu {shown.days[0]} au {shown.days[1]} :", style="bold")
        terminal.out().print(styled(shown.segments))


def styled(segments: Sequence[Segment]) -> Styled:
    """Differences in colour; in a pipe, marked [-removed-] {+added+}."""
    text = Styled()
    marks = {Kind.SAME: ("", ""), Kind.ADDED: ("{+", "+}"), Kind.REMOVED: ("[-", "-]")}
    for segment in segments:
        before, after = marks[segment.kind] if terminal.plain() else ("", "")
        text.append(f"{before}{segment.words}{after}", STYLES[segment.kind])
    return text


def modified_by(version: Version) -> list[str]:
    """What made this version: « Modifié par LOI n° … - art. 59 »."""
    return list(dict.fromkeys(_made(link) for link in version.links if link.kind in MODIFYING))


def _made(link: Link) -> str:
    kind = {"MODIFIE": "Modifié par", "CREE": "Créé par", "ABROGE": "Abrogé par"}
    return f"{kind.get(link.kind, link.kind.capitalize() + ' :')} {link.title}"


def page(shown: View) -> str:
    """A self-contained page: each version, or the comparison."""
    found = shown.found
    title = terminal.reference(found.article.number, found.text.title, found.article.heading)
    parts = [f'<p class="about">{escape(" › ".join(found.article.path))}</p>']
    if shown.segments is not None:
        parts.append(f"<h2>Du {shown.days[0]} au {shown.days[1]}</h2>")
        parts.append(pages.comparison(shown.segments))
    else:
        parts += [_version(version) for version in shown.versions]
    return pages.page(title, "\n".join(parts))


def _version(version: Version) -> str:
    made = "".join(f'<p class="faint">{escape(line)}</p>' for line in modified_by(version))
    words = escape(version.words) if version.words is not None else "<em>Texte inconnu.</em>"
    about = escape(terminal.in_force(version.validity))
    return f'<article><h2>{about}</h2>{made}<div class="words">{words}</div></article>'
