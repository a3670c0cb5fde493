"""What the styles of an OpenDocument text say: titles, page breaks, the labels of lists.

Element and attribute names: OASIS OpenDocument 1.3, part 3, sections 16 and 19.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_NS = "{urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, STYLE, TEXT, TABLE = (f"{_NS}{n}:1.0}}" for n in ("office", "style", "text", "table"))
DRAW = f"{_NS}drawing:1.0}}"
_FO = f"{_NS}xsl-fo-compatible:1.0}}"

_TITLE_STYLES = frozenset(("Title", "Titre", "Titre_20_principal"))
_MAX_ANCESTORS = 20
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list or of the headings is numbered; `format` "" shows no number."""

    format: str
    prefix: str = ""
    suffix: str = ""
    shown: int = 1  # how many levels the label shows: 2 gives "1.2"
    start: int = 1


@dataclass(slots=True)
class Styles:
    """Styles of a document by name."""

    paragraphs: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, dict[int, Level]] = field(default_factory=dict)
    outline: dict[int, Level] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Any, styles: Any | None) -> Styles:
        """Styles of `content.xml` and `styles.xml`; the document's own come last and win."""
        found = cls()
        for root in (styles, content):
            if root is not None:
                found._take(root)
        return found

    def _take(self, root: Any) -> None:
        for style in root.iter(f"{STYLE}style"):
            if style.get(f"{STYLE}family") == "paragraph":
                self.paragraphs[style.get(f"{STYLE}name") or ""] = style
        for style in root.iter(f"{TEXT}list-style"):
            self.lists[style.get(f"{STYLE}name") or ""] = dict(_levels(style))
        for style in root.iter(f"{TEXT}outline-style"):
            self.outline = dict(_levels(style))

    def ancestry(self, name: str) -> Iterator[tuple[str, Any]]:
        """The style called `name` and those that it is based on."""
        for _ in range(_MAX_ANCESTORS):
            style = self.paragraphs.get(name)
            yield name, style
            if style is None:
                return
            name = style.get(f"{STYLE}parent-style-name") or ""

    def is_title(self, name: str) -> bool:
        """True for the style of the document's title, or one based on it."""
        return any(name in _TITLE_STYLES for name, _ in self.ancestry(name))

    def heading_level(self, name: str) -> int:
        """Outline level that the style gives to plain paragraphs; 0 when none."""
        for _, style in self.ancestry(name):
            level = "" if style is None else style.get(f"{STYLE}default-outline-level") or ""
            if level.isdigit():
                return int(level)
        return 0

    def breaks_page(self, name: str) -> bool:
        """True when the paragraph begins a page by its own style."""
        style = self.paragraphs.get(name)
        properties = None if style is None else style.find(f"{STYLE}paragraph-properties")
        return properties is not None and properties.get(f"{_FO}break-before") == "page"


def _levels(style: Any) -> Iterator[tuple[int, Level]]:
    for level in style:
        if not isinstance(level.tag, str):
            continue
        bullet = level.tag.endswith("list-level-style-bullet")
        number = level.get(f"{STYLE}num-format") or ""
        yield (
            _whole(level.get(f"{TEXT}level"), 1),
            Level(
                "-" if bullet else number,
                level.get(f"{STYLE}num-prefix") or "",
                level.get(f"{STYLE}num-suffix") or "",
                _whole(level.get(f"{TEXT}display-levels"), 1),
                _whole(level.get(f"{TEXT}start-value"), 1),
            ),
        )


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() and len(text) < 6 else default


@dataclass(slots=True)
class Counter:
    """The running numbers of one list, or of the headings."""

    levels: dict[int, Level]
    counts: dict[int, int] = field(default_factory=dict)

    def next_label(self, depth: int, start: int | None = None) -> str:
        """The label of the next entry at `depth` (from 1); "" when the level shows none."""
        level = self.levels.get(depth, Level(""))
        first = level.start if start is None else start
        self.counts[depth] = first if start is not None else self.counts.get(depth, first - 1) + 1
        for deeper in [d for d in self.counts if d > depth]:
            del self.counts[deeper]
        if level.format in ("", "-"):
            return level.format
        shown = range(max(1, depth - level.shown + 1), depth + 1)
        numbers = [self._number(d) for d in shown]
        return f"{level.prefix}{'.'.join(filter(None, numbers))}{level.suffix}".strip()

    def _number(self, depth: int) -> str:
        level = self.levels.get(depth, Level(""))
        return formatted(self.counts.get(depth, level.start), level.format)


def formatted(number: int, shape: str) -> str:
    """`number` as 1, a, A, i or I; a format of its own ("1st") as digits."""
    if not shape or number < 1:
        return ""
    if shape in "aA":
        letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters if shape == "a" else letters.upper()
    if shape in "iI" and number < 40:
        return roman(number) if shape == "i" else roman(number).upper()
    return str(number)


def roman(number: int) -> str:
    """`number`, below 40, in small Roman numerals."""
    letters = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        letters += sign * count
    return letters
