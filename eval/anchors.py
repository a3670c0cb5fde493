"""References found in the CRPA against the hyperlinks that DILA put on them.

    python -m eval.anchors [--source CRPA.json] [--misses N] [--extras N] [--json]

DILA's `texteHtml` links references (`<a href="…cidTexte=…&idArticle=…">`). The words are read
without the tags, as any text; then each link is looked for: is there a reference over its words,
and does it resolve to the same text and, in the CRPA, to the same article? A link's `idArticle` is
the id of one version of the article. Links to web sites are no references and are left out.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from rag.legal import codes
from rag.legal.extract import references_of
from rag.legal.names import Names
from rag.legal.resolve import Contents, Resolved, Shelf, resolve
from rag.retrieval.numbers import number_key
from rag.types import Article, Text, Version

DEFAULT = Path("../shared/corpora/legi/crpa/2026-05-28.json")
_BREAKS = frozenset("br p div td th tr li table blockquote".split())
_TARGET = re.compile(r"cidTexte=(?P<text>\w+)(?:.*?idArticle=(?P<article>\w+))?")
AROUND = 70  # characters shown on each side of a miss
_SAMPLE_SEED = 3


@dataclass(frozen=True, slots=True)
class Anchor:
    """One hyperlink: `words[start:end]` of its article, and where it leads."""

    start: int
    end: int
    text_id: str
    article_id: str  # of a version; "" for a link to a whole text


class _Page(HTMLParser):
    """The plain words of an article with its links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.length = 0
        self.anchors: list[Anchor] = []
        self._open: tuple[int, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self._add("\n")
        if tag == "a":
            self._open = (self.length, dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self._add("\n")
        if tag == "a" and self._open:
            start, href = self._open
            self._open = None
            target = _TARGET.search(href)
            words = "".join(self.parts)[start:]
            if target and words.strip():
                lead = len(words) - len(words.lstrip())
                end = start + len(words.rstrip())
                anchor = Anchor(start + lead, end, target["text"], target["article"] or "")
                self.anchors.append(anchor)

    def handle_data(self, data: str) -> None:
        self._add(data.replace("\n", " "))

    def _add(self, words: str) -> None:
        self.parts.append(words)
        self.length += len(words)


class CodeShelf(Shelf):
    """One code read from its file, without a catalogue."""

    def __init__(self, text: Text, articles: list[Article]) -> None:
        self.texts = [text]
        self._only = text
        self._all = Contents(articles)

    def text(self, title: str) -> Text | None:
        """The code, by its title."""
        return self._only if title == self._only.title else None

    def contents(self, text: Text) -> Contents:  # noqa: ARG002 - there is only one
        """Its articles."""
        return self._all

    def versions(self, articles: tuple[Article, ...]) -> list[Version]:
        """One version an article: the state in the file."""
        return [Version(a.article_id, a.article_id, "") for a in articles]

    def in_force(self, text: Text, day: date) -> frozenset[str]:  # noqa: ARG002 - one state
        """All of them."""
        return frozenset(article.article_id for article in self._all.ordered)


@dataclass(slots=True)
class Report:
    """What was compared; `misses` and `extras` in words."""

    anchors: int = 0
    found: int = 0
    in_code: int = 0
    right: int = 0
    other_texts: int = 0
    right_text: int = 0
    misses: list[str] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)

    def shape(self) -> dict[str, Any]:
        """The figures as JSON."""
        return {
            "anchors": self.anchors,
            "found": self.found,
            "found_share": _share(self.found, self.anchors),
            "in_code": self.in_code,
            "right_target": self.right,
            "right_share": _share(self.right, self.in_code),
            "other_codes": self.other_texts,
            "right_text": self.right_text,
            "extras": len(self.extras),
        }


def compare(source: Path) -> Report:
    """Compare every link of the code in `source` with the references found."""
    text, rows = _code(source)
    shelf = CodeShelf(text, [_article(row, text, at) for at, row in enumerate(rows)])
    ids = _ids(rows)
    names = Names.of([text.title])
    report = Report()
    for row in rows:
        page = _Page()
        page.feed(row.get("texteHtml") or "")
        words = "".join(page.parts)
        found = [
            resolve(reference, shelf, date.max)
            for reference in references_of(words, text.title, names)
        ]
        _compare_article(row["num"] or "", words, page.anchors, found, text, ids, report)
    return report


def _compare_article(
    number: str,
    words: str,
    anchors: Sequence[Anchor],
    found: Sequence[Resolved],
    text: Text,
    ids: dict[str, str],
    report: Report,
) -> None:
    for anchor in anchors:
        over = [r for r in found if _overlap(r, anchor)]
        report.anchors += 1
        report.found += bool(over)
        wrong = "" if over else "NOT FOUND"
        if anchor.text_id == text.text_id and anchor.article_id:
            report.in_code += 1
            right = any(_leads_to(r, ids.get(anchor.article_id, ""), text, anchor) for r in over)
            report.right += right
            wrong = wrong or ("" if right else f"WRONG TARGET, not {ids.get(anchor.article_id)}")
        elif anchor.text_id.startswith("LEGITEXT"):
            report.other_texts += 1
            right = any(_text_id(r) == anchor.text_id for r in over)
            report.right_text += right
            wrong = wrong or ("" if right else f"WRONG TEXT, not {anchor.text_id}")
        if wrong:
            report.misses.append(
                f"{number}: {wrong}: {_shown(words, anchor.start, anchor.end)} {_said(over)}"
            )
    for resolved in found:
        if not any(_overlap(resolved, anchor) for anchor in anchors):
            reference = resolved.reference
            report.extras.append(
                f"{number}: {_shown(words, reference.start, reference.end)} {_said([resolved])}"
            )


def _overlap(resolved: Resolved, anchor: Anchor) -> bool:
    return resolved.reference.start < anchor.end and anchor.start < resolved.reference.end


def _leads_to(resolved: Resolved, number: str, text: Text, anchor: Anchor) -> bool:
    """The article of the link is one that the reference means by the words of the link."""
    if resolved.text is None or resolved.text.text_id != text.text_id:
        return False
    marks = resolved.reference.marks
    return any(
        number_key(place.printed) == number_key(number)
        and (place.inside or marks[place.mark].start < anchor.end)
        for place in resolved.places
    )


def _text_id(resolved: Resolved) -> str:
    code = codes.code_titled(resolved.title)
    return code.text_id if code else ""


def _shown(words: str, start: int, end: int) -> str:
    around = (
        f"{words[max(0, start - AROUND) : start]}⟦{words[start:end]}⟧{words[end : end + AROUND]}"
    )
    return " ".join(around.split())


def _said(found: Sequence[Resolved]) -> str:
    said = [f"{r.title or '?'} {','.join(p.printed for p in r.places)}" for r in found]
    return "→ " + "; ".join(said) if said else ""


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _code(source: Path) -> tuple[Text, list[dict[str, Any]]]:
    root = json.loads(source.read_text(encoding="utf-8"))
    data = root["data"]
    text = Text(data["cid"] if "cid" in data else data["id"], data["title"], "code")
    return text, list(_rows(root))


def _rows(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if node["type"] == "article":
        yield node["data"]
    for child in node.get("children", []):
        yield from _rows(child)


def _article(row: dict[str, Any], text: Text, order: int) -> Article:
    return Article(row["cid"], text.text_id, row["num"] or "", order=order)


def _ids(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Any id of a version, or of the article → its number."""
    found: dict[str, str] = {}
    for row in rows:
        for known in (row["id"], row["cid"], *(v["id"] for v in row.get("articleVersions") or ())):
            found[known] = row["num"] or ""
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m eval.anchors", description=__doc__)
    parser.add_argument("--source", type=Path, default=DEFAULT)
    parser.add_argument("--misses", type=int, default=1000, help="how many misses to print")
    parser.add_argument("--extras", type=int, default=0, help="how many extra references to print")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    report = compare(chosen.source)
    lines = report.misses[: chosen.misses]
    sample = random.Random(_SAMPLE_SEED).sample(
        report.extras, min(chosen.extras, len(report.extras))
    )
    if chosen.json:
        shape = report.shape() | {"misses": lines, "sample": sample}
        sys.stdout.write(json.dumps(shape, ensure_ascii=False, indent=1) + "\n")
        return
    for line in (*lines, *(f"EXTRA {extra}" for extra in sample)):
        sys.stdout.write(line + "\n")
    for key, value in report.shape().items():
        sys.stdout.write(f"{key}\t{value}\n")


if __name__ == "__main__":
    main()
