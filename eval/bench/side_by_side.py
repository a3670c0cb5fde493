"""llama-index with its Qdrant store in local mode, on the same passages with the same embedder.

Its defaults rank by the dense vector alone; "hybrid" gives its store our own French sparse vectors
with IDF, which its defaults lack, so that both sides do the same work. Ours is `referent ingest`,
which also reads, splits and keeps the catalogue; theirs gets the passages ready.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.bench import corpus
from eval.bench.measure import Bench, Figure, Skipped, Times
from eval.bench.search import EVERYTHING, FILTERED, Asked, timed
from rag.bootstrap import Parts, open_parts
from rag.maintenance import ready_index
from rag.ports import Embedder
from rag.retrieval.lexical import PASSAGE_LENGTH, document_vector, question_vector
from rag.retrieval.search import Searcher
from rag.settings import NO_MODEL

if TYPE_CHECKING:
    from llama_index.core import VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding

TITLE = "Side by side: llama-index with Qdrant in local mode"
LIMIT = 10
QUESTIONS = 30  # a local-mode search takes a tenth of a second and more
QUICK_PASSAGES = 300
OPEN_ENDED = 99991231


def measure(bench: Bench) -> Iterator[Figure]:
    """Ingest time, and search p50 with and without a filter, ours then theirs."""
    if bench.embedding == NO_MODEL:
        raise Skipped("llama-index's store needs dense vectors and embedding_model is none")
    questions = corpus.questions(bench)[:QUESTIONS]
    done = corpus.ingested(bench)
    passages = corpus.passages(bench)
    if bench.quick:
        passages = passages[:QUICK_PASSAGES]
    _index(bench.work / "llama-first", passages[:10], _embedder(bench), False)  # imports
    with open_parts(corpus.settings(bench, done.data)) as parts:
        ready_index(parts)
        searcher = Searcher(parts.catalogue, parts.index, parts.embedder)
        ours = {asked.name: _ours(searcher, questions, asked) for asked in (EVERYTHING, FILTERED)}
    embedder = _embedder(bench)
    said = f"{done.passages:,} passages, whole command: read, split, embed, save, index"
    yield Figure("ingest: Référent", done.ran.seconds, "s", detail=said)
    for hybrid in (False, True):
        name = "llama-index, hybrid" if hybrid else "llama-index"
        started = time.perf_counter()
        index = _index(bench.work / f"llama-{hybrid}", passages, embedder, hybrid)
        spent = time.perf_counter() - started
        yield Figure(f"ingest: {name}", spent, "s", detail=f"{len(passages):,} passages ready")
        for asked in (EVERYTHING, FILTERED):
            if not hybrid:
                yield _figure("Référent, hybrid", asked, ours[asked.name])
            theirs = _theirs(index, questions, asked, hybrid)
            yield _figure(name, asked, theirs, ours[asked.name].median)


def _embedder(bench: Bench) -> Embedder:
    embedder = Parts(corpus.settings(bench, bench.work)).embedder
    assert embedder is not None  # NO_MODEL was skipped
    return embedder


def _figure(name: str, asked: Asked, times: Times, ours: float | None = None) -> Figure:
    detail = f"p95 {times.p95:.1f} ms, {len(times.values)} questions"
    if ours:
        detail += f"; {times.median / ours:.1f} times ours"
    return Figure(f"search, {asked.name}: {name} p50", times.median, "ms", detail=detail)


def _ours(searcher: Searcher, questions: Sequence[str], asked: Asked) -> Times:
    return timed(searcher, questions, asked)["whole search"]


def _theirs(index: VectorStoreIndex, questions: Sequence[str], asked: Asked, hybrid: bool) -> Times:
    from llama_index.core.vector_stores.types import VectorStoreQueryMode

    mode = VectorStoreQueryMode.HYBRID if hybrid else VectorStoreQueryMode.DEFAULT
    retriever = index.as_retriever(
        similarity_top_k=LIMIT,
        vector_store_query_mode=mode,
        filters=None if asked is EVERYTHING else _filters(asked),
    )
    times = Times()
    retriever.retrieve(questions[0])
    for question in questions:
        started = time.perf_counter()
        retriever.retrieve(question)
        times.add(1000 * (time.perf_counter() - started))
    return times


def _filters(asked: Asked) -> Any:
    """The same rights and date as ours, in llama-index's words."""
    from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters

    day = int(f"{asked.day:%Y%m%d}")
    readable = ["everyone", *sorted(asked.caller.services)]
    return MetadataFilters(
        filters=[
            MetadataFilter(key="service", value=readable, operator=FilterOperator.IN),
            MetadataFilter(key="valid_from", value=day, operator=FilterOperator.LTE),
            MetadataFilter(key="valid_to", value=day, operator=FilterOperator.GT),
        ]
    )


def _index(
    folder: Path, passages: Sequence[str], embedder: Embedder, hybrid: bool
) -> VectorStoreIndex:
    """Their index over these passages, on disk, as ours is."""
    try:
        from llama_index.core import StorageContext, VectorStoreIndex
        from llama_index.core.schema import TextNode
        from llama_index.vector_stores.qdrant import QdrantVectorStore
        from qdrant_client import QdrantClient, models
    except ImportError as error:
        raise Skipped("pip install llama-index-vector-stores-qdrant") from error
    logging.getLogger("llama_index").setLevel(logging.ERROR)
    sparse: dict[str, Any] = {
        "enable_hybrid": True,
        "sparse_config": models.SparseVectorParams(modifier=models.Modifier.IDF),
        "sparse_doc_fn": _document_vectors,
        "sparse_query_fn": _question_vectors,
    }
    store = QdrantVectorStore(
        "bench", client=QdrantClient(path=str(folder)), **(sparse if hybrid else {})
    )
    known = {"service": "everyone", "valid_from": 0, "valid_to": OPEN_ENDED}
    nodes = [TextNode(text=passage, metadata=dict(known)) for passage in passages]
    context = StorageContext.from_defaults(vector_store=store)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Payload indexes have no effect")
        return VectorStoreIndex(nodes, storage_context=context, embed_model=_adapter(embedder))


def _document_vectors(texts: list[str]) -> tuple[list[list[int]], list[list[float]]]:
    vectors = [document_vector(text, "", PASSAGE_LENGTH) for text in texts]
    return [list(v.indices) for v in vectors], [list(v.values) for v in vectors]


def _question_vectors(texts: list[str]) -> tuple[list[list[int]], list[list[float]]]:
    vectors = [question_vector(text) for text in texts]
    return [list(v.indices) for v in vectors], [list(v.values) for v in vectors]


def _adapter(embedder: Embedder) -> BaseEmbedding:
    """Our embedder as llama-index wants one."""
    from llama_index.core.base.embeddings.base import BaseEmbedding

    class Adapter(BaseEmbedding):
        """Embeds with the embedder that this bench was given."""

        def _get_query_embedding(self, query: str) -> list[float]:
            return list(map(float, embedder.embed_question(query)))

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            vectors: list[list[float]] = embedder.embed_passages(texts).tolist()
            return vectors

    return Adapter(model_name=embedder.name, embed_batch_size=64)
