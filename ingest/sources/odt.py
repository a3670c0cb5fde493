"""Reads OpenDocument texts (ODT) from their XML.

`unstructured` converts them to Word with pandoc first, a large program of its own, and
list numbers, footnote places and page breaks lost on the way. The format says all of it plainly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from ingest.sources.base import Declared, Document, Source
from ingest.sources.declared import declared_in_keywords
from ingest.sources.guards import member, open_office, parse_xml
from ingest.sources.odt_body import BodyWalker
from ingest.sources.odt_styles import OFFICE, Styles
from rag.errors import EmptySource, HostileSource, UnreadableSource

_DC = "{http://purl.org/dc/elements/1.1/}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_ENCRYPTED = b"encryption-data"


def read(source: Source) -> Iterator[Document]:
    """Yields the document; headers and footers are left out, footnotes follow their paragraph."""
    with open_office(source) as archive:
        _refuse_encrypted(archive, source)
        content = _part(archive, "content.xml", source)
        styles = _part(archive, "styles.xml", source) if _has(archive, "styles.xml") else None
        declared = _declared(archive, source)
    body = content.find(f".//{OFFICE}text")
    if body is None:
        raise UnreadableSource(
            "ce n'est pas un texte OpenDocument", where=source.name, remedy="Vérifiez l'extension."
        )
    try:
        blocks = BodyWalker(Styles.of(content, styles)).walk(body)
    except RecursionError as error:
        raise HostileSource(
            "éléments imbriqués sans fin", where=source.name, remedy="Réenregistrez-le."
        ) from error
    if not blocks:
        raise EmptySource(
            "le document n'a pas de texte",
            where=source.name,
            remedy="S'il ne contient que des images, exportez-le en PDF et lisez-le avec --ocr.",
        )
    yield Document(source, blocks, declared)


def _has(archive: ZipFile, name: str) -> bool:
    return name in archive.namelist()


def _part(archive: ZipFile, name: str, source: Source) -> Any:
    return parse_xml(member(archive, name, source), f"{source.name}!{name}")


def _refuse_encrypted(archive: ZipFile, source: Source) -> None:
    name = "META-INF/manifest.xml"
    if _has(archive, name) and _ENCRYPTED in archive.read(name):
        raise UnreadableSource(
            "document protégé par mot de passe",
            where=source.name,
            remedy="Ouvrez-le, retirez le mot de passe et réenregistrez-le.",
        )


def _declared(archive: ZipFile, source: Source) -> Declared:
    if not _has(archive, "meta.xml"):
        return Declared()
    root = _part(archive, "meta.xml", source)
    keywords = ";".join(keyword.text or "" for keyword in root.iter(f"{_META}keyword"))
    # LibreOffice cuts what is typed in its keywords field at commas: "services: rh" + "juridique"
    title = root.findtext(f".//{_DC}title") or ""
    return declared_in_keywords(_rejoined(keywords), title, source.name)


def _rejoined(keywords: str) -> str:
    """Keywords with the pieces without a key put back behind the key before them."""
    joined: list[str] = []
    for piece in filter(None, (part.strip() for part in keywords.split(";"))):
        if ":" in piece or "=" in piece or not joined:
            joined.append(piece)
        else:
            joined[-1] = f"{joined[-1]}, {piece}"
    return ";".join(joined)
