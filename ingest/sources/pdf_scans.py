"""Which pages of a PDF are images of text: no words, or but a stamp on a scan."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import cached_property

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.sources.pdf_lines import Line

MAX_STAMP = 300  # characters: a prefecture's receipt stamp with its numbers has 150
SCAN_SHARE = 0.6  # of the page that a scan covers at least
SCAN_DPI = 90  # fax is 100; most coloured grounds behind text are coarser
SAMPLE = 20  # pages looked at for a printed ground

_KINDS = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_TEXT)


class Scans:
    """Tells the scans of one open document from pages with a printed ground."""

    def __init__(self, document: pypdfium2.PdfDocument) -> None:
        self._document = document

    def is_one(self, page: pypdfium2.PdfPage, lines: Sequence[Line]) -> bool:
        """True when the words of `page`, if it has any, are not those that it shows."""
        if not lines:
            return any(True for _ in page.get_objects(filter=_KINDS, max_depth=4))
        few = sum(len(line.words) for line in lines) <= MAX_STAMP
        return few and _is_covered(page) and not self._has_grounds

    @cached_property
    def _has_grounds(self) -> bool:
        """True when pages full of text have such an image too, as in the Journal officiel."""
        return any(self._is_ground(index) for index in range(min(SAMPLE, len(self._document))))

    def _is_ground(self, index: int) -> bool:
        with closing(self._document[index]) as page:
            if not _is_covered(page):
                return False
            with closing(page.get_textpage()) as textpage:
                return bool(textpage.count_chars() > MAX_STAMP)


def _is_covered(page: pypdfium2.PdfPage) -> bool:
    """True when one image, sharp enough to be read, takes most of the page."""
    width, height = page.get_size()
    for image in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=1):
        left, bottom, right, top = image.get_bounds()
        sharp = min(image.get_px_size()) >= SCAN_DPI / 72 * min(right - left, top - bottom)
        if sharp and (right - left) * (top - bottom) >= SCAN_SHARE * width * height:
            return True
    return False
