"""What an article cites and what cites it, as JSON, lines and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from api import terminal
from rag.legal.citing import Cite, CitedBy


def cite_shape(cite: Cite) -> dict[str, Any]:
    """One entry of "cites"; `text_id` is null for a text that is not here."""
    resolved = cite.resolved
    return {
        "surface": cite.surface,
        "start": cite.start,
        "end": cite.end,
        "text_id": resolved.text.text_id if resolved.text else None,
        "text": resolved.title,
        "articles": [place.printed for place in resolved.places],
    }


def cited_by_shape(place: CitedBy) -> dict[str, Any]:
    """One entry of "cited_by": `surface` stands at `start` in the words of `version_id`."""
    return {
        "text_id": place.text.text_id,
        "text": place.text.title,
        "article": place.article.number,
        "article_id": place.article.article_id,
        "version_id": place.version_id,
        "start": place.start,
        "end": place.end,
        "surface": place.surface,
    }


def print_citing(cites: Sequence[Cite], cited_by: Sequence[CitedBy]) -> None:
    """On the terminal."""
    for title, lines in (("Cite", _cites(cites)), ("Cité par", _cited_by(cited_by))):
        if lines:
            terminal.out().print(f"\n{title}", style="bold")
        for line in lines:
            terminal.out().print(f"  {terminal.safe(line)}", markup=False)


def section(cites: Sequence[Cite], cited_by: Sequence[CitedBy]) -> str:
    """As a part of a page."""
    parts = []
    for title, lines in (("Cite", _cites(cites)), ("Cité par", _cited_by(cited_by))):
        if lines:
            items = "".join(f"<li>{escape(line)}</li>" for line in lines)
            parts.append(f"<h2>{title}</h2><ul>{items}</ul>")
    return "\n".join(parts)


def _cites(cites: Sequence[Cite]) -> list[str]:
    return list(dict.fromkeys(_cite(cite) for cite in cites))


def _cite(cite: Cite) -> str:
    if not cite.resolved.title:
        return f"{cite.surface} ({cite.resolved.reason or 'texte non identifié'})"
    absent = "" if cite.resolved.text else ", absent d'ici"
    return f"{cite.surface} ({cite.resolved.title}{absent})"


def _cited_by(cited_by: Sequence[CitedBy]) -> list[str]:
    lines = (
        f"{terminal.reference(place.article.number, place.text.title)} : « {place.surface} »"
        for place in cited_by
    )
    return list(dict.fromkeys(lines))
