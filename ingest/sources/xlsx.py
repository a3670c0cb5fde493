"""Reads workbooks (XLSX): each sheet a heading, each row with the names of its columns.

Read with openpyxl, which `unstructured` itself uses: its own reading goes through pandas, where a
cell "N/A" disappears and amounts are rounded to six digits.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from ingest.sources.base import Block, BlockKind, Document, Source
from ingest.sources.docx import core_properties
from ingest.sources.guards import member, open_office, refuse_doctype
from ingest.sources.wording import clean_words, join_cells
from rag.errors import EmptySource, HostileSource, UnreadableSource

MAX_CELLS = 2_000_000
MAX_COLUMNS = 200  # wider sheets are data, not texts
_XML = (".xml", ".rels")
# what openpyxl lets through; XML errors of both of its parsers are SyntaxErrors
_BROKEN = (
    SyntaxError,
    LookupError,
    ValueError,
    ArithmeticError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)
_UNREAD = ("xl/media/", "xl/embeddings/", "customXml/")


def read(source: Source) -> Iterator[Document]:
    """Yields the workbook as one document. Hidden sheets are left out, as on screen."""
    with open_office(source) as archive:
        member(archive, "xl/workbook.xml", source)
        for name in archive.namelist():
            if name.endswith(_XML) and not name.startswith(_UNREAD):
                refuse_doctype(archive.read(name), f"{source.name}!{name}")
        declared = core_properties(archive, source)
    blocks = tuple(_workbook(source))
    if all(block.kind is BlockKind.HEADING for block in blocks):
        raise EmptySource("le classeur est vide", where=source.name, remedy="Redemandez-le.")
    yield Document(source, blocks, declared)


def _workbook(source: Source) -> Iterator[Block]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book: Any = load_workbook(source.path, read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    yield from _sheet(sheet, source)
        finally:
            book.close()
    except (*_BROKEN, InvalidFileException) as error:
        raise UnreadableSource(
            f"classeur incomplet ou mal formé ({error})",
            where=source.name,
            remedy="Ouvrez-le dans Excel ou LibreOffice et réenregistrez-le.",
        ) from error


def _sheet(sheet: Any, source: Source) -> Iterator[Block]:
    rows = list(_rows(sheet, source))
    if rows:
        yield Block(BlockKind.HEADING, clean_words(sheet.title), level=1)
        yield from sheet_blocks(rows)


def _rows(sheet: Any, source: Source) -> Iterator[list[str]]:
    seen = 0
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True):
        seen += len(row)
        if seen > MAX_CELLS:
            raise HostileSource(
                f"plus de {MAX_CELLS} cellules dans la feuille « {sheet.title} »",
                where=source.name,
                remedy="Effacez les lignes vides mises en forme, ou découpez le classeur.",
            )
        cells = [cell_words(value) for value in islice(row, MAX_COLUMNS)]
        if any(cells):
            yield cells


def sheet_blocks(rows: Sequence[list[str]]) -> Iterator[Block]:
    """Blocks of the filled rows of a sheet: lines before the table, then "Column: value" rows."""
    start = next((i for i, row in enumerate(rows) if _filled(row) > 1), len(rows))
    for row in rows[:start]:
        yield Block(BlockKind.PARAGRAPH, join_cells(row))
    if start == len(rows):
        return
    header = rows[start]
    if len(rows) == start + 1 or _filled(header) < 2:
        yield Block(BlockKind.ROW, join_cells(header))
        return
    for row in rows[start + 1 :]:
        yield Block(BlockKind.ROW, _named(header, row))


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell)


def _named(header: Sequence[str], row: Sequence[str]) -> str:
    """Filled cells behind their columns' names; a first cell alone is a title in the table."""
    names = (*header, *[""] * max(0, len(row) - len(header)))
    if _filled(row) == 1 and row[0]:
        return row[0]
    cells = zip(names, row, strict=False)
    return " | ".join(f"{name}: {cell}" if name else cell for name, cell in cells if cell)


def cell_words(value: object) -> str:
    """A cell as people read it: whole numbers without ".0", dates in ISO, booleans in French."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return clean_words(str(value))


def _number(value: float) -> str:
    """A number with a decimal comma, without the noise of binary fractions."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.12g}".replace(".", ",")
