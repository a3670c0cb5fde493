"""The real corpus of the measures: 28 codes, ingested once a run by `referent ingest`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from eval.bench import child
from eval.bench.measure import Bench
from rag.bootstrap import open_parts
from rag.catalogue import counting
from rag.catalogue import reading as catalogue
from rag.database import reading
from rag.settings import Settings
from rag.types import Caller

CODES = "corpora/legi/codes"
CRPA = "corpora/legi/crpa/2026-05-28.json"
QUESTIONS = "eval/questions.jsonl"
QUICK_SOURCES = 2
QUICK_SIZE = 100_000  # bytes: the smallest codes have a dozen articles
QUICK_QUESTIONS = 20


@dataclass(frozen=True, slots=True)
class Ingested:
    """A data folder filled by `referent ingest`, and what that took."""

    data: Path
    ran: child.Ran
    passages: int
    source_bytes: int


def sources(bench: Bench) -> list[Path]:
    """The files of the 28 codes; two small ones in a quick run.

    Raises:
        Skipped: they are not there.
    """
    codes = sorted(bench.need_shared(CODES).glob("*.json"), key=lambda path: path.stat().st_size)
    if bench.quick:
        return [path for path in codes if path.stat().st_size > QUICK_SIZE][:QUICK_SOURCES]
    return [*codes, bench.need_shared(CRPA)]


@cache
def ingested(bench: Bench) -> Ingested:
    """The 28 codes in a data folder of their own.

    Raises:
        Skipped: they are not there.
    """
    files = sources(bench)
    data = bench.work / "codes"
    ran = child.ingest(files, data, bench.embedding)
    with open_parts(settings(bench, data)) as parts, reading(parts.catalogue) as connection:
        count = counting.counts(connection, Caller.operator()).passages
    return Ingested(data, ran, count, sum(path.stat().st_size for path in files))


def settings(bench: Bench, data: Path) -> Settings:
    """The settings of every part of this run; neither environment nor file is read."""
    return Settings.model_validate({"data": data, "embedding_model": bench.embedding})


def passages(bench: Bench) -> list[str]:
    """The words of every passage of the corpus."""
    with (
        open_parts(settings(bench, ingested(bench).data)) as parts,
        reading(parts.catalogue) as connection,
    ):
        return list(catalogue.all_passages(connection))


def questions(bench: Bench) -> list[str]:
    """The questions of the evaluation set."""
    lines = bench.need_shared(QUESTIONS).read_text("utf-8").splitlines()
    found = [json.loads(line)["question"] for line in lines]
    return found[:QUICK_QUESTIONS] if bench.quick else found
