"""Reads Word documents (DOCX) through `unstructured`, with our own reading of the styles."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from zipfile import ZipFile

from ingest.sources.base import Block, Declared, Document, Source
from ingest.sources.declared import declared_in_keywords
from ingest.sources.guards import member, open_office, parse_xml, read_bytes
from ingest.sources.offline import unstructured_module
from rag.errors import EmptySource, UnreadableSource

_CORE = "docProps/core.xml"
_READ = ("word/", "docProps/", "_rels/", "[Content_Types]")
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_KEYWORDS = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}keywords"


def read(source: Source) -> Iterator[Document]:
    """Yields the document; headers and footers are left out, footnotes follow their paragraph."""
    with open_office(source) as archive:
        member(archive, "word/document.xml", source)
        _check_xml(archive, source)
        declared = core_properties(archive, source)
    blocks = _blocks(source)
    if not blocks:
        raise EmptySource(
            "le document n'a pas de texte",
            where=source.name,
            remedy="S'il ne contient que des images, exportez-le en PDF et lisez-le avec --ocr.",
        )
    yield Document(source, blocks, declared)


def core_properties(archive: ZipFile, source: Source) -> Declared:
    """Title and keywords of an OOXML file (DOCX, XLSX)."""
    if _CORE not in archive.namelist():
        return Declared()
    root = parse_xml(archive.read(_CORE), f"{source.name}!{_CORE}")
    title, keywords = root.findtext(_DC_TITLE) or "", root.findtext(_KEYWORDS) or ""
    return declared_in_keywords(keywords, title, source.name)


def _check_xml(archive: ZipFile, source: Source) -> None:
    """Every XML part that is read is parsed once with the hardened parser, before the library's."""
    for name in archive.namelist():
        if name.endswith((".xml", ".rels")) and name.startswith(_READ) and "/media/" not in name:
            parse_xml(archive.read(name), f"{source.name}!{name}")


def _blocks(source: Source) -> tuple[Block, ...]:
    unstructured_module("partition.docx")
    partition: Any = import_module("ingest.sources.docx_partition")
    try:
        blocks: tuple[Block, ...] = partition.blocks_of(io.BytesIO(read_bytes(source)))
    except (LookupError, ValueError, AttributeError, TypeError) as error:
        raise UnreadableSource(
            f"document Word incomplet ou mal formé ({error})",
            where=source.name,
            remedy="Ouvrez-le dans Word ou LibreOffice et réenregistrez-le.",
        ) from error
    return blocks
