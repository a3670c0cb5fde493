"""Reads JSON Lines (https://jsonlines.org): a text a line, {"id", "title", "text"}.

Optional keys: "services" (list of names), "effective" (a date), "nature". An empty title is
replaced by the text's first line. A line that cannot be read is reported and the others go on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ingest.sources import guards
from ingest.sources.base import Block, BlockKind, Declared, Document, Source
from ingest.sources.declared import declared_from
from ingest.sources.legi import sound
from ingest.sources.wording import clean_words, with_dash
from rag.errors import (
    ConflictingSource,
    EmptySource,
    HostileSource,
    SourceError,
    UnknownFormat,
    UnreadableSource,
)

MAX_FILE_BYTES = 4 * 1024**3  # read line by line; 600 times the largest set at hand
MAX_LINE_BYTES = 50 * 1024 * 1024
MAX_TITLE = 120  # characters of a first line that stands in for a title

_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(\S.*)")
_ITEM = re.compile(r"(?:[-*–•●▪]|\d{1,2}\))\s+\S")
_BOM = b"\xef\xbb\xbf"
_FIX = 'Une ligne s\'écrit {"id": "…", "title": "…", "text": "…"}, en UTF-8.'


def read(source: Source) -> Iterator[Document | SourceError]:
    """A document per line.

    A broken line is yielded as a SourceError whose `where` is the file and the line. Raises
    EmptySource, HostileSource, UnreadableSource, and UnknownFormat for a set of questions.
    """
    guards.check_size(source, MAX_FILE_BYTES)
    seen: dict[str, int] = {}
    empty = True
    for number, line in _lines(source):
        empty = False
        where = f"{source.name}, ligne {number}"
        try:
            document = _document(line, where, source)
            _refuse_twice(document.declared.text_id, number, seen, where)
            yield document
        except UnknownFormat:
            raise
        except SourceError as fault:
            yield fault
    if empty:
        raise EmptySource("que des lignes vides", where=source.name, remedy=_FIX)


def _lines(source: Source) -> Iterator[tuple[int, bytes]]:
    """Lines with words, numbered from 1."""
    try:
        with source.path.open("rb") as file:
            number = 1
            while line := file.readline(MAX_LINE_BYTES):
                if number == 1:
                    line = line.removeprefix(_BOM)
                if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                    raise _too_long(f"{source.name}, ligne {number}")
                if line.strip():
                    yield number, line
                number += 1
    except OSError as error:
        raise UnreadableSource(
            f"lecture impossible ({error.strerror})", where=source.name, remedy="Vérifiez-la."
        ) from error


def _too_long(where: str) -> HostileSource:
    return HostileSource(
        f"ligne de plus de {MAX_LINE_BYTES // 1024 // 1024} Mo",
        where=where,
        remedy="Vérifiez que le fichier est bien en JSON Lines, une ligne par texte.",
    )


def _document(line: bytes, where: str, source: Source) -> Document:
    values = _values(line, where)
    if "question" in values and "text" not in values:
        raise UnknownFormat(
            "c'est un jeu de questions, non des textes",
            where=where,
            remedy="il sert à mesurer les réponses, pas à y répondre : laissez-le de côté",
        )
    blocks = tuple(_blocks(_string(values, "text", where)))
    if not blocks:
        raise EmptySource("le texte de cette ligne est vide", where=where, remedy=_FIX)
    return Document(source, blocks, _declared(values, blocks, where))


def _values(line: bytes, where: str) -> dict[str, Any]:
    try:
        values = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        what = f"encodage illisible à l'octet {error.start} (ce n'est pas de l'UTF-8)"
        raise UnreadableSource(what, where=where, remedy=_FIX) from error
    except json.JSONDecodeError as error:
        what = f"JSON mal formé à la colonne {error.colno} ({error.msg})"
        raise UnreadableSource(what, where=where, remedy=_FIX) from error
    except RecursionError as error:
        raise HostileSource("JSON imbriqué trop profondément", where=where, remedy=_FIX) from error
    except ValueError as error:  # a number of more digits than Python converts
        raise UnreadableSource(f"JSON illisible ({error})", where=where, remedy=_FIX) from error
    if not isinstance(values, dict):
        raise UnreadableSource("la ligne n'est pas un objet JSON", where=where, remedy=_FIX)
    return values


def _declared(values: dict[str, Any], blocks: tuple[Block, ...], where: str) -> Declared:
    identity = values.get("id")
    if isinstance(identity, bool) or not isinstance(identity, str | int) or not str(identity):
        raise UnreadableSource("« id » manque ou n'est pas un texte", where=where, remedy=_FIX)
    texts = {key: _string(values, key, where, required=False) for key in ("title", "nature")}
    if not isinstance(values.get("services"), list | str | None):
        raise UnreadableSource("« services » n'est pas une liste", where=where, remedy=_FIX)
    declared = declared_from({**values, **texts, "id": sound(str(identity))}, where)
    return replace(declared, title=declared.title or blocks[0].words[:MAX_TITLE].rstrip())


def _string(values: dict[str, Any], key: str, where: str, *, required: bool = True) -> str:
    value = values.get(key)
    if value is None and not required:
        return ""
    if isinstance(value, str):
        return sound(value)
    raise UnreadableSource(f"« {key} » manque ou n'est pas un texte", where=where, remedy=_FIX)


def _refuse_twice(text_id: str, number: int, seen: dict[str, int], where: str) -> None:
    first = seen.setdefault(text_id, number)
    if first != number:
        raise ConflictingSource(
            f"« {text_id} » est déjà l'identité de la ligne {first}",
            where=where,
            remedy="Donnez à chaque texte une identité à lui.",
        )


def _blocks(text: str) -> Iterator[Block]:
    """A block per line with words: only Markdown headings and bulleted items are told apart."""
    for line in text.splitlines():
        words = clean_words(line)
        if heading := _MARKDOWN_HEADING.fullmatch(words):
            yield Block(BlockKind.HEADING, heading[2], level=len(heading[1]))
        elif words:
            kind = BlockKind.ITEM if _ITEM.match(words) else BlockKind.PARAGRAPH
            yield Block(kind, with_dash(words))
