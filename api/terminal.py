"""Prints results: tables and colours on a terminal, plain lines in a pipe. French, for agents."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from rag.errors import ReferentError
from rag.legal.titles import article_name
from rag.types import (
    Answer,
    Article,
    Citation,
    Hit,
    Sentence,
    Text,
    Understood,
    Validity,
    Version,
)

MEANINGS = 2  # shown of what words were understood as too

STAGES = {
    "encode": "question",
    "index": "index",
    "rank": "classement",
    "join": "catalogue",
    "generate": "rédaction",
    "verify": "vérification",
    "total": "total",
}


# Control characters but line feed and tab, and those that turn the direction of what follows: a
# text must neither drive the screen nor be read otherwise than it says.
_TURNING = (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROL = {
    code: "\ufffd" for code in (*range(32), *range(127, 160), *_TURNING) if chr(code) not in "\n\t"
}


def out() -> Console:
    """Standard output. In a pipe: no colours, and lines are never folded.

    Emoji codes are left alone (« :a: » in a text is not a picture).
    """
    if plain():
        return Console(
            highlight=False, emoji=False, soft_wrap=True, force_terminal=False, no_color=True
        )
    return Console(highlight=False, emoji=False)


def plain() -> bool:
    """True in a pipe."""
    return not sys.stdout.isatty()


def safe(words: str) -> str:
    """The words without control characters."""
    return words.translate(_CONTROL)


def styled(*parts: str | tuple[str, str]) -> Styled:
    """Words as they are, markup or not; a part with its style is a pair."""
    pairs = ((part, "") if isinstance(part, str) else part for part in parts)
    return Styled.assemble(*((safe(words), style) for words, style in pairs))


def print_json(shape: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(shape, ensure_ascii=False, indent=2) + "\n")


def print_error(error: ReferentError) -> None:
    """On standard error: what, where, and what to do."""
    console = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)
    place = ((error.where, "bold"), " : ") if error.where else ()
    console.print(styled(("Erreur", "red"), " — ", *place, error.what))
    if error.remedy:
        console.print(styled(f"  À faire : {error.remedy}"))


def print_hits(hits: Sequence[Hit], understood: Sequence[Understood] = ()) -> None:
    """Ranked passages, and what words of the question were understood as."""
    if plain():
        names = (article_name(hit.article) for hit in hits)
        rows = (
            (hit.rank, f"{hit.score:.3f}", name, hit.text, hit.passage)
            for hit, name in zip(hits, names, strict=True)
        )
        print_table("", (), rows)
        return
    console = out()
    for hit in hits:
        console.print(
            styled((f"{hit.rank}. {reference(hit.article, hit.text, hit.heading)}", "bold"))
        )
        if hit.path:
            console.print(styled((f"   {' › '.join(hit.path)}", "dim")))
        about = f"{in_force(Validity(hit.valid_from, hit.valid_to))}{page(hit.page)}"
        console.print(styled((f"   {about}", "dim")))
        console.print(styled(f"   {shorten(hit.passage, 400)}\n"))
    if not hits:
        console.print("Aucun passage trouvé.")
    print_understood(understood)


def print_understood(understood: Sequence[Understood]) -> None:
    """Words of a question, each with the first of what it was understood as too."""
    if understood:
        told = [f"{each.words} : {', '.join(each.meaning[:MEANINGS])}" for each in understood]
        out().print(styled((f"Cherché aussi — {' ; '.join(told)}", "dim")))


def print_answer(answer: Answer, least: float = 0.0) -> None:
    """The answer, then each citation with the quoted source.

    `least`: the confidence from which answers are written, 0 to 1.
    """
    console = out()
    if answer.searched:
        console.print(styled((f"\nQuestion comprise : {answer.searched}", "dim")))
    for premise in answer.premises:
        console.print(styled(("\nAttention", "yellow"), f" — {premise.surface} : {premise.detail}"))
    console.print(styled(f"\n{answer.answer}\n"))
    print_confidence(answer, least)
    if answer.notice:
        console.print(styled(f"{answer.notice}\n"))
    print_left_out(answer.left_out)
    if answer.citations:
        console.print(styled(("Sources", "bold")))
    for citation in answer.citations:
        console.print(styled(f"[{citation.marker}] {citation_line(citation)}"))
        console.print(styled("    ", (f"« {citation.quote} »", "italic")))
        if published := _published(citation):
            console.print(styled((f"    {published}", "dim")))
    if answer.citations:
        console.print()
    print_understood(answer.understood)
    about = f"{timings(answer.timings)} — modèle : {answer.model}"
    console.print(styled(about), style="dim")


def print_confidence(answer: Answer, least: float) -> None:
    """How sure one may be of it, where that is known; the rule is the page's."""
    from api.problems import FRENCH
    from api.web import confidence

    line = confidence.line(answer, least, FRENCH)
    if line is not None:
        out().print(styled(f"{line.words % {'share': line.share}}\n"))


def print_left_out(sentences: Sequence[Sentence]) -> None:
    """What a model wrote and the answer does not say: struck out, with why."""
    console = out()
    if sentences:
        console.print(styled(("Écarté de la réponse, faute de source qui le dise", "bold")))
    for sentence in sentences:
        said = "contredite" if sentence.support == "contradicted" else "sans appui"
        console.print(
            styled("  ", (sentence.text, "strike dim"), f"\n    {said} : {sentence.reason}")
        )
    if sentences:
        console.print()


def _published(citation: Citation) -> str:
    """When the quoted wording is in force, and where its publisher shows it."""
    dated = citation.valid_from or citation.valid_to
    dates = in_force(Validity(citation.valid_from, citation.valid_to)) if dated else ""
    return " — ".join(part for part in (dates, citation.link) if part)


def citation_line(citation: Citation) -> str:
    """Where a quote comes from, and that it was checked."""
    verdict = {
        "verified": "citation vérifiée",
        "quote_mismatch": "citation inexacte",
        "not_in_force_at_date": "pas en vigueur à cette date",
        "unknown_version": "version inconnue",
    }[citation.verdict]
    return f"{reference(citation.article, citation.text)}{page(citation.page)} — {verdict}"


def print_article(text: Text, article: Article) -> None:
    """The name of an article and the titles above it."""
    console = out()
    console.print(styled((reference(article.number, text.title, article.heading), "bold")))
    if article.path:
        console.print(styled((" › ".join(article.path), "dim")))


def print_version(version: Version, made_by: Sequence[str]) -> None:
    """A wording with its period and what made it."""
    console = out()
    state = f" ({version.state})" if version.state else ""
    lines = [f"{in_force(version.validity)}{state}{pages(version)}", *made_by]
    console.print(styled(("\n" + "\n".join(lines), "dim")))
    unknown = ("Texte inconnu.", "italic")
    console.print(styled(unknown if version.words is None else version.words))
    if version.note:
        console.print(styled((f"Nota : {version.note}", "dim")))


def pages(version: Version) -> str:
    """ ", page 3" or ", pages 3 à 5", where the source has pages."""
    numbers = [mark.page for mark in version.pages]
    if len(set(numbers)) > 1:
        return f", pages {numbers[0]} à {numbers[-1]}"
    return page(numbers[0]) if numbers else ""


def print_table(title: str, columns: Iterable[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on a terminal; in a pipe, a line a row, tab-separated."""
    if plain():
        for row in rows:
            sys.stdout.write("\t".join(" ".join(safe(str(cell)).split()) for cell in row) + "\n")
        return
    table = Table(title=styled(title) if title else None, title_justify="left")
    for column in columns:
        table.add_column(styled(column))
    for row in rows:
        table.add_row(*(styled(str(cell)) for cell in row))
    out().print(table)


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
