"""The HTTP API over the 28 codes: how soon an answer begins, how many searches a second, memory.

Server and clients are processes of their own. What else the machine did is told beside each
figure: the load when it began (with two cores, 2 is a machine with nothing to spare).
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from datetime import date
from http.client import HTTPConnection
from urllib.parse import urlsplit

from eval.bench import corpus, quick_model
from eval.bench.clients import EVENTS, Plan, asks, run, shown
from eval.bench.measure import Bench, Figure, Times, percentile
from eval.bench.server import Memory, Served, served
from rag.access import index_filter
from rag.bootstrap import Parts, open_parts
from rag.maintenance import ready_index
from rag.ports import ARTICLE, DENSE, PASSAGE, IndexQuery
from rag.retrieval.lexical import question_vector
from rag.retrieval.search import DEPTH, Searcher
from rag.types import Caller

TITLE = "The HTTP API over the 28 codes"
FIRST_BYTE_MS = 60.0  # p50, over what the model server itself took
CLIENTS = (1, 8, 32)
SECONDS = 10.0
REQUESTS = 10_000
LONG = 3600.0  # seconds: no end but the count


def measure(bench: Bench) -> Iterator[Figure]:
    """In process first, for a server holds the index afterwards."""
    questions = corpus.questions(bench)
    data = bench.work / "api"
    shutil.copytree(corpus.ingested(bench).data, data)  # other measures keep theirs
    with open_parts(corpus.settings(bench, data)) as parts:
        yield from _bare(parts, questions)
    with quick_model.serving() as model:
        settings = {
            "model_url": model.url,
            "model": quick_model.NAME,
            "serve_cache": "0",
            "min_confidence": "0",
        }
        with served(data, bench.embedding, **settings) as server:
            yield from _first_events(server, model, questions)
    with served(data, bench.embedding) as server:
        yield from _rates(bench, server, questions)


def _bare(parts: Parts, questions: Sequence[str]) -> Iterator[Figure]:
    """What a search costs without HTTP, one after another in this process."""
    ready_index(parts)
    searcher = Searcher(parts.catalogue, parts.index, parts.embedder)
    bare, whole = Times(), Times()
    for kept in (Times(), bare):
        for question in questions:
            with kept.timed():
                _encode_and_ask(parts, question)
    for kept in (Times(), whole):
        for question in questions:
            with kept.timed():
                searcher.search(question, Caller(), date.today())
    for label, times in (("bare encode + index call", bare), ("whole search", whole)):
        rate = len(times.values) / sum(times.values)
        detail = f"{rate:.0f}/s one after another; {shown(times)}; {_load()}"
        yield Figure(f"in process: {label}, p50", 1000 * times.median, "ms", detail=detail)


def _encode_and_ask(parts: Parts, question: str) -> None:
    where = index_filter(Caller(), date.today())
    words = question_vector(question)
    queries = [IndexQuery(name, words, DEPTH, where) for name in (ARTICLE, PASSAGE)]
    if parts.embedder is not None:
        vector = parts.embedder.embed_question(question)
        queries.append(IndexQuery(DENSE, vector, DEPTH, where))
    parts.index.search(queries)


def _first_events(
    server: Served, model: quick_model.QuickModel, questions: Sequence[str]
) -> Iterator[Figure]:
    """One client, one question after another; the first round warms up."""
    for question in questions[: len(questions) // 4 + 1]:
        _first(server, question)
    model.took.clear()
    begun = [_first(server, question) for question in questions]
    hits = Times([1000 * found for found, _ in begun])
    first = Times([1000 * sentence for _, sentence in begun])
    over = Times(
        [1000 * (sentence - took) for (_, sentence), took in zip(begun, model.took, strict=True)]
    )
    yield Figure("question to first hit event, p50", hits.median, "ms", detail=_spread(hits))
    yield Figure("question to first sentence, p50", first.median, "ms", detail=_spread(first))
    yield Figure(
        "  of which over what the model server took, p50",
        over.median,
        "ms",
        FIRST_BYTE_MS,
        detail=_spread(over),
    )


def _first(server: Served, question: str) -> tuple[float, float]:
    """Seconds until the event "hits", and until the first "sentence"."""
    address = urlsplit(server.url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
    headers = {"Accept": EVENTS, "Content-Type": "application/json"}
    started = time.perf_counter()
    connection.request("POST", "/v1/ask", json.dumps({"question": question}), headers)
    response = connection.getresponse()
    reached: dict[bytes, float] = {}
    while line := response.readline():
        if line.startswith(b"event: "):
            reached.setdefault(line[7:].strip(), time.perf_counter() - started)
    connection.close()
    if b"answer" not in reached:
        raise RuntimeError(f"no answer: {response.status} {sorted(reached)}")
    return reached[b"hits"], reached[b"sentence"]


def _rates(bench: Bench, server: Served, questions: Sequence[str]) -> Iterator[Figure]:
    """Searches a second, then what the memory is after many."""
    calls = asks("/v1/search", questions)
    seconds, requests = (1.0, 200) if bench.quick else (SECONDS, REQUESTS)
    before = server.memory()
    done = len(run(Plan(server.url, calls, 1, LONG, len(calls))).all.values)
    for clients in CLIENTS:
        load, cpu = _load(), server.cpu
        outcome = run(Plan(server.url, calls, clients, seconds))
        count = len(outcome.all.values)
        done += count
        label = f"POST /v1/search, {clients} client{'s' * (clients > 1)}"
        spent = f"{1000 * (server.cpu - cpu) / count:.1f} ms of processor each"
        detail = f"{shown(outcome.all)}; {spent}; {load}"
        yield Figure(label, outcome.rate, "requests/s", detail=detail)
        yield Figure("  errors", len(outcome.errors), target=0.0, detail=_first_of(outcome.errors))
    if requests > done:
        run(Plan(server.url, calls, CLIENTS[1], LONG, requests - done))
    yield _memory("memory of the server at rest", before)
    yield _memory(f"memory after {max(requests, done):,} requests", server.memory())


def _memory(label: str, found: Memory) -> Figure:
    own = f"{found.own / 1e6:.0f} MB of its own, the rest files mapped"
    return Figure(label, found.resident / 1e6, "MB", detail=own)


def _spread(times: Times) -> str:
    parts = (f"p{share} {percentile(times.values, share):.1f}" for share in (95, 99))
    return f"{' / '.join(parts)} ms; {len(times.values)} questions; {_load()}"


def _first_of(errors: Sequence[str]) -> str:
    return errors[0] if errors else ""


def _load() -> str:
    """What else runs here."""
    return f"load {os.getloadavg()[0]:.1f}"
