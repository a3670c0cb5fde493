"""PDF: text with its layout through pdfium; page images through tesseract, when asked for.

pdfium is not thread-safe: one document is read at a time, in one thread.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import PurePath

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.sources.base import Declared, Document, Source
from ingest.sources.declared import declared_in_keywords
from ingest.sources.guards import check_size
from ingest.sources.ocr import Reader as ImageReader
from ingest.sources.pdf_blocks import blocks
from ingest.sources.pdf_furniture import Page, without_furniture
from ingest.sources.pdf_lines import Line
from ingest.sources.pdf_scans import Scans
from ingest.sources.pdf_tables import with_tables
from ingest.sources.pdf_words import PageWords
from rag.errors import EmptySource, HostileSource, UnreadableSource

MAX_SOURCE_BYTES = 500 * 1024 * 1024  # scans: 20,000 pages at 25 kB
MAX_PAGES = 20_000
MAX_PAGE_CHARACTERS = 5_000_000
TAIL_BYTES = 4096  # the standard asks for %%EOF in the last 1,024 (ISO 32000-1, note 18 of H.3)
MAX_GARBAGE = 0.3  # of a page's characters without a meaning: it is as good as an image
_GARBAGE = re.compile("[\ufffd\x01\x03-\x08\x0e-\x1f\ue000-\uefff]")
_JUNK_TITLE = re.compile(
    r"(?i)(?:microsoft (?:word|powerpoint|excel)\b.*"
    r"|(?:untitled|sans titre|sans nom|document|\(?anonymous\)?)\s*\d*"
    r"|title|titre|\S*\.(?:docx?|odt|rtf|pdf|indd|pages|tmp|xlsx?|pptx?|qxd|tex|dvi))"
)

_log = logging.getLogger(__name__)


def read(source: Source) -> Iterator[Document]:
    """One document of all pages.

    No-break spaces come as plain spaces, notes after the paragraph that calls them, the lines of a
    table of contents with " .... " before their page. A paragraph over a page's end is one block,
    with the page where it begins.

    Raises UnreadableSource (encrypted, damaged, cut, page images without `--ocr`), EmptySource,
    HostileSource; MissingPackage without tesseract when it is needed.
    """
    check_size(source, MAX_SOURCE_BYTES)
    _check_ends(source)
    with _opened(source) as document:
        declared = _declared(document, source)
        pages = _pages(document, source)
    yield Document(source, blocks(without_furniture(pages)), declared)


def _check_ends(source: Source) -> None:
    """pdfium repairs a cut file in silence, losing pages: it is refused before."""
    try:
        with source.path.open("rb") as file:
            head = file.read(1024)
            file.seek(max(0, source.path.stat().st_size - TAIL_BYTES))
            tail = file.read()
    except OSError as error:
        raise UnreadableSource(
            f"lecture impossible ({error.strerror})",
            where=source.name,
            remedy="Vérifiez le chemin et les droits.",
        ) from error
    if b"%PDF-" not in head:
        raise UnreadableSource(
            "ce n'est pas un PDF", where=source.name, remedy="Vérifiez l'extension du fichier."
        )
    if b"%%EOF" not in tail and tail.strip(b"\0\r\n\t "):
        raise _damaged(source, "la fin du fichier manque")


@contextmanager
def _opened(source: Source) -> Iterator[pypdfium2.PdfDocument]:
    try:
        document = pypdfium2.PdfDocument(source.path)
    except pypdfium2.PdfiumError as error:
        raise _unopened(source, error) from error
    with closing(document):
        yield document


def _unopened(source: Source, error: pypdfium2.PdfiumError) -> UnreadableSource:
    code = getattr(error, "err_code", None)
    if code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return UnreadableSource(
            "protégé par un mot de passe",
            where=source.name,
            remedy="Enregistrez-en une copie sans mot de passe.",
        )
    return _damaged(source, "pdfium ne peut pas l'ouvrir")


def _damaged(source: Source, sign: str) -> UnreadableSource:
    return UnreadableSource(
        f"PDF abîmé ou tronqué ({sign})",
        where=source.name,
        remedy="Copiez-le de nouveau depuis l'original, ou réenregistrez-le.",
    )


def _declared(document: pypdfium2.PdfDocument, source: Source) -> Declared:
    properties = document.get_metadata_dict()
    title = _title(properties.get("Title", ""), source)
    return declared_in_keywords(properties.get("Keywords", ""), title, source.name)


def _title(title: str, source: Source) -> str:
    """The declared title, unless it is a program's or the file's name."""
    title = title.replace("\x00", "").strip()
    names = {source.path.name.lower(), source.path.stem.lower(), PurePath(source.name).stem.lower()}
    return "" if _JUNK_TITLE.fullmatch(title) or title.lower() in names else title


def _pages(document: pypdfium2.PdfDocument, source: Source) -> list[Page]:
    count = len(document)
    if count == 0:
        raise EmptySource("PDF sans page", where=source.name, remedy="Redemandez-le.")
    if count > MAX_PAGES:
        raise HostileSource(
            f"{count} pages, limite {MAX_PAGES}", where=source.name, remedy="Découpez-le."
        )
    images = ImageReader(source.name) if source.options.ocr else None
    scans = Scans(document)
    pages: list[Page] = []
    unread: list[int] = []
    for number in range(1, count + 1):
        page, is_image = _page(document, number, source, images, scans)
        pages.append(page)
        if is_image:
            unread.append(number)
    _check_words(pages, unread, source)
    return pages


def _page(
    document: pypdfium2.PdfDocument,
    number: int,
    source: Source,
    images: ImageReader | None,
    scans: Scans,
) -> tuple[Page, bool]:
    """A page, and whether it is an image whose words were not read."""
    try:
        page = document[number - 1]
    except pypdfium2.PdfiumError as error:
        raise _damaged(source, f"page {number} illisible") from error
    with closing(page):
        lines = _text(page, number, source)
        is_image = scans.is_one(page, lines)
        if is_image and images is not None:
            lines, is_image = _fuller(images.lines(page, number), lines), False
        _, bottom, _, top = page.get_bbox()
        heights = [line.y for line in lines]
        return (
            Page(number, tuple(lines), min([bottom, *heights]), max([top, *heights])),
            is_image,
        )


def _text(page: pypdfium2.PdfPage, number: int, source: Source) -> list[Line]:
    with closing(page.get_textpage()) as textpage:
        count = textpage.count_chars()
        if count > MAX_PAGE_CHARACTERS:
            raise HostileSource(
                f"page {number} : {count} caractères, limite {MAX_PAGE_CHARACTERS}",
                where=source.name,
                remedy="Ne l'ouvrez pas ; redemandez le document à qui l'a produit.",
            )
        words = PageWords(textpage).read()
    text = "".join(word.text for word in words)
    if len(_GARBAGE.findall(text)) > MAX_GARBAGE * len(text):
        return []
    return with_tables(page, words, number)


def _fuller(recognised: list[Line], lines: list[Line]) -> list[Line]:
    """What was recognised, unless the page's own text says about as much, and exactly."""
    own = sum(len(line.words) for line in lines)
    return recognised if sum(len(line.words) for line in recognised) > 2 * own else lines


def _check_words(pages: list[Page], unread: list[int], source: Source) -> None:
    worded = [page.number for page in pages if page.lines]
    if unread and set(worded) <= set(unread):
        raise UnreadableSource(
            f"{_named(unread)} en image, sans texte à lire",
            where=source.name,
            remedy="Relancez avec l'option --ocr pour les faire lire par tesseract.",
        )
    if not worded:
        raise EmptySource(
            "aucun texte dans ce PDF", where=source.name, remedy="Vérifiez le document."
        )
    if unread:
        _log.warning(
            "%s : %s en image, sans texte à lire ; relancez avec l'option --ocr pour les lire",
            source.name,
            _named(unread),
        )


def _named(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:10])) + ("…" if len(numbers) > 10 else "")
    return f"pages {shown}" if len(numbers) > 1 else f"page {shown}"
