"""The words of a PDF page with their place and look, as pdfium sees them."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from dataclasses import dataclass, replace

import pypdfium2
import pypdfium2.raw as pdfium

HYPHEN_AT_LINE_END = "\x02"  # what pdfium gives in place of "-" where a line ends on it
BOLD_WEIGHT = 600
_LINE_ENDS = frozenset({HYPHEN_AT_LINE_END, "\ufffe"})
_BREAKS = frozenset("\r\n\x00")
_SPACES = frozenset(" \t\u00a0\u202f\u2009\u2007\u2002\u2003\u3000")
_BOLD_NAMES = ("bold", "black", "heavy", "demi")
_SLANTED_NAMES = ("italic", "oblique")
_REPLACED = str.maketrans(
    {
        HYPHEN_AT_LINE_END: "-",
        "\ufffe": "-",
        "\u2010": "-",
        "\u2011": "-",
        "\ufeff": None,
        "\u200b": None,
        **{chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)},
    }
)


@dataclass(frozen=True, slots=True)
class Style:
    """How words look. `size` is in points, as printed; `colour` is 0xRRGGBB."""

    size: float
    bold: bool = False
    italic: bool = False
    colour: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters in one style: a word, or a part of one.

    `x0`, `x1` and the baseline `y` are in points, `y` upwards. `before` is what
    pdfium has before it: a space, a line break, or nothing when it goes on the word before.
    `raised`: it is a superscript, whose `y` has been brought down to its line's (`pdf_lines`).
    """

    text: str
    x0: float
    x1: float
    y: float
    style: Style
    before: str = "\n"
    raised: bool = False


class PageWords:
    """Reads the words of one open text page; one call of pdfium a character, few more a word."""

    def __init__(self, textpage: pypdfium2.PdfTextPage) -> None:
        self._textpage = textpage  # held: the raw handle dies with it
        self._page = textpage.raw
        codes = (pdfium.FPDFText_GetUnicode(self._page, i) for i in range(textpage.count_chars()))
        self._characters = "".join(map(chr, codes))
        self._styles: dict[int, Style] = {}
        self._place = (ctypes.c_double(), ctypes.c_double())
        self._box = pdfium.FS_RECTF()
        self._name = ctypes.create_string_buffer(256)

    def read(self) -> list[Word]:
        """The words in the order of the page's content, turned upright when it is sideways."""
        groups: dict[int, list[Word]] = {}
        for start, end, before in self._runs():
            quarter = self._quarter_turns(start)
            if quarter is not None and (word := self._word(start, end, quarter, before)):
                groups.setdefault(quarter, []).append(word)
        ordered = sorted(groups.values(), key=len, reverse=True)
        return _stacked(ordered)

    def _runs(self) -> list[tuple[int, int, str]]:
        """(start, end, before) of characters without a space in them and from one text object."""
        runs: list[tuple[int, int, str]] = []
        start, owner, before = -1, 0, "\n"
        for index, character in enumerate(self._characters):
            gap = character in _SPACES or character in _BREAKS
            current = 0 if gap else self._owner(index)
            if start >= 0 and (gap or current != owner):
                runs.append((start, index, before))
                start, before = -1, ""
            if gap:
                before = " " if character in _SPACES else "\n"
            elif start < 0:
                start, owner = index, current
            if character in _LINE_ENDS and start >= 0:
                runs.append((start, index + 1, before))
                start, before = -1, "\n"
        if start >= 0:
            runs.append((start, len(self._characters), before))
        return runs

    def _owner(self, index: int) -> int:
        pointer = pdfium.FPDFText_GetTextObject(self._page, index)
        return ctypes.addressof(pointer.contents) if pointer else 0

    def _quarter_turns(self, index: int) -> int | None:
        """0 to 3, or None for slanted words, which are stamps and watermarks."""
        turns = pdfium.FPDFText_GetCharAngle(self._page, index) / (math.pi / 2)
        nearest = round(turns)
        return nearest % 4 if abs(turns - nearest) < 0.05 else None

    def _word(self, start: int, end: int, quarter: int, before: str) -> Word | None:
        text = self._characters[start:end].translate(_REPLACED)
        if not text:
            return None
        left, right, base = self._extent(start, end, quarter)
        return Word(text, left, max(left, right), base, self._style(start), before)

    def _extent(self, start: int, end: int, quarter: int) -> tuple[float, float, float]:
        """(left, right, baseline) of a run, once the page is turned upright."""
        x, y = self._place
        pdfium.FPDFText_GetCharOrigin(self._page, start, x, y)
        box = self._box
        pdfium.FPDFText_GetLooseCharBox(self._page, end - 1, box)
        if quarter == 0:
            return x.value, box.right, y.value
        if quarter == 1:
            return -y.value, -box.bottom, x.value
        if quarter == 2:
            return -x.value, -box.left, -y.value
        return y.value, box.top, -x.value

    def _style(self, index: int) -> Style:
        owner = self._owner(index)
        if owner not in self._styles:
            self._styles[owner] = self._read_style(index)
        return self._styles[owner]

    def _read_style(self, index: int) -> Style:
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(self._page, index, matrix)
        size = pdfium.FPDFText_GetFontSize(self._page, index) * math.hypot(matrix.c, matrix.d)
        name = self._font_name(index)
        weight = pdfium.FPDFText_GetFontWeight(self._page, index)
        return Style(
            round(size * 2) / 2,
            bold=weight >= BOLD_WEIGHT or any(part in name for part in _BOLD_NAMES),
            italic=any(part in name for part in _SLANTED_NAMES),
            colour=self._colour(index),
        )

    def _font_name(self, index: int) -> str:
        flags = ctypes.c_int()
        pdfium.FPDFText_GetFontInfo(self._page, index, self._name, len(self._name), flags)
        return self._name.value.decode("utf-8", "replace").lower()

    def _colour(self, index: int) -> int:
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        pdfium.FPDFText_GetFillColor(self._page, index, red, green, blue, alpha)
        return (red.value << 16) | (green.value << 8) | blue.value


def _stacked(groups: list[list[Word]]) -> list[Word]:
    """The upright words, then those of other directions below them, as if on one page."""
    words: list[Word] = []
    for group in groups:
        lift = min((word.y for word in words), default=0.0) - max(word.y for word in group) - 50
        moved = group if not words else [_moved(word, lift) for word in group]
        words.extend(moved)
    return words


def _moved(word: Word, lift: float) -> Word:
    return replace(word, y=word.y + lift)
