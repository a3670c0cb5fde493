"""Learns the word vectors of `rag.embedding.static` on two processor cores, in ten minutes.

    python -m eval.training.static_vectors SHARED [--out FILE] [--hold-out [--unseen]]

Stems start as latent semantic analysis gives them (Deerwester et al., JASIS 1990), times their
IDF; then pairs of texts that mean the same (`eval.training.pairs`, `eval.training.swaps`) are
drawn together and the other pairs of the batch apart (InfoNCE: van den Oord et al.,
arXiv:1807.03748). Tables learned from several seeds stand side by side, brought back to DIMENSION
by what they have in common (singular value decomposition). What each part gains:
`eval/results/static_vectors.md`; the model card: `rag/embedding/MODEL_CARD.md`.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from eval.training import pairs
from eval.training.pairs import Pair
from eval.training.swaps import Swaps
from eval.training.texts import Stems, texts
from rag.embedding.static import DATA, save
from rag.ports import Vectors
from rag.retrieval.lexical import token_id

DIMENSION = 512
LEAST = 2  # texts that a stem must be in
EPOCHS = 6
RATE = 1.5e-3
LAST_RATE = 0.05  # of RATE: it goes down in a line
TEMPERATURE = 0.1
BATCH = 512
QUESTION_ROUNDS = 4  # the few questions are seen four times an epoch
SHEET_ROUNDS = 2
SWAPS = 60_000  # an epoch
SCALE = 8.0  # brings the first lengths near what the optimiser's steps can change
SEEDS = (0, 1, 2)
THREADS = 1  # another number sums in another order; two are hardly faster here

Batch = list[Pair]


def first_vectors(bags: Sequence[Stems], row_of: Mapping[str, int]) -> torch.Tensor:
    """Shape (len(row_of), DIMENSION): latent semantic analysis, each row of length its IDF."""
    df = Counter(stem for text in bags for stem in set(text))
    idf = torch.tensor([math.log(len(bags) / df[stem]) for stem in row_of])
    matrix = _weighted(bags, row_of, idf)
    _, values, vectors = torch.svd_lowrank(matrix, q=DIMENSION, niter=4)
    return functional.normalize(vectors * values.sqrt(), dim=1) * idf[:, None] / SCALE


def vocabulary(bags: Sequence[Stems]) -> dict[str, int]:
    """Stem → row, of the stems in at least LEAST texts."""
    df = Counter(stem for text in bags for stem in set(text))
    return {stem: row for row, stem in enumerate(sorted(s for s in df if df[s] >= LEAST))}


def bag(bags: Sequence[Stems], row_of: Mapping[str, int]) -> tuple[torch.Tensor, ...]:
    """Rows, where each text starts, and 1 + ln(occurrences): what EmbeddingBag takes."""
    rows: list[int] = []
    starts: list[int] = []
    weights: list[float] = []
    for text in bags:
        starts.append(len(rows))
        counts = Counter(row_of[stem] for stem in text if stem in row_of)
        rows.extend(counts)
        weights.extend(1 + math.log(n) for n in counts.values())
    return torch.tensor(rows, dtype=torch.long), torch.tensor(starts), torch.tensor(weights)


def batches(groups: Sequence[Batch], chance: random.Random) -> list[Batch]:
    """Batches of one kind of pair each, in random order; a remainder too small goes."""
    cut: list[Batch] = []
    for group in groups:
        shuffled = chance.sample(group, len(group))
        cut += [shuffled[i : i + BATCH] for i in range(0, len(shuffled), BATCH)]
    return chance.sample(cut, len(cut))


def learn(
    first: torch.Tensor, row_of: Mapping[str, int], epochs: Iterator[list[Batch]]
) -> torch.Tensor:
    """The vectors after going through EPOCHS epochs' batches."""
    table = torch.nn.EmbeddingBag.from_pretrained(first, freeze=False, mode="sum")
    optimiser = torch.optim.Adam(table.parameters(), lr=RATE)
    for number, epoch in enumerate(epochs):
        losses = []
        for step, batch in enumerate(epoch):
            done = (number + step / len(epoch)) / EPOCHS
            optimiser.param_groups[0]["lr"] = RATE * max(LAST_RATE, 1 - done)
            losses.append(_step(table, optimiser, row_of, batch))
        sys.stdout.write(f"epoch {number + 1}: loss {sum(losses) / len(losses):.3f}\n")
        sys.stdout.flush()
    return table.weight.detach()


def train(shared: Path, out: Path, *, hold_out: bool = False, unseen: bool = False) -> None:
    """Learn from the folder of shared data and write the table to `out`.

    `hold_out`: without the questions on `pairs.held_out` codes and the queries on
    `pairs.topic_held_out` topics, to measure on these. `unseen`: nor from the words of these
    codes, and of the sheets that answer these queries.
    """
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as workers:
        learned = partial(table, shared, hold_out, unseen)
        tables = list(workers.map(learned, SEEDS))
    ids = tables[0][0]  # the same stems in the same order, whatever the seed
    save(out, ids, merged([vectors for _, vectors in tables]))


def table(
    shared: Path, hold_out: bool, unseen: bool, seed: int
) -> tuple[npt.NDArray[np.uint32], Vectors]:
    """What one seed learns: token ids and vectors, shape (len(ids), DIMENSION)."""
    torch.set_num_threads(THREADS)
    torch.manual_seed(seed)
    chance = random.Random(seed)
    left_out = pairs.held_out_texts(shared) if unseen else frozenset()
    known = [text for text in texts(shared) if text.key not in left_out]
    entries = pairs.thesaurus()
    questions = pairs.question_pairs(pairs.asked_to_learn(shared, hold_out=hold_out), known)
    bags = [passage for text in known for passage in text.passages()]
    bags += 2 * [[*lay, *lay, *(s for term in legal for s in term)] for lay, legal in entries]
    bags += 2 * [[*pair.asked, *pair.asked, *pair.answer] for pair in questions]
    row_of = vocabulary(bags)
    kinds, swaps = pairs.by_kind(known), Swaps(known, entries)

    def epochs() -> Iterator[list[Batch]]:
        for _ in range(EPOCHS):
            law, sheets = (
                pairs.title_pairs(kinds[kind], chance) + pairs.sentence_pairs(kinds[kind], chance)
                for kind in (False, True)
            )
            groups = [law, pairs.thesaurus_pairs(entries, chance), swaps.draw(SWAPS, chance)]
            groups += [sheets] * SHEET_ROUNDS
            groups += _by_answer(questions) * QUESTION_ROUNDS
            yield batches(groups, chance)

    vectors = learn(first_vectors(bags, row_of), row_of, epochs())
    ids = np.array([token_id(stem) for stem in row_of], dtype=np.uint32)
    return ids, vectors.numpy().astype(np.float32)


def merged(tables: Sequence[Vectors]) -> Vectors:
    """Tables of shape (stems, DIMENSION) side by side, in the DIMENSION directions they have most
    in common."""
    beside = np.concatenate(tables, axis=1)
    _, _, directions = np.linalg.svd(beside, full_matrices=False)
    brought: Vectors = (beside @ directions[:DIMENSION].T).astype(np.float32)
    return brought


def _by_answer(questions: Sequence[Pair]) -> list[Batch]:
    """Those answered by articles, and those answered by sheets: a batch has one kind."""
    return [
        [pair for pair in questions if _is_article(pair.key) is article]
        for article in (True, False)
    ]


def _is_article(key: Hashable) -> bool:
    return isinstance(key, tuple) and isinstance(key[-1], tuple)


def _weighted(bags: Sequence[Stems], row_of: Mapping[str, int], idf: torch.Tensor) -> torch.Tensor:
    """Texts by stems, (1 + ln tf) * IDF, each text of length 1; sparse."""
    rows, starts, weights = bag(bags, row_of)
    sizes = torch.diff(starts, append=torch.tensor([len(rows)]))
    of_text = torch.repeat_interleave(torch.arange(len(bags)), sizes)
    values = weights * idf[rows]
    squares = torch.zeros(len(bags)).index_add_(0, of_text, values**2)
    values = values / squares.sqrt().clamp(min=1e-9)[of_text]
    return torch.sparse_coo_tensor(
        torch.stack([of_text, rows]), values, (len(bags), len(row_of)), check_invariants=True
    ).coalesce()


def _step(
    table: torch.nn.EmbeddingBag,
    optimiser: torch.optim.Optimizer,
    row_of: Mapping[str, int],
    batch: Batch,
) -> float:
    asked = _encode(table, [pair.asked for pair in batch], row_of)
    answers = _encode(table, [pair.answer for pair in batch], row_of)
    alike = (asked @ answers.T / TEMPERATURE).masked_fill(_same(batch), -1e4)
    own = torch.arange(len(batch))
    loss = functional.cross_entropy(alike, own) + functional.cross_entropy(alike.T, own)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    return loss.item()


def _same(batch: Batch) -> torch.Tensor:
    """True where two different pairs have one key."""
    numbers: dict[Hashable, int] = {}
    keys = torch.tensor([numbers.setdefault(pair.key, len(numbers)) for pair in batch])
    return (keys[:, None] == keys[None, :]) & ~torch.eye(len(batch), dtype=torch.bool)


def _encode(
    table: torch.nn.EmbeddingBag, bags: Sequence[Stems], row_of: Mapping[str, int]
) -> torch.Tensor:
    rows, starts, weights = bag(bags, row_of)
    return functional.normalize(table(rows, starts, per_sample_weights=weights), dim=1, eps=1e-6)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--out", type=Path, default=DATA)
    parser.add_argument("--hold-out", action="store_true", help="leave questions out to measure on")
    parser.add_argument("--unseen", action="store_true", help="and the texts that answer them")
    given = parser.parse_args()
    train(given.shared, given.out, hold_out=given.hold_out, unseen=given.unseen)


if __name__ == "__main__":
    main()
