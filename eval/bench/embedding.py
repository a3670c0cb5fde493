"""Embedding through ingest as a share of the bare encoder, on the same passages, side by side.

The bare encoder gets every passage in one call, as its library's users would write it. Ours is
measured twice: the step that embeds (look up what is missing, embed, save), and the whole of
`ingest` (read, split, embed, save, index). Rounds alternate; the figures are medians.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from eval.bench import corpus
from eval.bench.measure import Bench, Figure, Skipped, alternate
from eval.bench.random_model import build
from ingest.pipeline import Ingest, IngestOptions
from rag.bootstrap import Parts
from rag.embedding.vectors import embed, missing
from rag.ports import Embedder, Vectors
from rag.settings import STATIC_MODEL

TITLE = "Embedding rate, share of the bare encoder"
ROUNDS = 5
FLOOR = 0.9
PER_ARTICLE = 2  # passages
MODEL_PASSAGES = 250  # some seconds a round with a MiniLM on two cores
STATIC_PASSAGES = 4_000

Bare = Callable[[Sequence[str]], object]


@dataclass(frozen=True, slots=True)
class _Subject:
    """An encoder, bare and behind our port."""

    name: str
    embedder: Embedder
    bare: Bare
    passages: int  # of the corpus that it gets
    floor: float | None  # the share to reach
    note: str


class _WithEmbedder(Parts):
    """Parts whose embedder is loaded already: loading it is not what is measured."""

    def __init__(self, bench: Bench, data: Path, embedder: Embedder) -> None:
        super().__init__(corpus.settings(bench, data))
        self.__dict__["embedder"] = embedder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class _Recorder:
    """An Embedder, perhaps under another name, that remembers the passages it was given."""

    def __init__(self, embedder: Embedder, name: str = "") -> None:
        self._embedder = embedder
        self.name = name or embedder.name
        self.dimension = embedder.dimension
        self.window = embedder.window
        self.count_tokens = embedder.count_tokens
        self.embed_question = embedder.embed_question
        self.embed_questions = embedder.embed_questions
        self.passages: list[str] = []

    def embed_passages(self, passages: Sequence[str]) -> Vectors:
        """Embed and remember."""
        self.passages.extend(passages)
        return self._embedder.embed_passages(passages)


def measure(bench: Bench) -> Iterator[Figure]:
    """Both shares, for one text of many articles and for many small texts."""
    passages = corpus.passages(bench)
    for subject in _subjects(bench):
        count = subject.passages // 10 if bench.quick else subject.passages
        starts = range(0, min(count, len(passages)), PER_ARTICLE)
        articles = ["\n".join(passages[at : at + PER_ARTICLE]) for at in starts]
        headed = (f"Article {number}\n{words}" for number, words in enumerate(articles, start=1))
        yield from _shares(bench, subject, "one text", ["\n".join(headed)])
        yield from _shares(bench, subject, "small texts", articles)


def _subjects(bench: Bench) -> Iterator[_Subject]:
    if bench.embedding == STATIC_MODEL:
        from rag.embedding.static import StaticEmbedder

        static = StaticEmbedder()
        note = "a table look-up, faster than any database keeps its result: no target; "
        yield _Subject(static.name, static, static.embed_passages, STATIC_PASSAGES, None, note)
    folders = bench.models or (_random(bench),)
    for folder in folders:
        yield _model(folder, bench)


def _random(bench: Bench) -> Path:
    folder = bench.work / "model"
    made = folder / "minilm-random"
    return made if made.exists() else build(folder, corpus.passages(bench))


def _model(folder: Path, bench: Bench) -> _Subject:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise Skipped("sentence-transformers is not installed") from error
    from rag.embedding.local import LocalEmbedder

    bare: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    batch = corpus.settings(bench, bench.work).embedding_batch  # the same on both sides
    return _Subject(
        folder.name,
        LocalEmbedder(folder, batch),
        lambda passages: bare.encode(
            list(passages), batch_size=batch, normalize_embeddings=True, show_progress_bar=False
        ),
        MODEL_PASSAGES,
        FLOOR,
        "" if bench.models else "RANDOM WEIGHTS, for speed only; ",
    )


def _shares(bench: Bench, subject: _Subject, shape: str, texts: list[str]) -> Iterator[Figure]:
    source = bench.work / "embedding.jsonl"
    source.write_text("\n".join(map(_line, range(len(texts)), texts)), "utf-8")
    recorder = _Recorder(subject.embedder)
    with _WithEmbedder(bench, _emptied(bench.work / "embedding"), subject.embedder) as parts:
        empty = _empty_folder(bench, subject.embedder)
        _ingest(bench, source, empty, recorder)  # also warms everything up
        passages = recorder.passages
        rounds = 1 if bench.quick else ROUNDS
        bare, step, whole = alternate(
            rounds,
            partial(subject.bare, passages),
            partial(_step, parts, passages, subject.embedder),
            partial(_ingest, bench, source, empty, subject.embedder),
        )
    count = len(passages)
    label = f"{subject.name}, {shape}"
    detail = f"{subject.note}{count} passages, {len(texts)} texts, {rounds} rounds alternating"
    yield Figure(f"{label}: bare encoder", count / bare.median, "passages/s", detail=detail)
    yield Figure(f"{label}: embedding step", count / step.median, "passages/s")
    yield Figure(f"{label}: whole ingest", count / whole.median, "passages/s")
    for name, times in (("step", step), ("whole ingest", whole)):
        share = bare.median / times.median
        yield Figure(f"{label}: {name} / bare", share, "share", subject.floor, lower=False)


def _line(number: int, text: str) -> str:
    return json.dumps({"id": f"text-{number}", "title": f"Texte {number}", "text": text})


def _step(parts: Parts, passages: Sequence[str], embedder: Embedder) -> None:
    """The embedding step alone; under a new name, so that no vector is kept yet."""
    renamed = _Recorder(embedder, name=f"{embedder.name} {time.monotonic_ns()}")
    place = parts.catalogue_place
    embed(parts.catalogue, renamed, missing(parts.catalogue, renamed.name, passages), place)


def _empty_folder(bench: Bench, embedder: Embedder) -> Path:
    """A data folder with nothing in it: making it takes as long as 20 passages of a MiniLM."""
    folder = _emptied(bench.work / "embedding-empty")
    with _WithEmbedder(bench, folder, embedder) as parts:
        parts.catalogue.connect().close()
        parts.index.flush()
    return folder


def _ingest(bench: Bench, source: Path, empty: Path, embedder: Embedder) -> None:
    """All of ingest, into a copy of an empty data folder."""
    data = bench.work / "embedding-ingest"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(empty, data)
    with _WithEmbedder(bench, data, embedder) as parts:
        report = Ingest(parts, IngestOptions()).run([source])
    if report.failures:
        raise RuntimeError(str(report.failures[0]))


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
