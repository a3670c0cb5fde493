"""A Document as an OpenDocument text: outline headings, lists, tables, metadata."""

from io import BytesIO

from odf import dc, meta, style, table, text
from odf.opendocument import OpenDocumentText

from corpus_documents.archive import settle
from corpus_documents.model import Block, Document, Heading, Paragraph, Points, Table

AUTHOR = "Ville de Valmercy"
HEADING_SIZES = {1: "15pt", 2: "12.5pt"}


def write(document: Document) -> bytes:
    odt = OpenDocumentText()
    _describe(odt, document)
    _add_styles(odt)
    odt.text.addElement(text.P(stylename="Title", text=document.title))
    effective = document.metadata.effective_in_words
    odt.text.addElement(text.P(stylename="Subtitle", text=f"En vigueur le {effective}"))
    for number, block in enumerate(document.blocks):
        _add(odt, block, number)
    buffer = BytesIO()
    odt.write(buffer)
    return settle(buffer.getvalue(), document.metadata.effective)


def _describe(odt: OpenDocumentText, document: Document) -> None:
    moment = f"{document.metadata.effective}T08:00:00"
    for element in list(odt.meta.childNodes):
        odt.meta.removeChild(element)
    for element, words in (
        (meta.Generator(), AUTHOR),
        (dc.Title(), document.title),
        (meta.Keyword(), document.metadata.keywords),
        (meta.InitialCreator(), AUTHOR),
        (meta.CreationDate(), moment),
        (dc.Date(), moment),
        (dc.Language(), "fr-FR"),
    ):
        element.addText(words)
        odt.meta.addElement(element)


def _add_styles(odt: OpenDocumentText) -> None:
    for name, size in (("Title", "20pt"), ("Subtitle", "12pt")):
        _add_style(odt, style.Style(name=name, family="paragraph"), size)
    for level, size in HEADING_SIZES.items():
        named = {"name": f"Heading_20_{level}", "displayname": f"Heading {level}"}
        _add_style(odt, style.Style(family="paragraph", **named), size)
    for name, mark in (("Puces", None), ("Rangs", "1")):
        odt.styles.addElement(_list_style(name, mark))


def _add_style(odt: OpenDocumentText, paragraph_style: style.Style, size: str) -> None:
    paragraph_style.addElement(style.ParagraphProperties(margintop="0.4cm", marginbottom="0.2cm"))
    paragraph_style.addElement(style.TextProperties(fontsize=size, fontweight="bold"))
    odt.styles.addElement(paragraph_style)


def _list_style(name: str, number_format: str | None) -> text.ListStyle:
    listing = text.ListStyle(name=name)
    if number_format is None:
        level = text.ListLevelStyleBullet(level=1, bulletchar="•")
    else:
        level = text.ListLevelStyleNumber(level=1, numformat=number_format, numsuffix=".")
    level.addElement(style.ListLevelProperties(spacebefore="0.6cm", minlabelwidth="0.6cm"))
    listing.addElement(level)
    return listing


def _add(odt: OpenDocumentText, block: Block, number: int) -> None:
    match block:
        case Heading(level, words):
            named = f"Heading_20_{level}"
            odt.text.addElement(text.H(outlinelevel=level, stylename=named, text=words))
        case Paragraph(words):
            odt.text.addElement(text.P(text=words))
        case Points(items, numbered):
            odt.text.addElement(_list(items, "Rangs" if numbered else "Puces"))
        case Table(header, rows):
            odt.text.addElement(_table(f"Tableau{number}", header, rows))


def _list(items: tuple[str, ...], named: str) -> text.List:
    listing = text.List(stylename=named)
    for item in items:
        point = text.ListItem()
        point.addElement(text.P(text=item))
        listing.addElement(point)
    return listing


def _table(name: str, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> table.Table:
    grid = table.Table(name=name)
    grid.addElement(table.TableColumn(numbercolumnsrepeated=len(header)))
    head = table.TableHeaderRows()
    head.addElement(_row(header))
    grid.addElement(head)
    for row in rows:
        grid.addElement(_row(row))
    return grid


def _row(cells: tuple[str, ...]) -> table.TableRow:
    row = table.TableRow()
    for words in cells:
        cell = table.TableCell(valuetype="string")
        cell.addElement(text.P(text=words))
        row.addElement(cell)
    return row
