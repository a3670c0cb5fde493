"""Sheets of rows as an Excel workbook with core properties."""

from dataclasses import dataclass
from datetime import datetime, time
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from corpus_documents.archive import settle
from corpus_documents.model import Metadata, Table

AUTHOR = "Ville de Valmercy"


@dataclass(frozen=True)
class Sheet:
    """A named sheet; ``widths`` are in characters."""

    name: str
    widths: tuple[int, ...]
    table: Table


def write(metadata: Metadata, sheets: tuple[Sheet, ...]) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for sheet in sheets:
        _fill(workbook.create_sheet(sheet.name), sheet)
    properties = workbook.properties
    properties.title = metadata.title
    properties.keywords = metadata.keywords
    properties.creator = properties.lastModifiedBy = AUTHOR
    properties.language = "fr-FR"
    properties.created = properties.modified = datetime.combine(metadata.effective, time(8))
    buffer = BytesIO()
    workbook.save(buffer)
    return settle(buffer.getvalue(), metadata.effective)


def _fill(worksheet: Worksheet, sheet: Sheet) -> None:
    for row in (sheet.table.header, *sheet.table.rows):
        worksheet.append(row)
    for cells in worksheet.iter_rows():
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in worksheet[1]:
        cell.font = Font(bold=True)
    for column, width in enumerate(sheet.widths, start=1):
        worksheet.column_dimensions[get_column_letter(column)].width = width
    worksheet.freeze_panes = "A2"
