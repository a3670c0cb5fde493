"""How much memory `referent ingest` of the 28 codes takes, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

from eval.bench import child, corpus
from eval.bench.measure import Bench, Figure

TITLE = "Ingest of the 28 codes: time and memory"
MOST = 2_000.0  # MB


def measure(bench: Bench) -> Iterator[Figure]:
    """Peak memory, and the time of the whole command."""
    done = corpus.ingested(bench)
    detail = f"embedding_model = {bench.embedding}, {done.source_bytes / 1e6:.0f} MB of sources"
    yield Figure("peak memory of ingest", done.ran.peak / 1e6, "MB", MOST, detail=detail)
    rate = done.passages / done.ran.seconds
    yield Figure("ingest", done.ran.seconds, "s", detail=f"{rate:,.0f} passages/s, whole process")
    again = child.ingest(corpus.sources(bench), done.data, bench.embedding)
    yield Figure("ingest again, nothing changed", again.seconds, "s")
