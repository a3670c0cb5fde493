"""The shell of the self-contained pages that one sends to colleagues: no script, nothing loaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from rag.legal.comparison import Kind, Segment

STYLE = """
:root { color-scheme: light dark; --ink: #1b1d21; --paper: #fdfcfa; --faint: #6a6f78;
  --line: #d9d6cf; --add: #dff3e2; --add-ink: #11512a; --del: #fbe3e1; --del-ink: #8a1c14;
  --mark: #fff1c2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e5e0; --paper: #17181b; --faint: #a0a4ab;
  --line: #3a3c41; --add: #15391f; --add-ink: #a8e5b8; --del: #4a1d1a; --del-ink: #f5b7b1;
  --mark: #4d4212; } }
body { font: 16px/1.55 Georgia, "Times New Roman", serif; color: var(--ink);
  background: var(--paper); max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; }
p.about, .faint { color: var(--faint); } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid var(--line); }
ins { background: var(--add); color: var(--add-ink); text-decoration: none; }
del { background: var(--del); color: var(--del-ink); }
.words { white-space: pre-wrap; } article { border-top: 1px solid var(--line); }
"""


def page(title: str, body: str) -> str:
    """A whole HTML page in French."""
    return (
        '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def comparison(segments: Iterable[Segment]) -> str:
    """Removed words struck out, added ones marked, both also for who does not see colours."""
    tags = {Kind.SAME: "{}", Kind.ADDED: "<ins>{}</ins>", Kind.REMOVED: "<del>{}</del>"}
    marked = "".join(tags[s.kind].format(escape(s.words)) for s in segments)
    return f'<div class="words">{marked}</div>'


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are text."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
