"""How fast each format is read and cut into passages, without embedding or saving anything."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench import corpus
from eval.bench.child import ROOT
from eval.bench.measure import Bench, Figure, Skipped, Times
from ingest.sources.base import Document, Source
from ingest.sources.registry import reader_for
from ingest.structure import to_state
from rag.errors import SourceError
from rag.passages import split
from rag.types import TextState

TITLE = "Read and split, without embedding"
DOCUMENTS = "corpora/documents"
JSON_LINES = "eval/cdtn/documents.jsonl"
SUFFIXES = ("pdf", "html", "docx", "odt", "xlsx", "eml", "md", "txt")
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class _Read:
    """What one pass over some files gave."""

    articles: int
    passages: int


def measure(bench: Bench) -> Iterator[Figure]:
    """A line a format: MB/s, with articles/s and passages/s beside it."""
    for name, files in _formats(bench):
        yield _rate(bench, name, files)


def _formats(bench: Bench) -> Iterator[tuple[str, list[Path]]]:
    try:
        yield "LEGI JSON", corpus.sources(bench)
        lines = [] if bench.quick else [bench.need_shared(JSON_LINES)]
    except Skipped:
        lines = []
    if lines:
        yield "JSON Lines", lines
    for suffix in SUFFIXES:
        files = sorted(_documents(bench, suffix), key=lambda path: path.stat().st_size)
        if files:
            yield suffix.upper(), files[:1] if bench.quick else files


def _documents(bench: Bench, suffix: str) -> Iterator[Path]:
    """The files of the shared data and of the demonstration corpus."""
    if bench.shared:
        yield from (bench.shared / DOCUMENTS).glob(f"*.{suffix}")
    yield from (ROOT / "corpus").rglob(f"*.{suffix}")


def _rate(bench: Bench, name: str, files: Sequence[Path]) -> Figure:
    started = time.perf_counter()
    _read(files[:1])  # what a library costs at first is said apart
    first = time.perf_counter() - started
    times = Times()
    for _ in range(1 if bench.quick else ROUNDS):
        with times.timed():
            read = _read(files)
    size = sum(path.stat().st_size for path in files) / 1e6
    detail = (
        f"{read.articles / times.median:,.0f} articles/s, "
        f"{read.passages / times.median:,.0f} passages/s; "
        f"{len(files)} files, {size:.2f} MB; first file {first:.2f} s"
    )
    return Figure(name, size / times.median, "MB/s", detail=detail)


def _read(files: Sequence[Path]) -> _Read:
    articles = passages = 0
    for path in files:
        for item in reader_for(path)(Source(path, path.name)):
            state = _state(item)
            articles += len(state.articles)
            passages += sum(len(split(version)) for version in state.versions)
    return _Read(articles, passages)


def _state(item: TextState | Document | SourceError) -> TextState:
    if isinstance(item, SourceError):
        raise item
    return to_state(item) if isinstance(item, Document) else item
