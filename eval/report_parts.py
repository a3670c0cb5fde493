"""What the sections of a report are made of: words, figures, tables, lists of questions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from math import isnan

from eval.intervals import Estimate
from eval.measures import Scored, key_of
from rag.legal.titles import article_name

NONE = "—"
SHORT = 16  # characters of a cell that is not folded


def words(text: str) -> str:
    """Escaped, with French spaces: no line begins with « : » or « ? »."""
    return escape(re.sub(r" (?=[:;?!»%])|(?<=«) ", "\u00a0", text))


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table that scrolls by itself, reachable by keyboard; the first cell heads its row."""
    head = "".join(f'<th scope="col">{words(column)}</th>' for column in columns)
    lines = "".join(
        f'<tr><th scope="row">{words(first)}</th>{"".join(map(_cell, cells))}</tr>'
        for first, *cells in rows
    )
    return (
        f'<div class="scroll" role="group" tabindex="0" aria-label="{words(caption)}"><table>'
        f"<caption><span>{words(caption)}</span></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _cell(text: str) -> str:
    """What is short is not folded, an interval is set smaller."""
    value, bracket, interval = text.partition(" [")
    if bracket and interval.endswith("]"):
        shown = f'{words(value)} <span class="interval">[{words(interval)}</span>'
        return f'<td class="figure">{shown}</td>'
    kind = ' class="figure"' if len(text) <= SHORT else ""
    return f"<td{kind}>{words(text)}</td>"


def figure(estimate: Estimate | None) -> str:
    """ "0,434 [0,341 ; 0,530]", a dash where there is none."""
    if estimate is None or isnan(estimate.value):
        return NONE
    return f"{estimate.value:.3f} [{estimate.low:.3f} ; {estimate.high:.3f}]".replace(".", ",")


def cases(asked: Iterable[tuple[str, Sequence[tuple[str, str]]]]) -> str:
    """Questions, each with what is said of it: (name, words), lines of which become a list."""
    items = "".join(
        f"<li><p>{words(question)}</p><dl>{''.join(_said(*each) for each in about)}</dl></li>"
        for question, about in asked
    )
    return f'<ol class="cases">{items}</ol>'


def _said(name: str, said: str) -> str:
    lines = [words(line) for line in said.split("\n")]
    shown = lines[0] if len(lines) == 1 else f"<ol><li>{'</li><li>'.join(lines)}</li></ol>"
    return f"<div><dt>{words(name)}</dt><dd>{shown}</dd></div>"


def one_line(scored: Scored) -> str:
    """The question."""
    return " ".join(scored.line.asked.split())


def article(number: str, text: str) -> str:
    """An article and its text."""
    return f"{article_name(number)} — {text}"


def found(scored: Scored) -> dict[str, str]:
    """Key → name of what was found, best first."""
    by_document = scored.question.by_document
    return {
        key_of(r, by_document=by_document): r.text if by_document else article(r.article, r.text)
        for r in scored.line.ranking
    }
