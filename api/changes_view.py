"""What changed over a period, as JSON, a table, and a page to send to colleagues."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

from api import citing_view, shapes, terminal
from api import page as pages
from api.article_view import UNKNOWN, styled
from rag.history import Changes, Review, comparison
from rag.legal.comparison import excerpt
from rag.legal.titles import article_name
from rag.legal.updates import ChangeKind, Event

KINDS = {
    ChangeKind.ADDED: "ajouté",
    ChangeKind.CHANGED: "modifié",
    ChangeKind.REPEALED: "abrogé",
}


REVIEW = "Procédures à relire"
REVIEW_COLUMNS = ("Procédure", "Endroit", "Ce qui est cité", "Changement")


def shape(found: Changes) -> dict[str, Any]:
    """For `referent changes --json`."""
    return {
        "since": shapes.iso(found.since),
        "until": shapes.iso(found.until),
        "changes": [_event(event) for event in found.events],
        "to_review": [_review(review) for review in found.reviews],
    }


def _review(review: Review) -> dict[str, Any]:
    event = review.event
    return {
        **citing_view.cited_by_shape(review.place),
        "changed_text": event.text.title,
        "changed_article": event.article.number,
        "kind": event.kind.value,
        "day": event.day.isoformat(),
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "text_id": event.text.text_id,
        "text": event.text.title,
        "article": event.article.number,
        "article_id": event.article.article_id,
        "kind": event.kind.value,
        "day": event.day.isoformat(),
        "before": event.before.version_id if event.before else None,
        "after": event.after.version_id if event.after else None,
        "comparison": shapes.comparison_shape(comparison(event)),
    }


def print_changes(found: Changes) -> None:
    """On the terminal: each change with its differences; one line each in a pipe."""
    if terminal.plain():
        rows = ((e.day, KINDS[e.kind], e.article.number, e.text.title) for e in found.events)
        terminal.print_table("", (), rows)
        terminal.print_table("", (), (("à relire", *row) for row in _review_rows(found)))
        return
    console = terminal.out()
    for event in found.events:
        console.print(terminal.styled((f"\n{_title(event)}", "bold")))
        if event.kind is ChangeKind.CHANGED:
            segments = comparison(event)
            console.print(styled(excerpt(segments)) if segments else UNKNOWN)
    console.print(f"\n{_count(found)}")
    if found.reviews:
        terminal.print_table(REVIEW, REVIEW_COLUMNS, _review_rows(found))


def _review_rows(found: Changes) -> list[tuple[str, str, str, str]]:
    return [
        (
            review.place.text.title,
            article_name(review.place.article.number),
            review.place.surface,
            _changed(review.event),
        )
        for review in found.reviews
    ]


def _changed(event: Event) -> str:
    return f"{article_name(event.article.number)} {KINDS[event.kind]} le {event.day}"


def _count(found: Changes) -> str:
    number = len(found.events)
    counted = f"{number} changement{'s' if number > 1 else ''}" if number else "Aucun changement"
    return f"{counted} depuis le {found.since}."


def _title(event: Event) -> str:
    name = terminal.reference(event.article.number, event.text.title)
    coming = " (à venir)" if event.day > date.today() else ""
    return f"{event.day} — {name} : {KINDS[event.kind]}{coming}"


def page(found: Changes) -> str:
    """A self-contained page."""
    rows = [
        (e.day.isoformat(), KINDS[e.kind], e.article.number, e.text.title) for e in found.events
    ]
    parts = [f'<p class="about">{_count(found)}</p>']
    if rows:
        parts.append(pages.table(("Date", "Quoi", "Article", "Texte"), rows))
    if found.reviews:
        parts.append(f"<h2>{REVIEW}</h2>")
        parts.append(pages.table(REVIEW_COLUMNS, _review_rows(found)))
    for event in found.events:
        segments = comparison(event)
        body = pages.comparison(segments) if segments else f"<p><em>{UNKNOWN}</em></p>"
        parts.append(f"<article><h2>{escape(_title(event))}</h2>{body}</article>")
    return pages.page(f"Ce qui a changé depuis le {found.since}", "\n".join(parts))
