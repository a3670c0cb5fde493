"""Page images read by the `tesseract` program, when `--ocr` asks for it."""

from __future__ import annotations

import csv
import io
import logging
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from statistics import median

import pypdfium2

from ingest.sources.pdf_columns import regions
from ingest.sources.pdf_lines import Line, make_line
from ingest.sources.pdf_words import Style, Word
from rag.errors import MissingPackage, UnreadableSource

PROGRAM = "tesseract"
DPI = 300
MAX_PIXELS = 60_000_000  # A2 at 300 dpi; a larger page is rendered coarser
TIMEOUT = 180  # seconds a page: 10 times what a dense page took on the two-core machine
MIN_CONFIDENCE = 20  # of 100: below it tesseract reads specks and rules
SMALLEST, LARGEST = 4.0, 40.0  # points: heights of words beyond are noise
SIZE_STEPS = 1.35  # a line is larger than the page's usual from this ratio on

_log = logging.getLogger(__name__)


class Reader:
    """Reads page images of one source. The program and its languages are looked up once."""

    def __init__(self, where: str) -> None:
        self._where = where

    def lines(self, page: pypdfium2.PdfPage, number: int) -> list[Line]:
        """The lines of a page image, in reading order, in points.

        Raises MissingPackage without the program, UnreadableSource when it fails or takes too long.
        """
        width, height = page.get_size()
        scale = min(DPI / 72, (MAX_PIXELS / max(1.0, width * height)) ** 0.5)
        table = self._read(_rendered(page, scale), number)
        rows = list(_rows(table, scale, height))
        return [
            make_line(row, number, region)
            for region, band in enumerate(regions(rows))
            for row in band
        ]

    @cached_property
    def _program(self) -> str:
        found = shutil.which(PROGRAM)
        if found is None:
            raise MissingPackage(
                "le programme tesseract n'est pas installé",
                where=self._where,
                remedy="Installez-le : apt install tesseract-ocr tesseract-ocr-fra",
            )
        return found

    @cached_property
    def _language(self) -> str:
        listed = self._run(["--list-langs"], b"", "langues").decode("utf-8", "replace").split()
        if "fra" in listed:
            return "fra"
        _log.warning(
            "%s : données françaises de tesseract absentes, lecture en anglais ;"
            " installez tesseract-ocr-fra",
            self._where,
        )
        return "eng"

    def _read(self, image: bytes, number: int) -> str:
        dense = ["stdin", "stdout", "-l", self._language, "--dpi", str(DPI), "tsv"]
        return self._run(dense, image, f"page {number}").decode("utf-8", "replace")

    def _run(self, arguments: list[str], image: bytes, what: str) -> bytes:
        try:
            done = subprocess.run(
                [self._program, *arguments],
                input=image,
                capture_output=True,
                timeout=TIMEOUT,
                check=True,
            )
        except subprocess.TimeoutExpired as error:
            raise self._failed(what, f"plus de {TIMEOUT} s") from error
        except (subprocess.CalledProcessError, OSError) as error:
            sign = getattr(error, "stderr", b"") or str(error).encode()
            raise self._failed(what, sign.decode("utf-8", "replace").strip()[-200:]) from error
        return done.stdout

    def _failed(self, what: str, sign: str) -> UnreadableSource:
        return UnreadableSource(
            f"tesseract n'a pas pu lire l'image ({what} : {sign})",
            where=self._where,
            remedy="Essayez « tesseract --list-langs », ou faites numériser la page de nouveau.",
        )


def _rendered(page: pypdfium2.PdfPage, scale: float) -> bytes:
    """The page as a PNG in grey."""
    bitmap = page.render(scale=scale, grayscale=True)
    buffer = io.BytesIO()
    bitmap.to_pil().save(buffer, format="PNG")
    bitmap.close()
    return buffer.getvalue()


def _rows(table: str, scale: float, height: float) -> Iterator[list[Word]]:
    """The lines of tesseract's table as words; sizes are evened out, for boxes follow letters."""
    boxes = _boxes(table)
    usual = _usual_height(boxes)
    for line in boxes:
        tall = median(float(box["height"]) for box in line)
        size = round(2 * (tall if tall > SIZE_STEPS * usual else usual) / scale * 1.4) / 2
        bottom = max(float(box["top"]) + float(box["height"]) for box in line)
        style = Style(min(max(size, SMALLEST), LARGEST))
        yield [_word(box, style, scale, height - bottom / scale) for box in line]


def _boxes(table: str) -> list[list[dict[str, str]]]:
    """Words grouped by tesseract's own lines."""
    lines: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if (row.get("text") or "").strip() and float(row["conf"]) >= MIN_CONFIDENCE:
            lines[row["block_num"], row["par_num"], row["line_num"]].append(row)
    return list(lines.values())


def _usual_height(boxes: list[list[dict[str, str]]]) -> float:
    return median([float(box["height"]) for line in boxes for box in line] or [1.0])


def _word(box: dict[str, str], style: Style, scale: float, y: float) -> Word:
    left, width = float(box["left"]) / scale, float(box["width"]) / scale
    return Word(box["text"].strip(), left, left + width, y, style, " ")
