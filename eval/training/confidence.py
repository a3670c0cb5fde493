"""Fits the confidence of answers (`rag.answering.confidence`), and says how well it knows.

    python -m eval.training.static_vectors SHARED --hold-out --out VECTORS
    python -m eval.training.confidence SHARED --vectors VECTORS [--samples FILE]

Some eight minutes on two cores; `--samples`: what was asked is kept there and not asked again. It
writes rag/answering/data/confidence.json and eval/results/confidence.md; the threshold is to be
the default of `min_confidence` in rag/settings.py. To be run after every change of the ranking.

The questions are the training questions that the vectors have not seen, each asked twice
(`eval.training.asked_twice`), and those of corpus/. eval/unanswerable.jsonl, eval/questions.jsonl
and eval/crpa-faq.jsonl are not looked at: they are to measure on.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.datasets import EvalQuestion, article_key, read_questions
from eval.refusal import area
from eval.setup import ingested
from eval.training import asked_twice
from eval.training.logistic import Fitted, Floats, chance, fit
from rag.answering.answer import CONTEXT_ARTICLES, PASSAGES_PER_ARTICLE
from rag.answering.confidence import DATA, FEATURES, Confidence
from rag.answering.extractive import ExtractiveGenerator
from rag.bootstrap import Parts, go_offline
from rag.maintenance import ready_index
from rag.ports import Embedder
from rag.retrieval.search import Searcher
from rag.settings import Settings
from rag.types import Caller, Hit

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "eval" / "results" / "confidence.md"
CORPUS = "corpus"
FOLDS = 5
RIDGE = 5.0
# What a question whose code is left out counts: half of what is asked has no answer. At 0.5 the
# confidence tells right from wrong better (0.76 for 0.75) and refuses a point less of them.
WITHOUT = 1.0
MOST_RIGHT_REFUSED = 0.15
LEAST_REFUSED = 0.70
BINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sample:
    """A question as it was asked: whether something answers, whether the answer cites it.

    `group`: questions of one are never in two folds. `shelf`: of `asked_twice`, or CORPUS.
    """

    question_id: str
    group: str
    shelf: str
    answerable: bool
    right: bool
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Table:
    """The samples as columns."""

    features: Floats
    right: Bools
    answerable: Bools
    counts: Floats
    folds: npt.NDArray[np.int64]
    shelves: npt.NDArray[np.str_]


class Asker:
    """Asks over one data folder, with the vectors that it was embedded with."""

    def __init__(self, parts: Parts, embedder: Embedder) -> None:
        self._searcher = Searcher(parts.catalogue, ready_index(parts), embedder)
        self._embedder = embedder
        self._today = date.today()

    def ask(
        self, question: EvalQuestion, code: tuple[str, str], caller: Caller, *, answerable: bool
    ) -> Sample | None:
        """`code`: its group and shelf. None where nothing is asked that can be looked for."""
        words, searcher = question.question, self._searcher
        hits = searcher.search(
            words, caller, self._today, CONTEXT_ARTICLES, PASSAGES_PER_ARTICLE
        ).hits
        confidence = Confidence(
            lambda tokens: searcher.rarity(tokens, caller), searcher.concepts, self._embedding
        )
        found = confidence.features(words, hits)
        right = answerable and self._right(question, caller, hits)
        return Sample(question.question_id, *code, answerable, right, found) if found else None

    def _embedding(self) -> Embedder:
        return self._embedder

    def _right(self, question: EvalQuestion, caller: Caller, hits: Sequence[Hit]) -> bool:
        searcher = self._searcher
        generator = ExtractiveGenerator(
            lambda tokens: searcher.rarity(tokens, caller), self._embedder, searcher.concepts
        )
        drafts = generator.generate(question.question, hits)
        cited = {quote.hit for draft in drafts for quote in draft.quotes}
        return any(article_key(hits[at].text, hits[at].article) in question.relevant
                   for at in cited)  # fmt: skip


def samples(shared: Path, vectors: Path) -> Iterator[Sample]:
    """Everything that is fitted on."""
    with tempfile.TemporaryDirectory() as folder:
        data, scratch = Path(folder) / "data", Path(folder) / "codes"
        scratch.mkdir()
        readers = asked_twice.ingest(shared, data, scratch)
        embedder = asked_twice.reembed(data, vectors)
        parts = asked_twice.VectorParts(data, embedder)
        try:
            asker = Asker(parts, embedder)
            for code, question in asked_twice.questions(shared):
                who = readers[code]
                of = asked_twice.family(code), who.shelf
                yield from _some(asker.ask(question, of, who.every, answerable=True))
                yield from _some(asker.ask(question, of, who.without, answerable=False))
        finally:
            parts.close()
    yield from _of_corpus()


def _of_corpus() -> Iterator[Sample]:
    with ingested([ROOT / CORPUS], Settings()) as data:
        parts = Parts(Settings(data=data))
        try:
            embedder = parts.embedder
            assert embedder is not None
            asker = Asker(parts, embedder)
            for question in read_questions(ROOT / CORPUS / "questions.jsonl"):
                caller, of = Caller.operator(), (CORPUS, CORPUS)
                yield from _some(asker.ask(question, of, caller, answerable=question.answerable))
        finally:
            parts.close()


def _some(sample: Sample | None) -> list[Sample]:
    return [sample] if sample else []


def table(found: Sequence[Sample]) -> Table:
    """Columns of samples; groups are dealt to folds of about one size, the corpus to one more."""
    sizes = {group: sum(s.group == group for s in found) for group in {s.group for s in found}}
    held = [0] * FOLDS
    fold = {CORPUS: FOLDS}
    for group in sorted(sizes.keys() - fold.keys(), key=lambda one: (-sizes[one], one)):
        fold[group] = held.index(min(held))
        held[fold[group]] += sizes[group]
    shelves = np.array([s.shelf for s in found])
    answerable = np.array([s.answerable for s in found])
    return Table(
        np.array([[s.features[name] for name in FEATURES] for s in found]),
        np.array([s.right for s in found]),
        answerable,
        np.where((shelves != CORPUS) & ~answerable, WITHOUT, 1.0),
        np.array([fold[s.group] for s in found]),
        shelves,
    )


def cross_validated(rows: Table) -> Floats:
    """Log-odds of each sample by weights that have not seen its group."""
    odds = np.zeros(len(rows.right))
    for fold in set(rows.folds.tolist()):
        apart = rows.folds == fold
        odds[apart] = _fit(rows, ~apart).odds(rows.features[apart])
    return odds


def _fit(rows: Table, chosen: Bools) -> Fitted:
    right = rows.right[chosen].astype(np.float64)
    return fit(rows.features[chosen], right, rows.counts[chosen], RIDGE)


def calibrated(rows: Table, odds: Floats) -> Fitted:
    """The weights fitted on all, their log-odds brought to what the cross-validated ones were
    worth (Platt 1999)."""
    right = rows.right.astype(np.float64)
    platt = fit(odds[:, None], right, rows.counts, 0.0)
    whole, slope = _fit(rows, np.ones(len(odds), dtype=bool)), float(platt.weights[0])
    return Fitted(whole.weights * slope, whole.bias * slope + platt.bias)


def of_small(rows: Table, fitted: Fitted, least: float) -> float:
    """What is added to the log-odds over a small catalogue, so that on the demo corpus no more
    right answers are refused than asked for. Right and wrong ones look alike there."""
    right = rows.right & (rows.shelves == CORPUS)
    lowest = np.quantile(fitted.odds(rows.features[right]), MOST_RIGHT_REFUSED)
    return round(math.log(least / (1 - least)) - float(lowest), 4)


def threshold(rows: Table, sure: Floats) -> float:
    """The least that refuses as many unanswerable questions as asked for, of the readers of
    corpora/legi: whatever more is refused costs right answers."""
    law = rows.shelves == asked_twice.LAW
    return round(float(np.quantile(sure[~rows.answerable & law], LEAST_REFUSED)), 3)


def report(rows: Table, sure: Floats, fitted: Fitted, least: float) -> str:
    """What the cross-validated confidence is worth, in Markdown."""
    weights = "\n".join(
        f"| `{name}` | {weight:.2f} | {weight * deviation:.2f} |"
        for name, weight, deviation in zip(
            FEATURES, fitted.weights, rows.features.std(axis=0), strict=True
        )
    )
    lines = "\n".join(
        _side(name, rows, sure, rows.shelves == name, least)
        for name in dict.fromkeys(rows.shelves.tolist())
    )
    return (
        "# Confidence of answers\n\nWritten by `python -m eval.training.confidence`: cross-"
        "validated, a code of law is never measured by weights that have seen it; every "
        "training question is also asked without its third of the codes.\n\n"
        f"Threshold: {least}\n\n"
        "| Questions | With an answer | Right | Without | Area: right against the rest | With "
        "against without | Right against wrong | Without: refused | Right: refused | Wrong: "
        "refused |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        f"{lines}\n\n| Confidence | Answers | Said | Right |\n| --- | --- | --- | --- |\n"
        f"{_calibration(rows, sure)}\n\n"
        "| Sign | Weight | times its deviation |\n| --- | --- | --- |\n"
        f"{weights}\n"
    )


def _side(name: str, rows: Table, sure: Floats, chosen: Bools, least: float) -> str:
    right, having = rows.right & chosen, rows.answerable & chosen
    wrong, without = having & ~right, ~rows.answerable & chosen
    areas = (
        area(sure[chosen], rows.right[chosen]),
        area(sure[chosen], rows.answerable[chosen]),
        area(sure[having], rows.right[having]),
    )
    shares = [
        float((sure[which] < least).mean()) if which.any() else np.nan
        for which in (without, right, wrong)
    ]
    cells = [str(n.sum()) for n in (having, right, without)]
    cells += [f"{each:.3f}" for each in areas] + [f"{each:.0%}" for each in shares]
    return f"| {name} | {' | '.join(cells)} |"


def _calibration(rows: Table, sure: Floats) -> str:
    lines = []
    for low, high in pairwise(BINS):
        inside = (sure >= low) & (sure < high)
        if inside.any():
            counts = rows.counts[inside]
            said = np.average(sure[inside], weights=counts)
            right = np.average(rows.right[inside], weights=counts)
            lines.append(f"| {low} to {high} | {inside.sum()} | {said:.2f} | {right:.2f} |")
    return "\n".join(lines)


def _kept(file: Path | None, shared: Path, vectors: Path) -> list[Sample]:
    if file is not None and file.exists():
        return [Sample(**row) for row in map(json.loads, file.read_text("utf-8").splitlines())]
    found = list(samples(shared, vectors))
    if file is not None:
        file.write_text("".join(json.dumps(asdict(s)) + "\n" for s in found), "utf-8")
    return found


def main() -> None:
    """The command."""
    go_offline()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--vectors", type=Path, required=True, help="learned with --hold-out")
    parser.add_argument("--samples", type=Path, help="file that keeps what was asked")
    parser.add_argument("--out", type=Path, default=DATA)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    rows = table(_kept(given.samples, given.shared, given.vectors))
    odds = cross_validated(rows)
    fitted = calibrated(rows, odds)
    platt = fit(odds[:, None], rows.right.astype(np.float64), rows.counts, 0.0)
    brought = platt.odds(odds[:, None])
    least = threshold(rows, chance(brought))
    small = of_small(rows, fitted, least)
    sure = chance(brought + np.where(rows.shelves == CORPUS, small, 0.0))
    weights = dict(zip(FEATURES, (round(float(w), 4) for w in fitted.weights), strict=True))
    bias = round(fitted.bias, 4)
    content = {"weights": weights, "bias": bias, "small": small, "threshold": least}
    given.out.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    said = report(rows, sure, fitted, least)
    given.results.write_text(said, "utf-8")
    sys.stdout.write(said)


if __name__ == "__main__":
    main()
