"""What the shipped vectors add to lexical search, and how much weight they should have.

    python -m eval.training.measure SHARED                  test sets, the shipped vectors
    python -m eval.training.measure SHARED --vectors FILE   held-out questions and topics

Ranks as the product does (`rag.passages.split`, `rag.retrieval`, thesaurus included), in numpy
without an index: articles and passages by BM25, passages by meaning, pooled to articles and
fused. FILE is learned with `--hold-out`: the shipped vectors have seen the questions that are
held out, and no choice is made on the test sets.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from eval import metrics
from eval.ablation import kept_aside
from eval.bm25_reference import Question, code_questions
from eval.datasets import read_questions
from eval.training import pairs, texts
from eval.training.fusion import fuse, pool
from rag.embedding.static import DATA, StaticEmbedder
from rag.passages import split
from rag.ports import ARTICLE, DENSE, PASSAGE
from rag.retrieval.expansion import embedded, expanded_vector
from rag.retrieval.lexical import ARTICLE_LENGTH, PASSAGE_LENGTH, document_vector
from rag.retrieval.thesaurus_file import shipped
from rag.retrieval.weights import Weights
from rag.types import SparseVector, Version

DEPTH = 200
DENSE_WEIGHTS = (0.0, 0.5, 0.9, 1.3, 1.8)
SHIPPED = Weights()

Scores = npt.NDArray[np.float64]
Ranking = list[tuple[Hashable, float]]


class Figures(NamedTuple):
    """Means over questions."""

    mrr: float
    ndcg10: float
    hit10: float
    recall100: float


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
        concepts = shipped().concepts(question)
        words = expanded_vector(question, concepts, SHIPPED.equivalent)
        meaning = embedded(question, concepts, SHIPPED.meaning, self._embedder)
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
) -> Figures:
    """Of the fused rankings."""
    rows = [_figures(fuse(rankings, weights), question.right) for question, rankings in found]
    return Figures(*(metrics.mean(column) for column in zip(*rows, strict=True)))


def _figures(ranking: Ranking, right: frozenset[Hashable]) -> Figures:
    gains = [float(key in right) for key, _ in ranking]
    return Figures(
        metrics.reciprocal_rank(gains),
        metrics.ndcg(gains, [1.0] * len(right), 10),
        metrics.hit(gains, 10),
        metrics.recall(gains, len(right), 100),
    )


def law(shared: Path) -> list[Document]:
    """The articles of corpora/legi."""
    return _documents(texts.code_articles(shared))


def training_law(shared: Path) -> list[Document]:
    """The articles of training/articles.jsonl."""
    return _documents(texts.training_articles(shared))


def sheets(shared: Path) -> list[Document]:
    """The sheets of eval/cdtn."""
    return [Document(row["id"], row["title"], row["text"]) for row in texts.sheet_rows(shared)]


def main() -> None:
    """Print a table: a set a block, a weight of meaning a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--vectors", type=Path, help="learned with --hold-out")
    given = parser.parse_args()
    embedder = StaticEmbedder(given.vectors or DATA)
    on_sheets = Corpus(sheets(given.shared), embedder)
    sys.stdout.write("| set | n | weights | MRR | nDCG@10 | hit@10 | recall@100 |\n")
    if given.vectors:
        _print("codes", Corpus(training_law(given.shared), embedder), held_questions(given.shared))
        _print("topics", on_sheets, held_queries(given.shared))
        return
    code = Corpus(law(given.shared), embedder)
    for name in ("questions", "crpa-faq"):
        _print(name, code, code_questions(given.shared / "eval" / f"{name}.jsonl"))
    _print("cdtn-aside", on_sheets, list(_aside(given.shared)))


def held_questions(shared: Path) -> list[Question]:
    """The training questions on the codes that `--hold-out` does not learn from."""
    codes = pairs.held_out(shared)
    return [
        Question(question, frozenset(right))
        for question, code, right in pairs.questions(shared)
        if code in codes
    ]


def held_queries(shared: Path) -> list[Question]:
    """The queries on the topics that `--hold-out` does not learn from."""
    return [
        Question(words, frozenset(right))
        for words, topic, right in pairs.sheet_queries(shared)
        if pairs.topic_held_out(topic)
    ]


def _aside(shared: Path) -> Iterator[Question]:
    for query in kept_aside(read_questions(shared / "eval" / "cdtn" / "questions.jsonl")):
        if query.relevant:
            yield Question(query.question, frozenset(query.relevant))


def _print(name: str, corpus: Corpus, questions: Sequence[Question]) -> None:
    found = [(question, corpus.rankings(question.question)) for question in questions]
    words = {ARTICLE: 1.0, PASSAGE: 0.25}
    trials: dict[str, dict[str, float]] = {"meaning alone": {DENSE: 1.0}}
    trials |= {f"words and {w} of meaning": {**words, DENSE: w} for w in DENSE_WEIGHTS}
    for label, weights in trials.items():
        cells = " | ".join(f"{figure:.3f}" for figure in figures(found, weights))
        sys.stdout.write(f"| {name} | {len(found)} | {label} | {cells} |\n")
        sys.stdout.flush()


def _documents(articles: Iterable[texts.Source]) -> list[Document]:
    return [
        Document((a.code, a.number), "\n".join((a.code, *a.titles, f"article {a.number}")), a.words)
        for a in articles
    ]


if __name__ == "__main__":
    main()
