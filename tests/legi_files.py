"""LEGI's JSON as its files have it: articles and their bare words, read by nothing of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any


def articles(file: Path) -> Iterator[dict[str, Any]]:
    """The data of every article of a file, in reading order."""
    yield from _below(json.loads(file.read_text("utf-8")))


def _below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if node["type"] == "article":
        yield node["data"]
    for child in node.get("children") or ():
        yield from _below(child)


def words_of(article: dict[str, Any]) -> str:
    """The article's words without tags, white space, and the bars that part cells of tables."""
    parser = _Bare()
    parser.feed(article.get("texteHtml") or article.get("texte") or "")
    parser.close()
    return bare(unescape("".join(parser.parts)))


def bare(words: str | None) -> str:
    """Words as `words_of` gives them."""
    return "".join((words or "").replace("|", "").split())


class _Bare(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
