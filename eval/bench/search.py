"""Search over the 28 codes, and how it grows: 50,000 and 200,000 passages.

Every question is asked once to warm up and once for the figures, as `referent serve` would: one
process, index and catalogue open.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from eval.bench import corpus, synthetic
from eval.bench.measure import Bench, Figure, Times
from rag.bootstrap import Parts, open_parts
from rag.maintenance import ready_index
from rag.retrieval.search import Searcher
from rag.types import Caller

TITLE = "Search"
STAGES = ("encode", "index", "join")
MOST = 15.0  # milliseconds, index and join, p50 over the 28 codes
SIZES = (50_000, 200_000)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and for when."""

    name: str
    caller: Caller
    day: date | None


EVERYTHING = Asked("no filter", Caller.operator(), None)
FILTERED = Asked("services and date", Caller.of(["service-1"]), date.today())


def measure(bench: Bench) -> Iterator[Figure]:
    """p50 and p95 by stage over the real corpus, then the totals over larger ones."""
    questions = corpus.questions(bench)
    done = corpus.ingested(bench)
    with open_parts(corpus.settings(bench, done.data)) as parts:
        ready_index(parts)
        for asked in (EVERYTHING, FILTERED):
            yield from _figures(parts, questions, asked, f"{done.passages:,} passages", MOST)
    sizes = (2 * done.passages,) if bench.quick else SIZES
    with synthetic.opened(bench) as grown:
        for size in sizes:
            started = time.perf_counter()
            count = grown.grow(size)
            built = f"synthetic, built in {time.perf_counter() - started:.0f} s"
            for asked in (EVERYTHING, FILTERED):
                yield from _figures(
                    grown.parts, questions, asked, f"{count:,} passages", None, built
                )


def _figures(
    parts: Parts,
    questions: Sequence[str],
    asked: Asked,
    size: str,
    target: float | None,
    detail: str = "",
) -> Iterator[Figure]:
    times = timed(Searcher(parts.catalogue, parts.index, parts.embedder), questions, asked)
    label = f"{size}, {asked.name}"
    for stage, kept in times.items():
        ceiling = target if stage == "index + join" else None
        p95 = f"p95 {kept.p95:.1f} ms; {len(questions)} questions; {detail}".rstrip("; ")
        yield Figure(f"{label}: {stage} p50", kept.median, "ms", ceiling, detail=p95)


def timed(searcher: Searcher, questions: Sequence[str], asked: Asked) -> dict[str, Times]:
    """Milliseconds by stage, of the second time that each question is asked."""
    times = {stage: Times() for stage in (*STAGES, "index + join", "whole search")}
    for question in questions:
        searcher.search(question, asked.caller, asked.day)
    for question in questions:
        started = time.perf_counter()
        spent = searcher.search(question, asked.caller, asked.day).timings
        times["whole search"].add(1000 * (time.perf_counter() - started))
        times["index + join"].add(spent["index"] + spent["join"])
        for stage in STAGES:
            times[stage].add(spent[stage])
    return times
