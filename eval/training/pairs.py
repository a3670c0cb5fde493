"""What the word vectors are learned from: pairs of texts that mean the same, as stems.

Sources, all under the folder of shared data, none of them a question set of `eval/`: the words and
titles of training/articles.jsonl and of the codes in corpora/legi (Licence Ouverte 2.0),
training/questions.jsonl and thesaurus.jsonl (written for the project).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.bm25_reference import walk
from rag.retrieval.lexical import word_tokens

Stems = list[str]
Pair = tuple[Stems, Stems]

SLICE = 120  # words, as the passages of rag.passages
TITLES = 3  # the nearest titles above an article
LEGAL = 4  # terms of law an everyday word is taught
SHORT = 6  # words: a shorter sentence says too little
LONGEST = 150  # stems of an article taught at once

_SENTENCE = re.compile(r"(?<=[.;:])\s+")


@dataclass(frozen=True, slots=True)
class Source:
    """An article to learn from: its code, number, titles above it without the code's, words."""

    code: str
    number: str
    titles: tuple[str, ...]
    words: str


def sources(shared: Path) -> list[Source]:
    """All articles to learn from."""
    return [*training_articles(shared), *code_articles(shared)]


def held_out(shared: Path) -> frozenset[str]:
    """Every second code of the training questions, by title: kept aside to measure on."""
    codes = {row["code"] for row in _lines(shared / "training" / "questions.jsonl")}
    return frozenset(sorted(codes)[::2])


def questions(shared: Path) -> Iterator[tuple[str, str, frozenset[tuple[str, str]]]]:
    """The training questions: words, code, articles that answer (code, number)."""
    for row in _lines(shared / "training" / "questions.jsonl"):
        numbers = [row["num"], *row["also"]]
        yield row["question"], row["code"], frozenset((row["code"], n) for n in numbers)


def slices(words: str) -> list[str]:
    """Runs of SLICE words."""
    split = words.split()
    return [" ".join(split[i : i + SLICE]) for i in range(0, max(1, len(split)), SLICE)]


def title_pairs(articles: Collection[Source], chance: random.Random) -> list[Pair]:
    """The titles above an article, and one of its slices."""
    return [
        (word_tokens(" ".join(a.titles[-TITLES:])), word_tokens(chance.choice(slices(a.words))))
        for a in articles
        if a.titles
    ]


def sentence_pairs(articles: Collection[Source], chance: random.Random) -> list[Pair]:
    """A sentence, and the rest of its article (inverse cloze task: Lee et al., ACL 2019)."""
    pairs = []
    for article in articles:
        parts = [s for s in _SENTENCE.split(article.words) if len(s.split()) >= SHORT]
        if len(parts) > 1:
            chosen = parts.pop(chance.randrange(len(parts)))
            pairs.append((word_tokens(chosen), word_tokens(" ".join(parts))[:LONGEST]))
    return pairs


def question_pairs(
    shared: Path, articles: Collection[Source], leave_out: Collection[str] = ()
) -> list[Pair]:
    """A training question, and the slice of its article that shares most stems with it."""
    words = {(a.code, a.number): a.words for a in articles}
    pairs = []
    for row in _lines(shared / "training" / "questions.jsonl"):
        answer = words.get((row["code"], row["num"]))
        if answer and row["code"] not in leave_out:
            question = word_tokens(row["question"])
            pairs.append((question, _nearest(question, slices(answer))))
    return pairs


def thesaurus_pairs(shared: Path) -> list[Pair]:
    """Everyday words, and the words of law for them."""
    rows = _lines(shared / "thesaurus.jsonl")
    pairs = [(word_tokens(row["lay"]), word_tokens(" ".join(row["legal"][:LEGAL]))) for row in rows]
    return [pair for pair in pairs if all(pair)]


def _nearest(question: Stems, passages: list[str]) -> Stems:
    asked = set(question)
    return max(map(word_tokens, passages), key=lambda stems: len(asked.intersection(stems)))


def training_articles(shared: Path) -> Iterator[Source]:
    """The articles of training/articles.jsonl."""
    for row in _lines(shared / "training" / "articles.jsonl"):
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


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)
