"""What the shipped vectors add to lexical search, and how much weight they should have.

    python -m eval.training.measure SHARED [--vectors FILE]

Ranks as the product does (`rag.passages.split`, `rag.retrieval`), in numpy without an index:
articles and passages by BM25, passages by meaning, pooled to articles and fused. The training
questions of the held-out codes are measured only with `--vectors`, to be learned with
`--hold-out`: the shipped vectors have seen them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.bm25_reference import Question, code_questions, sheet_questions
from eval.training import pairs
from rag.embedding.static import DATA, StaticEmbedder
from rag.passages import split
from rag.ports import ARTICLE, DENSE, PASSAGE
from rag.retrieval.fusion import fuse, pool
from rag.retrieval.lexical import (
    ARTICLE_LENGTH,
    PASSAGE_LENGTH,
    document_vector,
    question_vector,
)
from rag.types import SparseVector, Version

DEPTH = 200
DENSE_WEIGHTS = (0.0, 0.3, 0.5, 0.7, 1.0)

Scores = npt.NDArray[np.float64]
Ranking = list[tuple[Hashable, float]]


@dataclass(frozen=True, slots=True)
class Document:
    """An article or a sheet: its key, what is indexed with its words, its words."""

    key: Hashable
    context: str
    words: str


class Postings:
    """Sparse vectors searched exactly, with the IDF of Qdrant's `Modifier.Idf`."""

    def __init__(self, vectors: Sequence[SparseVector]) -> None:
        rows: dict[int, list[tuple[int, float]]] = {}
        for row, vector in enumerate(vectors):
            for index, value in zip(vector.indices, vector.values, strict=True):
                rows.setdefault(index, []).append((row, value))
        self._size = len(vectors)
        self._rows = {i: np.array([row for row, _ in found]) for i, found in rows.items()}
        self._values = {i: np.array([v for _, v in found]) for i, found in rows.items()}

    def scores(self, vector: SparseVector) -> Scores:
        """One score a vector."""
        total = np.zeros(self._size)
        for index, value in zip(vector.indices, vector.values, strict=True):
            if index in self._rows:
                df = len(self._rows[index])
                idf = np.log(1 + (self._size - df + 0.5) / (df + 0.5))
                total[self._rows[index]] += value * idf * self._values[index]
        return total


class Corpus:
    """Documents indexed in the product's three ways."""

    def __init__(self, documents: Sequence[Document], embedder: StaticEmbedder) -> None:
        pieces = [(d, p.words) for d in documents for p in split(Version("", "", d.words))]
        self._keys = {
            ARTICLE: [d.key for d in documents],
            PASSAGE: [d.key for d, _ in pieces],
            DENSE: [d.key for d, _ in pieces],
        }
        self._articles = Postings(
            [document_vector(d.words, d.context, ARTICLE_LENGTH) for d in documents]
        )
        self._passages = Postings(
            [document_vector(words, d.context, PASSAGE_LENGTH) for d, words in pieces]
        )
        self._embedder = embedder
        self._vectors = embedder.embed_passages([words for _, words in pieces])

    def rankings(self, question: str) -> dict[str, Ranking]:
        """The best documents each way, best first."""
        words = question_vector(question)
        meaning = self._embedder.embed_question(question)
        scores = {
            ARTICLE: self._articles.scores(words),
            PASSAGE: self._passages.scores(words),
            DENSE: (self._vectors @ meaning).astype(np.float64),
        }
        return {name: pool(self._best(name, found)) for name, found in scores.items()}

    def _best(self, name: str, scores: Scores) -> list[tuple[Hashable, float]]:
        best = np.argsort(-scores, kind="stable")[:DEPTH]
        return [(self._keys[name][row], float(scores[row])) for row in best if scores[row] > 0]


def figures(
    found: Sequence[tuple[Question, dict[str, Ranking]]], weights: dict[str, float]
) -> tuple[float, float]:
    """MRR and hit@10 of the first right document."""
    ranks = [_rank(fuse(rankings, weights), question.right) for question, rankings in found]
    return (
        sum(1 / rank for rank in ranks if rank) / len(ranks),
        sum(0 < rank <= 10 for rank in ranks) / len(ranks),
    )


def _rank(ranking: Ranking, right: frozenset[Hashable]) -> int:
    """Of the first right document, from 1; 0 where none was found."""
    return next((rank for rank, (key, _) in enumerate(ranking, start=1) if key in right), 0)


def law(shared: Path) -> list[Document]:
    """The articles of corpora/legi."""
    return _documents(pairs.code_articles(shared))


def training_law(shared: Path) -> list[Document]:
    """The articles of training/articles.jsonl."""
    return _documents(pairs.training_articles(shared))


def sheets(shared: Path) -> list[Document]:
    """The sheets of eval/cdtn."""
    file = shared / "eval" / "cdtn" / "documents.jsonl"
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [Document(row["id"], row["title"], row["text"]) for row in rows]


def main() -> None:
    """Print a table: a set a block, a weight of meaning a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--vectors", type=Path, default=DATA)
    given = parser.parse_args()
    embedder = StaticEmbedder(given.vectors)
    folder = given.shared / "eval"
    code = Corpus(law(given.shared), embedder)
    _print("questions", code, code_questions(folder / "questions.jsonl"))
    _print("crpa-faq", code, code_questions(folder / "crpa-faq.jsonl"))
    _print("cdtn", Corpus(sheets(given.shared), embedder), sheet_questions(given.shared))
    if given.vectors != DATA:  # the shipped vectors have seen these questions: 0.98 says nothing
        _print("held-out", Corpus(training_law(given.shared), embedder), _held_out(given.shared))


def _print(name: str, corpus: Corpus, questions: Sequence[Question]) -> None:
    found = [(question, corpus.rankings(question.question)) for question in questions]
    trials: dict[str, dict[str, float]] = {
        "article": {ARTICLE: 1.0},
        "passage": {PASSAGE: 1.0},
        "meaning": {DENSE: 1.0},
    }
    trials |= {f"1/1/{w}": {ARTICLE: 1.0, PASSAGE: 1.0, DENSE: w} for w in DENSE_WEIGHTS}
    for label, weights in trials.items():
        mrr, hit = figures(found, weights)
        sys.stdout.write(f"| {name} | {label} | {mrr:.3f} | {hit:.3f} |\n")


def _documents(articles: Iterable[pairs.Source]) -> list[Document]:
    return [
        Document((a.code, a.number), "\n".join((a.code, *a.titles, f"article {a.number}")), a.words)
        for a in articles
    ]


def _held_out(shared: Path) -> list[Question]:
    codes = pairs.held_out(shared)
    return [
        Question(question, right)
        for question, code, right in pairs.questions(shared)
        if code in codes
    ]


if __name__ == "__main__":
    main()
