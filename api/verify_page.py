"""A verified document as one self-contained HTML page: no script, nothing loaded from elsewhere.

Each reference is marked in the document and leads to a note beside it with its verdict, why, and
the words of the article; on paper and on narrow screens the notes follow the document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from typing import TYPE_CHECKING

from rag.legal.dates import french

if TYPE_CHECKING:
    from api.verify_command import Checked
    from rag.legal.verify import Shown, Verified

MAX_WORDS = 6000  # characters of an article shown whole
SIGNS = {
    "in_force": ("ok", "✓"),
    "quote_ok": ("ok", "✓"),
    "modified_since": ("warn", "!"),
    "quote_mismatch": ("bad", "✗"),
    "not_in_force_at_date": ("bad", "✗"),
    "unknown_article": ("bad", "✗"),
    "not_in_corpus": ("none", "?"),
}
STYLE = """
:root { color-scheme: light dark; --ink: #1b1d21; --paper: #fdfcfa; --faint: #62676f;
  --line: #d9d6cf; --ok: #e3f3e5; --ok-ink: #14532d; --warn: #fff1c2; --warn-ink: #6b4a00;
  --bad: #fbe0dd; --bad-ink: #86160f; --none: #e8e9ec; --none-ink: #3b4048; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e5e0; --paper: #17181b; --faint: #a3a7ae;
  --line: #3a3c41; --ok: #15391f; --ok-ink: #a8e5b8; --warn: #4a3d0c; --warn-ink: #f5dd8f;
  --bad: #4d1b17; --bad-ink: #f7b9b3; --none: #303238; --none-ink: #c9ccd2; } }
* { box-sizing: border-box; }
body { font: 16px/1.6 Georgia, "Times New Roman", serif; color: var(--ink);
  background: var(--paper); max-width: 80rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
.about { color: var(--faint); margin-top: 0; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 26rem); gap: 2rem;
  align-items: start; }
.document { white-space: pre-wrap; overflow-wrap: anywhere; }
.notes { list-style: none; margin: 0; padding: 0; font-size: .92rem; }
.notes li { border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem;
  margin-bottom: .8rem; }
.notes li:target { outline: 2px solid currentColor; }
a.ref { color: inherit; text-decoration: none; border-bottom: 2px solid; border-radius: 3px;
  padding: 0 .1em; }
.ok { background: var(--ok); color: var(--ok-ink) !important; }
.warn { background: var(--warn); color: var(--warn-ink) !important; }
.bad { background: var(--bad); color: var(--bad-ink) !important; }
.none { background: var(--none); color: var(--none-ink) !important; }
.verdict { display: inline-block; border-radius: 4px; padding: 0 .45em; font-weight: bold; }
.words { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid var(--line);
  padding-left: .7rem; margin: .4rem 0 0; max-height: 20rem; overflow: auto; }
summary { cursor: pointer; } .faint { color: var(--faint); }
@media (max-width: 60rem) { .pair { grid-template-columns: 1fr; } }
@media print { .pair { display: block; } .words { max-height: none; } body { margin: 0; } }
"""


def page(checked: Sequence[Checked], day: date) -> str:
    """The whole page, in French."""
    title = f"Références vérifiées au {french(day)}"
    bodies = "".join(_document(at, document) for at, document in enumerate(checked))
    return (
        '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f'<h1>{escape(title)}</h1><p class="about">{escape(_summary(checked))}</p>'
        f"{bodies}</body></html>\n"
    )


def _summary(checked: Sequence[Checked]) -> str:
    from api.verify_command import VERDICTS

    counts = Counter(entry.verdict for document in checked for entry in document.found)
    if not counts:
        return "Aucune référence juridique trouvée."
    parts = [f"{VERDICTS[verdict]} : {counts[verdict]}" for verdict in SIGNS if counts[verdict]]
    total = counts.total()
    return f"{total} référence{'s' if total > 1 else ''} — " + ", ".join(parts)


def _document(at: int, document: Checked) -> str:
    prefix = f"d{at}r"
    notes = "".join(_note(f"{prefix}{n}", entry) for n, entry in enumerate(document.found))
    return (
        f"<section><h2>{escape(document.name)}</h2>"
        f'<div class="pair"><div class="document">{_marked(document, prefix)}</div>'
        f'<ol class="notes" aria-label="Verdicts">{notes}</ol></div></section>'
    )


def _marked(document: Checked, prefix: str) -> str:
    parts: list[str] = []
    at = 0
    for number, entry in enumerate(document.found):
        kind, sign = SIGNS[entry.verdict]
        parts.append(escape(document.words[at : entry.start]))
        parts.append(
            f'<a class="ref {kind}" id="{prefix}{number}t" href="#{prefix}{number}" '
            f'title="{escape(_label(entry))}">{escape(entry.surface)}<sup>{sign}</sup></a>'
        )
        at = entry.end
    parts.append(escape(document.words[at:]))
    return "".join(parts)


def _label(entry: Verified) -> str:
    from api.verify_command import VERDICTS

    return f"{VERDICTS[entry.verdict]} — {entry.detail}"


def _note(anchor: str, entry: Verified) -> str:
    from api.verify_command import VERDICTS

    kind, sign = SIGNS[entry.verdict]
    surface = escape(" ".join(entry.surface.split()))
    return (
        f'<li id="{anchor}"><span class="verdict {kind}">{sign} {escape(VERDICTS[entry.verdict])}'
        f'</span> <a href="#{anchor}t">{surface}</a>'
        f'<div class="faint">{escape(entry.text)}</div><div>{escape(entry.detail)}</div>'
        f"{_articles(entry.shown)}</li>"
    )


def _articles(shown: Iterable[Shown]) -> str:
    parts = []
    for entry in shown:
        words = entry.version.words if entry.version else None
        start = entry.version.validity.start if entry.version else None
        since = f" <span class='faint'>(version du {escape(french(start))})</span>" if start else ""
        body = escape(_shortened(words)) if words else "<em>Texte inconnu.</em>"
        parts.append(
            f"<details><summary>Article {escape(entry.article.number)}{since}</summary>"
            f'<div class="words">{body}</div></details>'
        )
    return "".join(parts)


def _shortened(words: str) -> str:
    return words if len(words) <= MAX_WORDS else words[:MAX_WORDS].rsplit(" ", 1)[0] + " […]"
