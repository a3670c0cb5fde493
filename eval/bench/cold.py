"""`referent search` as a person meets it: a new process, from the shell's prompt to the answer."""

from __future__ import annotations

from collections.abc import Iterator

from eval.bench import child, corpus
from eval.bench.measure import Bench, Figure, Times

TITLE = "referent search, a cold process"
RUNS = 10
MOST = 2.0  # seconds
QUESTION = "Dans quel délai l'administration doit-elle communiquer un document administratif ?"
HEAVY = (
    "alembic",
    "fastapi",
    "llama_index",
    "numpy",
    "onnxruntime",
    "pydantic",
    "qdrant_client",
    "qdrant_edge",
    "rich",
    "scipy",
    "sentence_transformers",
    "spacy",
    "sqlalchemy",
    "tokenizers",
    "torch",
    "transformers",
    "unstructured",
)


def measure(bench: Bench) -> Iterator[Figure]:
    """Median and worst time of a run, its memory, and which large packages it imported."""
    data = str(corpus.ingested(bench).data)
    runs = 2 if bench.quick else RUNS
    done = [
        child.referent("search", QUESTION, "--data", data, "--json", embedding=bench.embedding)
        for _ in range(runs)
    ]
    times = Times([ran.seconds for ran in done])
    imported = [name for name in HEAVY if name in done[0].packages]
    detail = f"{runs} runs, worst {max(times.values):.2f} s"
    yield Figure("median", times.median, "s", MOST, detail=detail)
    yield Figure("torch imported", float("torch" in imported), "of 1", 0.0)
    yield Figure("peak memory", max(ran.peak for ran in done) / 1e6, "MB")
    yield Figure("large packages imported", len(imported), detail=", ".join(imported))
