"""Prints results: tables and colours on a terminal, plain lines in a pipe. French, for agents."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rag.errors import ReferentError
from rag.types import Answer, Article, Citation, Hit, Text, Validity, Version

STAGES = {
    "encode": "question",
    "index": "index",
    "join": "catalogue",
    "generate": "rédaction",
    "verify": "vérification",
    "total": "total",
}


def out() -> Console:
    """Standard output; in a pipe, lines are never folded."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=100_000)


def plain() -> bool:
    """True in a pipe."""
    return not sys.stdout.isatty()


def print_json(shape: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(shape, ensure_ascii=False, indent=2) + "\n")


def print_error(error: ReferentError) -> None:
    """On standard error: what, where, and what to do."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    place = f"[bold]{escape(error.where)}[/] : " if error.where else ""
    console.print(f"[red]Erreur[/] — {place}{escape(error.what)}")
    if error.remedy:
        console.print(f"  À faire : {escape(error.remedy)}")


def print_hits(hits: Sequence[Hit]) -> None:
    """Ranked passages."""
    if plain():
        for hit in hits:
            words = " ".join(hit.passage.split())
            fields = (hit.rank, f"{hit.score:.3f}", article_name(hit.article), hit.text, words)
            sys.stdout.write("\t".join(map(str, fields)) + "\n")
        return
    console = out()
    for hit in hits:
        console.print(
            f"[bold]{hit.rank}. {escape(reference(hit.article, hit.text, hit.heading))}[/]"
        )
        console.print(f"   [dim]{escape(' › '.join(hit.path))}[/]" if hit.path else "", end="")
        console.print(
            f"\n   [dim]{in_force(Validity(hit.valid_from, hit.valid_to))}{page(hit.page)}[/]"
        )
        console.print(f"   {escape(shorten(hit.passage, 400))}\n")
    if not hits:
        console.print("Aucun passage trouvé.")


def print_answer(answer: Answer) -> None:
    """The answer, then each citation with the quoted source."""
    console = out()
    console.print(f"\n{escape(answer.answer)}\n")
    if answer.citations:
        console.print("[bold]Sources[/]")
    for citation in answer.citations:
        console.print(f"{escape(f'[{citation.marker}]')} {escape(citation_line(citation))}")
        console.print(f"    [italic]« {escape(citation.quote)} »[/]")
    console.print(f"\n[dim]{timings(answer.timings)} — modèle : {escape(answer.model)}[/]")


def citation_line(citation: Citation) -> str:
    """Where a quote comes from, and that it was checked."""
    verdict = {
        "verified": "citation vérifiée",
        "quote_mismatch": "citation inexacte",
        "not_in_force_at_date": "pas en vigueur à cette date",
        "unknown_version": "version inconnue",
    }[citation.verdict]
    return f"{reference(citation.article, citation.text)}{page(citation.page)} — {verdict}"


def print_article(text: Text, article: Article, versions: Sequence[Version], day: date) -> None:
    """An article with the wording of each version given."""
    console = out()
    console.print(f"[bold]{escape(reference(article.number, text.title, article.heading))}[/]")
    if article.path:
        console.print(f"[dim]{escape(' › '.join(article.path))}[/]")
    if not versions:
        console.print(f"\nAucune version en vigueur au {day.isoformat()} (voir --history).")
    for version in versions:
        state = f" ({version.state})" if version.state else ""
        console.print(f"\n[dim]{in_force(version.validity)}{escape(state)}[/]")
        console.print(escape(version.words) if version.words else "[italic]Texte inconnu.[/]")
        if version.note:
            console.print(f"[dim]Nota : {escape(version.note)}[/]")


def print_table(title: str, columns: Iterable[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on a terminal, tab-separated lines in a pipe."""
    if plain():
        for row in rows:
            sys.stdout.write("\t".join(map(str, row)) + "\n")
        return
    table = Table(title=title or None, title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    out().print(table)


def article_name(number: str) -> str:
    """ "Article L231-4" for a number, the heading itself for a section that has none."""
    numbered = number[:1].isdigit() or (len(number) < 20 and any(c.isdigit() for c in number))
    return f"Article {number}" if numbered else number


def reference(number: str, text: str, heading: str = "") -> str:
    """An article and its text, as one line."""
    about = f" ({heading})" if heading and heading != number else ""
    return f"{article_name(number)}{about} — {text}"


def in_force(validity: Validity) -> str:
    """When a version is in force."""
    start, end = validity.start, validity.end
    if start and end:
        return f"En vigueur du {start.isoformat()} au {end.isoformat()} exclu"
    if start:
        return f"En vigueur depuis le {start.isoformat()}"
    return f"En vigueur jusqu'au {end.isoformat()} exclu" if end else "En vigueur, sans date"


def page(number: int | None) -> str:
    """ ", page 3" where the source has pages."""
    return f", page {number}" if number else ""


def timings(stages: dict[str, float]) -> str:
    """Milliseconds by stage."""
    return ", ".join(f"{STAGES.get(k, k)} {v:.1f} ms" for k, v in stages.items())


def shorten(words: str, limit: int) -> str:
    """On one line, cut at a word."""
    line = " ".join(words.split())
    return line if len(line) <= limit else line[:limit].rsplit(" ", 1)[0] + " …"
