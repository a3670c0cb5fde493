"""Reads web pages: the main content with its headings, without menus and what surrounds it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from lxml import html as lxml_html

from ingest.sources.base import Block, BlockKind, Declared, Document, Source
from ingest.sources.declared import declared_from
from ingest.sources.guards import decode_text, read_bytes
from ingest.sources.html_blocks import BlockWalker
from ingest.sources.html_content import main_content
from ingest.sources.wording import clean_words
from rag.errors import EmptySource, HostileSource, UnreadableSource

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.IGNORECASE)
_HEAD_BYTES = 4096
_LATIN = {"iso-8859-1", "iso8859-1", "latin1", "latin-1", "ascii", "us-ascii"}
_SITE = re.compile(r"(?<=\S)\s+\|\s.*$")  # « La démission | Travail-emploi.gouv.fr | Ministère »


def read(source: Source) -> Iterator[Document]:
    """Yields the page as one document, its title from `<h1>` or `<title>`."""
    text = decode_html(read_bytes(source), source.name)
    root = _parse(text, source)
    declared = _declared(root, source.name)
    blocks = _blocks(root, source)
    if not blocks:
        raise EmptySource(
            "la page n'a pas de texte",
            where=source.name,
            remedy="Enregistrez-la une fois affichée (« page complète »), ou en PDF.",
        )
    yield Document(source, blocks, _with_shown_title(declared, blocks))


def blocks_of_html(text: str, source: Source) -> tuple[Block, ...]:
    """Blocks of HTML already decoded (a message's body)."""
    return _blocks(_parse(text, source), source)


def decode_html(data: bytes, where: str) -> str:
    """Text of a page: its mark, UTF-8 when it is, else the charset that it declares."""
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode_text(data, where)
    try:
        return decode_text(data, where) if b"\x00" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        found = _CHARSET.search(data[:_HEAD_BYTES])
    charset = found.group(1).decode("ascii", "ignore").lower() if found else ""
    if charset in ("", "utf-8", "utf8"):
        return decode_text(data, where)
    try:
        return data.decode("cp1252" if charset in _LATIN else charset)
    except (LookupError, UnicodeDecodeError):
        return decode_text(data, where)


def _parse(text: str, source: Source) -> Any:
    # lxml refuses text that carries an encoding declaration of its own
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = lxml_html.HTMLParser()
    try:
        root = lxml_html.document_fromstring(text, parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise UnreadableSource(
            f"page illisible ({error})",
            where=source.name,
            remedy="Enregistrez-la de nouveau depuis le navigateur.",
        ) from error
    # libxml2 leaves out what is deeper than 256 elements, and goes on
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise _too_deep(source)
    return root


def _too_deep(source: Source) -> HostileSource:
    return HostileSource(
        "éléments imbriqués sans fin",
        where=source.name,
        remedy="Enregistrez la page de nouveau, ou en PDF.",
    )


def _blocks(root: Any, source: Source) -> tuple[Block, ...]:
    try:
        return BlockWalker().walk(main_content(root))
    except RecursionError as error:
        raise _too_deep(source) from error


def _declared(root: Any, where: str) -> Declared:
    values: dict[str, object] = {
        meta.get("name").lower().removeprefix("referent:"): meta.get("content") or ""
        for meta in root.iterfind(".//meta[@name]")
        if meta.get("name").lower().startswith("referent:")
    }
    if "title" not in values:
        values["title"] = clean_words(root.findtext(".//head/title") or "")
    return declared_from(values, where)


def _with_shown_title(declared: Declared, blocks: tuple[Block, ...]) -> Declared:
    """The page's own `<h1>` where `<title>` only adds the site's name to it."""
    highest = [b.words for b in blocks if b.kind is BlockKind.HEADING and b.level == 1]
    if len(highest) == 1 and declared.title.casefold().startswith(highest[0].casefold()):
        return replace(declared, title=highest[0])
    return replace(declared, title=_SITE.sub("", declared.title))
