"""A Document as a Word file: real heading, list and table styles, core properties."""

from datetime import datetime, time
from io import BytesIO

import docx
from docx.document import Document as WordDocument

from corpus_documents.archive import settle
from corpus_documents.model import EN_DASH, Block, Document, Heading, Paragraph, Points, Table

AUTHOR = "Ville de Valmercy"


def write(document: Document) -> bytes:
    word = docx.Document()
    _describe(word, document)
    word.sections[0].header.paragraphs[0].text = f"{AUTHOR} {EN_DASH} procédures internes"
    word.add_paragraph(document.title, style="Title")
    effective = document.metadata.effective_in_words
    word.add_paragraph(f"Procédure interne, en vigueur le {effective}", style="Subtitle")
    for block in document.blocks:
        _add(word, block)
    buffer = BytesIO()
    word.save(buffer)
    return settle(buffer.getvalue(), document.metadata.effective)


def _describe(word: WordDocument, document: Document) -> None:
    properties = word.core_properties
    properties.title = document.title
    properties.keywords = document.metadata.keywords
    properties.author = properties.last_modified_by = AUTHOR
    properties.comments = ""
    properties.language = "fr-FR"
    properties.revision = 1
    moment = datetime.combine(document.metadata.effective, time(8))
    properties.created = properties.modified = moment


def _add(word: WordDocument, block: Block) -> None:
    match block:
        case Heading(level, text):
            word.add_heading(text, level)
        case Paragraph(text):
            word.add_paragraph(text)
        case Points(items, numbered):
            for item in items:
                word.add_paragraph(item, style="List Number" if numbered else "List Bullet")
        case Table(header, rows):
            _add_table(word, (header, *rows))


def _add_table(word: WordDocument, rows: tuple[tuple[str, ...], ...]) -> None:
    table = word.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for position, row in enumerate(rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.paragraphs[0].add_run(text).bold = position == 0
    word.add_paragraph()
