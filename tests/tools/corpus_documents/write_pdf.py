"""A Document as a justified, hyphenated PDF with a running header and numbered pages."""

import re
from functools import partial
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import black, lightgrey
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer
from reportlab.platypus import Paragraph as PdfParagraph
from reportlab.platypus import Table as PdfTable

from corpus_documents.model import EN_DASH, Block, Document, Heading, Paragraph, Points, Table

AUTHOR = "Ville de Valmercy"
SOFT_HYPHEN = "\u00ad"
MARGIN = 2.6 * cm
LINE_WIDTH = A4[0] - 2 * MARGIN

_LONG_WORD = re.compile(r"[^\W\d_]{8,}")
# A syllable break that French always allows: vowel | consonant + vowel, three letters each side.
_SYLLABLE = re.compile(
    r"(?<=[^\W\d_]{2}[aeiouéèêàâîôûù])(?=[bcdfghjlmnpqrstvz][aeiouéèêàâîôûù][^\W\d_])"
)

BODY = ParagraphStyle(
    "body",
    fontName="Times-Roman",
    fontSize=12.5,
    leading=18,
    alignment=TA_JUSTIFY,
    spaceAfter=7,
    embeddedHyphenation=1,
)
POINT = ParagraphStyle("point", parent=BODY, leftIndent=18, bulletIndent=6, spaceAfter=3)
CELL = ParagraphStyle("cell", fontName="Times-Roman", fontSize=9.5, leading=12)
HEAD_CELL = ParagraphStyle("head", parent=CELL, fontName="Times-Bold")
TITLE = ParagraphStyle("title", fontName="Times-Bold", fontSize=18, leading=23, spaceAfter=6)
SUBTITLE = ParagraphStyle("subtitle", fontName="Times-Italic", fontSize=11, spaceAfter=16)
HEADINGS = {
    1: ParagraphStyle(
        "h1", fontName="Times-Bold", fontSize=13.5, leading=17, spaceBefore=8, spaceAfter=5,
        keepWithNext=1,
    ),
    2: ParagraphStyle(
        "h2", fontName="Times-BoldItalic", fontSize=11.5, leading=15, spaceBefore=5, spaceAfter=4,
        keepWithNext=1,
    ),
}  # fmt: skip


def write(document: Document) -> bytes:
    """Typeset twice: the footer needs the number of pages."""
    pages = _build(document, total=0)[1]
    return _build(document, total=pages)[0]


def _build(document: Document, total: int) -> tuple[bytes, int]:
    buffer = BytesIO()
    template = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=2.8 * cm,
        bottomMargin=2.8 * cm,
        title=document.title,
        author=AUTHOR,
        keywords=document.metadata.keywords,
        lang="fr-FR",
        invariant=1,
    )
    frame = partial(_draw_frame, title=document.title, total=total)
    template.build(_story(document), onFirstPage=frame, onLaterPages=frame)
    return buffer.getvalue(), template.page


def _draw_frame(canvas: Canvas, template: SimpleDocTemplate, *, title: str, total: int) -> None:
    canvas.saveState()
    canvas.setFont("Times-Italic", 9)
    canvas.drawString(MARGIN, A4[1] - 1.5 * cm, f"{AUTHOR} {EN_DASH} {title}")
    canvas.line(MARGIN, A4[1] - 1.7 * cm, A4[0] - MARGIN, A4[1] - 1.7 * cm)
    canvas.drawCentredString(A4[0] / 2, 1.3 * cm, f"Page {template.page} sur {total}")
    canvas.restoreState()


def _story(document: Document) -> list[Flowable]:
    effective = document.metadata.effective_in_words
    story: list[Flowable] = [
        PdfParagraph(escape(document.title), TITLE),
        PdfParagraph(f"Procédure interne, en vigueur le {effective}", SUBTITLE),
    ]
    for block in document.blocks:
        story.extend(_flowables(block))
    return story


def _flowables(block: Block) -> list[Flowable]:
    match block:
        case Heading(level, text):
            return [PdfParagraph(escape(text), HEADINGS[level])]
        case Paragraph(text):
            return [PdfParagraph(_prose(text), BODY)]
        case Points(items, numbered):
            marks = [f"{rank}." if numbered else EN_DASH for rank in range(1, len(items) + 1)]
            return [
                PdfParagraph(_prose(item), POINT, bulletText=mark)
                for item, mark in zip(items, marks, strict=True)
            ]
        case Table():
            return [_table(block), Spacer(0, 8)]


def _table(block: Table) -> PdfTable:
    rows = [[PdfParagraph(escape(cell), HEAD_CELL) for cell in block.header]]
    rows += [[PdfParagraph(escape(cell), CELL) for cell in row] for row in block.rows]
    return PdfTable(
        rows,
        colWidths=[LINE_WIDTH / len(block.header)] * len(block.header),
        repeatRows=1,
        style=[
            ("GRID", (0, 0), (-1, -1), 0.5, black),
            ("BACKGROUND", (0, 0), (-1, 0), lightgrey),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ],
    )


def _prose(text: str) -> str:
    return _LONG_WORD.sub(lambda word: _SYLLABLE.sub(SOFT_HYPHEN, word.group()), escape(text))
