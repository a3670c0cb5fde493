"""The texts that word vectors are learned from, as stems: articles of law and everyday sheets.

All lie under the folder of shared data, none is a question set: training/articles.jsonl and the
codes of corpora/legi (Licence Ouverte 2.0), the sheets of eval/cdtn (Licence Ouverte 2.0 and
Apache-2.0).
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from eval.bm25_reference import walk
from rag.retrieval.lexical import word_tokens

Stems = list[str]

PASSAGE = 70  # stems, about the 120 words of rag.passages without the stop words

_LAW_SENTENCE = re.compile(r"(?<=[.;:])\s+|\n+")
_SHEET_SENTENCE = re.compile(r"(?<=[.;:!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Source:
    """An article to learn from: its code, number, titles above it without the code's, words."""

    code: str
    number: str
    titles: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Text:
    """Stems of an article or, with `everyday`, of a sheet; its titles, the nearest last."""

    key: Hashable
    titles: tuple[Stems, ...]
    sentences: tuple[Stems, ...]
    everyday: bool = False

    def passages(self) -> list[Stems]:
        """Runs of sentences of at most PASSAGE stems, or one longer sentence."""
        runs: list[Stems] = []
        for sentence in self.sentences:
            if runs and len(runs[-1]) + len(sentence) <= PASSAGE:
                runs[-1] = runs[-1] + sentence
            else:
                runs.append(sentence)
        return runs


def texts(shared: Path) -> list[Text]:
    """All there is to learn from."""
    articles = chain(training_articles(shared), code_articles(shared))
    return [*map(_article, articles), *map(_sheet, sheet_rows(shared))]


def training_articles(shared: Path) -> Iterator[Source]:
    """The articles of training/articles.jsonl."""
    for row in read_lines(shared / "training" / "articles.jsonl"):
        titles = tuple(row["path"].split(" > ")[1:])
        yield Source(row["code"], row["num"], titles, row["text"])


def code_articles(shared: Path) -> Iterator[Source]:
    """The articles with words of corpora/legi, the CRPA as of 2026."""
    legi = shared / "corpora" / "legi"
    for file in [legi / "crpa" / "2026-05-28.json", *sorted((legi / "codes").glob("*.json"))]:
        code = json.loads(file.read_text(encoding="utf-8"))
        for path, article in walk(code, ()):
            number = article.get("num") or ""
            yield Source(code["data"]["title"], number, path[1:], article["texte"])


def sheet_rows(shared: Path) -> Iterator[dict[str, Any]]:
    """The sheets of eval/cdtn: `id`, `title`, `text`."""
    return read_lines(shared / "eval" / "cdtn" / "documents.jsonl")


def read_lines(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def _article(source: Source) -> Text:
    titles = tuple(map(word_tokens, source.titles))
    sentences = _stems(_LAW_SENTENCE.split(source.words))
    return Text((source.code, source.number), titles, sentences)


def _sheet(row: dict[str, Any]) -> Text:
    titles = (word_tokens(row["title"]),) if row["title"].strip() else ()
    return Text(row["id"], titles, _stems(_SHEET_SENTENCE.split(row["text"])), everyday=True)


def _stems(sentences: list[str]) -> tuple[Stems, ...]:
    return tuple(stems for stems in map(word_tokens, sentences) if stems)
