"""Reads a code as the JSON of SocialGouv/legi-data: one state of one text, with all its articles.

Format: https://github.com/SocialGouv/legi-data (its README and `src/`), as found in the corpora.
A file is a tree of nodes {"type", "data", "children"}. Two layouts are read:

- until 2019 the root's type is "section" and its `data.type` "code"; sections carry `dateModif`;
- since 2020 the root's type is "code", and nodes carry `intOrdre`.

Sections and the root give days as ISO text; articles give milliseconds in UTC. 2222-02-22 and
2999-01-01 stand for "no known date". `articleVersions` lists every period of an article, of which
only the one that stands at the state's date has its words in the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from ingest.sources import guards, legi
from ingest.sources.base import Source
from rag.errors import EmptySource, HostileSource, SourceError, UnknownFormat, UnreadableSource
from rag.types import Article, Link, Text, TextState, Validity, Version

_T = TypeVar("_T")
_AGAIN = "Téléchargez de nouveau ce fichier, ou exportez-le de nouveau depuis LEGI."
_OTHER_FORMATS = (
    "Un document en JSON se donne en JSON Lines (.jsonl) : une ligne {id, title, text} par texte."
)


def read(source: Source) -> Iterator[TextState]:
    """The state of the text in the file.

    `as_of` is `dateDebutVersion`: in the five states of the CRPA at hand it equals `dateModif`,
    and the date in the file's name, but for 2019-08-22.json, which is named after the day it was
    fetched and whose last change was on 2019-03-01.

    Raises EmptySource, HostileSource, UnknownFormat, UnreadableSource.
    """
    root = _Node.of(_parsed(source), source.name)
    _check_root(root)
    yield _state(root, source)


# ── the file ─────────────────────────────────────────────────────────────────────────────────────


def _parsed(source: Source) -> object:
    text = _decoded(guards.read_bytes(source), source.name)
    if not text.strip():
        raise EmptySource("le fichier est vide", where=source.name, remedy=_AGAIN)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _malformed(error, text, source.name) from error
    except RecursionError as error:
        raise HostileSource(
            "JSON imbriqué trop profondément pour être un code",
            where=source.name,
            remedy="Ne l'utilisez pas ; redemandez le fichier à qui l'a produit.",
        ) from error
    except ValueError as error:  # a number of more digits than Python converts
        raise UnreadableSource(
            f"JSON illisible ({error})", where=source.name, remedy=_AGAIN
        ) from error


def _decoded(data: bytes, where: str) -> str:
    """JSON is UTF-8 (RFC 8259, section 8.1); a byte order mark is forgiven."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableSource(
            f"encodage illisible : octet 0x{data[error.start]:02X} à la position {error.start},"
            " alors que le JSON s'écrit en UTF-8",
            where=f"{where}, ligne {line}",
            remedy="Enregistrez-le en UTF-8, ou téléchargez-le de nouveau.",
        ) from error


def _malformed(error: json.JSONDecodeError, text: str, where: str) -> UnreadableSource:
    cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    what = "fichier tronqué" if cut else f"JSON mal formé ({error.msg})"
    return UnreadableSource(
        what, where=f"{where}, ligne {error.lineno}, colonne {error.colno}", remedy=_AGAIN
    )


# ── nodes and their fields ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of an object, checked when they are asked for."""

    values: Mapping[str, object]
    where: str

    def text(self, name: str) -> str:
        """A text; "" when it is null or not there."""
        value = self.values.get(name)
        return "" if value is None else legi.sound(self._of_type(str, name, value))

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise self.fault(f"le champ « {name} » manque")
        return value

    def day(self, name: str) -> date | None:
        try:
            return legi.known_day(self.values.get(name))
        except (TypeError, ValueError) as error:
            raise self.fault(self._no_date(name)) from error

    def validity(self) -> Validity:
        try:
            return legi.validity(self.values.get("dateDebut"), self.values.get("dateFin"))
        except (TypeError, ValueError) as error:
            raise self.fault(self._no_date("dateDebut », « dateFin")) from error

    def items(self, name: str) -> Iterator[_Fields]:
        """The objects of a list; none when it is null or not there."""
        value = self.values.get(name)
        for item in () if value is None else self._of_type(list, name, value):
            yield _Fields(self._of_type(dict, name, item), self.where)

    def _of_type(self, kind: type[_T], name: str, value: object) -> _T:
        if isinstance(value, kind):
            return value
        raise self.fault(f"le champ « {name} » est de type {type(value).__name__}, inattendu")

    def _no_date(self, name: str) -> str:
        return f"date illisible dans « {name} »"

    def fault(self, what: str) -> SourceError:
        return UnreadableSource(what, where=self.where, remedy=_AGAIN)


@dataclass(frozen=True, slots=True)
class _Node:
    kind: str
    data: _Fields
    children: tuple[object, ...]

    @classmethod
    def of(cls, value: object, where: str) -> _Node:
        """A node of the tree; UnreadableSource when it is not one."""
        node = value if isinstance(value, dict) else {}
        kind, data, children = node.get("type"), node.get("data"), node.get("children") or []
        if isinstance(kind, str) and isinstance(data, dict) and isinstance(children, list):
            place = f"{where}, {kind} {data.get('id') or data.get('cid') or '?'}"
            return cls(kind, _Fields(data, place), tuple(children))
        raise UnknownFormat(
            "ce JSON n'est pas un texte de LEGI (nœud sans « type » ni « data »)",
            where=where,
            remedy=_OTHER_FORMATS,
        )


def _check_root(root: _Node) -> None:
    identity = root.data.values.get("cid") or root.data.values.get("id")
    if not isinstance(identity, str) or not identity.startswith(("LEGITEXT", "JORFTEXT")):
        raise UnknownFormat(
            "ce JSON n'est pas un texte de LEGI (pas de « cid » LEGITEXT…)",
            where=root.data.where,
            remedy=_OTHER_FORMATS,
        )


# ── the text ─────────────────────────────────────────────────────────────────────────────────────


def _state(root: _Node, source: Source) -> TextState:
    text = _text(root, source)
    as_of = root.data.day("dateDebutVersion") or root.data.day("dateModif")
    as_of = as_of or source.options.effective
    readings: list[legi.Reading] = []
    known: list[Version] = []
    for order, (node, path) in enumerate(_articles(root, source.name)):
        article = _article(node, path, text.text_id, order)
        readings.append(legi.Reading(article, _version(node, article.article_id)))
        known.extend(_periods(node, article.article_id))
    articles, versions = legi.assemble(readings, known, as_of)
    return TextState(text, articles, versions, as_of)


def _text(root: _Node, source: Source) -> Text:
    text_id = root.data.text("cid") or root.data.required("id")
    return Text(
        text_id=text_id,
        title=legi.line_of(root.data.text("title")) or text_id,
        nature="code",
        services=source.options.services,
        source=source.name,
    )


def _articles(root: _Node, where: str) -> Iterator[tuple[_Fields, tuple[str, ...]]]:
    """Articles in reading order with the titles above them; without recursion, however deep."""
    waiting: list[tuple[object, tuple[str, ...]]] = [(child, ()) for child in root.children[::-1]]
    while waiting:
        value, path = waiting.pop()
        node = _Node.of(value, where)
        if node.kind == "article":
            yield node.data, path
            continue
        title = legi.line_of(node.data.text("title"))
        below = (*path, title) if title else path
        waiting.extend((child, below) for child in node.children[::-1])


def _article(node: _Fields, path: tuple[str, ...], text_id: str, order: int) -> Article:
    """An article without a number is called by the innermost title, or else by its identity."""
    article_id = node.text("cid") or node.required("id")
    number = legi.line_of(node.text("num")) or (path[-1] if path else article_id)
    return Article(article_id, text_id, number, path=path, order=order)


def _version(node: _Fields, article_id: str) -> Version:
    return Version(
        version_id=node.required("id"),
        article_id=article_id,
        words=legi.words_of_html(node.text("texteHtml")) or legi.words_of_text(node.text("texte")),
        validity=node.validity(),
        state=node.text("etat"),
        note=legi.words_of_html(node.text("notaHtml")) or legi.words_of_text(node.text("nota")),
        links=tuple(_link(item) for item in node.items("lienModifications")),
    )


def _periods(node: _Fields, article_id: str) -> Iterator[Version]:
    for item in node.items("articleVersions"):
        yield Version(
            item.required("id"), article_id, None, item.validity(), state=item.text("etat")
        )


def _link(item: _Fields) -> Link:
    target = item.text("articleId")
    return Link(
        kind=item.text("linkType"),
        orientation=item.text("linkOrientation"),
        title=legi.line_of(item.text("textTitle")),
        text_id=item.text("textCid"),
        article_id=target if legi.names_article(target) else "",
        number=item.text("articleNum"),
        day=item.day("dateSignaTexte"),
    )
