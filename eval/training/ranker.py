"""Learns the weights of `rag.retrieval.reranking` in a few minutes on one processor core.

    python -m eval.training.static_vectors SHARED --hold-out --out held.npz
    python -m eval.training.ranker SHARED --vectors held.npz [--out FILE]

The vectors must not have seen the questions learned from here, which they would find by heart:
only the codes and topics that `--hold-out` leaves out are used. Each question's candidates are
found as the product finds them; the weights make the right ones likely among them (softmax: Cao et
al., ListNet, ICML 2007), questions on law and queries for sheets counting as much. First printed:
figures of weights learned without a question's own code or topic. From the same vectors the same
weights come out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from eval import metrics
from eval.training import pairs, texts
from rag.catalogue.terms import terms_of
from rag.embedding.static import StaticEmbedder
from rag.index.projection import context
from rag.passages import split
from rag.ports import Vectors
from rag.retrieval import scoring
from rag.retrieval.expansion import embedded, expanded_vector
from rag.retrieval.lexical import ARTICLE_LENGTH, PASSAGE_LENGTH, document_vector
from rag.retrieval.reranking import DATA, Ranker
from rag.retrieval.scoring import (
    FEATURES,
    FIRST_GUESS,
    Candidates,
    Floats,
    Titles,
    tokens_of,
    units,
)
from rag.retrieval.thesaurus_file import shipped
from rag.retrieval.weights import Weights
from rag.types import SparseVector, Version

DEPTH = 200  # as rag.retrieval.search
GROUPS = 5  # of codes and of topics, each left out once
SHRINK = 0.001  # penalty on the weights; 0.0003 to 0.03 rank alike
STEPS = 60

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Document:
    """An article or a sheet: its key, its titles with its text's own, its number, its words."""

    key: Hashable
    titles: Titles
    number: str
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what it belongs to (code, topic), and the keys of the documents that answer."""

    question: str
    group: str
    right: frozenset[Hashable]


@dataclass(frozen=True, slots=True)
class Example:
    """A question's candidates: their figures, which are right, and how many are right in all."""

    group: str
    features: Floats
    right: npt.NDArray[np.bool_]
    relevant: int


class Field:
    """Sparse vectors, searched exactly."""

    def __init__(self, vectors: Iterable[SparseVector]) -> None:
        self.terms = [terms_of(vector) for vector in vectors]
        every = np.concatenate(self.terms)
        rows = np.repeat(np.arange(len(self.terms)), [len(each) for each in self.terms])
        order = np.argsort(every["token"], kind="stable")
        self._tokens, self._weights = every["token"][order], every["weight"][order]
        self._rows = rows[order]

    def idf(self, tokens: Sequence[int]) -> Floats:
        """As `rag.retrieval.rarity`."""
        df = np.array([held.stop - held.start for held in self._runs(tokens)], dtype=np.float32)
        return np.log1p((len(self.terms) - df + 0.5) / (df + 0.5)).astype(np.float32)

    def scores(self, vector: SparseVector) -> Floats:
        """One a sparse vector: with the IDF of each token."""
        total = np.zeros(len(self.terms), dtype=np.float32)
        values = np.asarray(vector.values, dtype=np.float32) * self.idf(vector.indices)
        for held, value in zip(self._runs(vector.indices), values, strict=True):
            total[self._rows[held]] += value * self._weights[held]
        return total

    def _runs(self, tokens: Sequence[int]) -> Iterator[slice]:
        asked = np.asarray(tokens, dtype=np.uint32)
        first = np.searchsorted(self._tokens, asked, side="left")
        last = np.searchsorted(self._tokens, asked, side="right")
        yield from (slice(int(a), int(b)) for a, b in zip(first, last, strict=True))


class Corpus:
    """Documents found as the product finds them."""

    def __init__(self, documents: Sequence[Document], embedder: StaticEmbedder) -> None:
        pieces = [[p.words for p in split(Version("", "", d.words))] or [""] for d in documents]
        self._documents = documents
        self._embedder = embedder
        self._owners = np.repeat(np.arange(len(documents)), [len(each) for each in pieces])
        about = [context(d.titles[0], d.titles[1:], "", d.number) for d in documents]
        parts = [(about[row], part) for row, each in enumerate(pieces) for part in each]
        self._articles = Field(
            document_vector(d.words, above, ARTICLE_LENGTH)
            for d, above in zip(documents, about, strict=True)
        )
        self._passages = Field(document_vector(p, above, PASSAGE_LENGTH) for above, p in parts)
        self._vectors = embedder.embed_passages([part for _, part in parts])

    def example(self, asked: Asked) -> Example:
        """A question's candidates with their figures."""
        concepts = shipped().concepts(asked.question)
        weights = Weights()
        words = expanded_vector(asked.question, concepts, weights.equivalent)
        meaning = embedded(asked.question, concepts, weights.meaning, self._embedder)
        forms = units(asked.question, concepts)
        tokens = tokens_of(forms)
        rows = self._found(words, meaning)
        found = scoring.figures(
            forms,
            self._articles.idf(tokens),
            self._passages.idf(tokens),
            meaning,
            self._candidates(rows),
        )
        right = np.array([self._documents[row].key in asked.right for row in rows], dtype=np.bool_)
        return Example(asked.group, found.versions, right, len(asked.right))

    def _found(self, words: SparseVector, meaning: Vectors) -> Rows:
        by_passage = (self._passages.scores(words), self._vectors @ meaning)
        found = [_top(self._articles.scores(words))]
        found += [self._owners[_top(scores)] for scores in by_passage]
        return np.unique(np.concatenate(found))

    def _candidates(self, rows: Rows) -> Candidates:
        at = np.flatnonzero(np.isin(self._owners, rows))
        return Candidates(
            [self._articles.terms[row] for row in rows],
            [self._passages.terms[part] for part in at],
            np.searchsorted(rows, self._owners[at]),
            [self._documents[row].titles for row in rows],
            self._vectors[at],
        )


def learn(examples: Sequence[Sequence[Example]]) -> Ranker:
    """The weights that make right candidates likeliest; each set of examples counts as much."""
    figures, owners, targets, shares = _batch(examples)
    roots = torch.ones(len(FEATURES), requires_grad=True)
    optimiser = torch.optim.LBFGS([roots], max_iter=STEPS, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        logits = figures @ roots**2
        likely = logits - _log_sums(logits, owners, len(shares))[owners]
        loss = SHRINK * (roots**4).sum() - (shares[owners] * targets * likely).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    weights = (roots.detach() ** 2).numpy().astype(np.float64)
    return Ranker(tuple((weights / weights.sum()).round(4).tolist()))


def held_out_figures(examples: Sequence[Sequence[Example]]) -> list[list[tuple[float, ...]]]:
    """`figures` of each example, by weights learned without its group."""
    folds = [_folds([each.group for each in part]) for part in examples]
    found: list[list[tuple[float, ...]]] = [[] for _ in examples]
    for left_out in range(GROUPS):
        ranker = learn(
            [
                [each for each in part if fold[each.group] != left_out]
                for part, fold in zip(examples, folds, strict=True)
            ]
        )
        for rows, part, fold in zip(found, examples, folds, strict=True):
            rows += [figures(ranker, each) for each in part if fold[each.group] == left_out]
    return found


def figures(ranker: Ranker, example: Example) -> tuple[float, ...]:
    """MRR, nDCG@10, hit@10 and recall@100."""
    gains = example.right[ranker.order(example.features)][:100].astype(float).tolist()
    return (
        metrics.reciprocal_rank(gains),
        metrics.ndcg(gains, [1.0] * example.relevant, 10),
        metrics.hit(gains, 10),
        metrics.recall(gains, example.relevant, 100),
    )


def law(shared: Path) -> tuple[list[Document], list[Asked]]:
    """The training articles, and the questions on the codes held out."""
    codes = pairs.held_out(shared)
    documents = [
        Document((a.code, a.number), (a.code, *a.titles), a.number, a.words)
        for a in texts.training_articles(shared)
    ]
    questions = [Asked(q, c, frozenset(r)) for q, c, r in pairs.questions(shared) if c in codes]
    return documents, _answered(questions, documents)


def sheets(shared: Path) -> tuple[list[Document], list[Asked]]:
    """The sheets of eval/cdtn, and the queries of the topics held out; none that is kept aside."""
    rows = texts.sheet_rows(shared)
    documents = [Document(r["id"], (_title(r),), "1", r["text"]) for r in rows]
    queries = pairs.sheet_queries(shared)
    asked = [Asked(q, t, frozenset(r)) for q, t, r in queries if pairs.topic_held_out(t)]
    return documents, _answered(asked, documents)


def first_guess() -> Ranker:
    """The weights of the fusion without learning."""
    return Ranker(tuple(FIRST_GUESS.get(name, 0.0) for name in FEATURES))


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--vectors", type=Path, required=True, help="learned with --hold-out")
    parser.add_argument("--out", type=Path, default=DATA)
    given = parser.parse_args()
    embedder = StaticEmbedder(given.vectors)
    names, examples = ("law", "sheets"), []
    for documents, asked in (law(given.shared), sheets(given.shared)):
        corpus = Corpus(documents, embedder)
        examples.append([corpus.example(each) for each in asked])
    guess = first_guess()
    _print(names, "first guess", [[figures(guess, e) for e in part] for part in examples])
    _print(names, "held out", held_out_figures(examples))
    ranker = learn(examples)
    _print(names, "learned", [[figures(ranker, e) for e in part] for part in examples])
    weights = dict(zip(FEATURES, ranker.weights, strict=True))
    given.out.write_text(json.dumps({"weights": weights}, indent=2) + "\n", encoding="utf-8")


def _print(names: Sequence[str], label: str, found: Sequence[Sequence[tuple[float, ...]]]) -> None:
    for name, rows in zip(names, found, strict=True):
        means = " | ".join(f"{value:.3f}" for value in np.array(rows).mean(axis=0))
        sys.stdout.write(f"| {name} | {label} | {len(rows)} | {means} |\n")
    sys.stdout.flush()


def _batch(examples: Sequence[Sequence[Example]]) -> tuple[torch.Tensor, ...]:
    """Figures and targets a candidate, its question, and the share of each question."""
    useful = [[each for each in part if each.right.any()] for part in examples]
    every = [each for part in useful for each in part]
    shares = [1 / len(part) for part in useful for _ in part]
    sizes = torch.tensor([len(each.right) for each in every])
    return (
        torch.tensor(np.concatenate([each.features for each in every])),
        torch.repeat_interleave(torch.arange(len(every)), sizes),
        torch.tensor(np.concatenate([each.right / each.right.sum() for each in every])).float(),
        torch.tensor(shares),
    )


def _log_sums(logits: torch.Tensor, owners: torch.Tensor, count: int) -> torch.Tensor:
    top = logits.detach().max()
    return torch.zeros(count).index_add(0, owners, torch.exp(logits - top)).log() + top


def _folds(groups: Sequence[str]) -> dict[str, int]:
    """Group → fold, the folds as even as whole groups allow."""
    names, counts = np.unique(groups, return_counts=True)
    sizes = [0] * GROUPS
    folds = {}
    for name, count in sorted(
        zip(names.tolist(), counts.tolist(), strict=True), key=lambda g: -g[1]
    ):
        folds[name] = sizes.index(min(sizes))
        sizes[folds[name]] += count
    return folds


def _title(row: dict[str, Any]) -> str:
    """The sheet's own, else its first line, as when it is ingested."""
    return str(row["title"] or row["text"].strip().partition("\n")[0])


def _answered(asked: Iterable[Asked], documents: Iterable[Document]) -> list[Asked]:
    keys = {document.key for document in documents}
    return [each for each in asked if each.right & keys]


def _top(scores: Floats) -> Rows:
    best = np.argsort(-scores, kind="stable")[:DEPTH]
    return best[scores[best] > 0]


if __name__ == "__main__":
    main()
