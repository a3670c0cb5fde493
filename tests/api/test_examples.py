"""The example programs run, on the demonstration corpus, without a connection."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.pipeline import Ingest, IngestOptions
from rag.bootstrap import Parts, open_parts
from rag.catalogue import reading as catalogue
from rag.database import reading
from rag.maintenance import ready_index
from rag.retrieval.search import Searcher
from rag.settings import NO_MODEL, Settings
from rag.types import Caller

if TYPE_CHECKING:
    from rag.retrieval.llama import CatalogueRetriever

ROOT = Path(__file__).parents[2]
EXAMPLE = "api.examples.llama_retriever"
NOBODY = Caller.of(())
QUESTION = "Comment demander la délivrance d'un acte de naissance ?"

# Every attempt to connect or to resolve a name is counted and refused.
RUN_CUT_OFF = """
import runpy, socket, sys, threading
attempts = []
def refuse(*args, **kwargs):
    attempts.append(args)
    raise OSError("no network in this test")
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse
module = sys.argv.pop(1)
status = 0
try:
    runpy.run_module(module, run_name="__main__", alter_sys=True)
except SystemExit as end:
    status = end.code or 0
for thread in threading.enumerate():
    if thread is not threading.main_thread() and not thread.daemon:
        thread.join(5)
assert not attempts, attempts
assert "torch" not in sys.modules and "sentence_transformers" not in sys.modules
sys.exit(status)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Markdown texts of the demonstration corpus, ingested without an embedding model."""
    folder = tmp_path_factory.mktemp("data")
    texts = sorted((ROOT / "corpus").rglob("*.md"))
    with open_parts(Settings(data=folder, embedding_model=NO_MODEL)) as parts:
        report = Ingest(parts, IngestOptions()).run(texts)
    assert not report.failures
    return folder


@pytest.fixture
def parts(data: Path) -> Iterator[Parts]:
    with open_parts(Settings(data=data, embedding_model=NO_MODEL)) as opened:
        yield opened


@pytest.mark.slow
def test_llama_retriever_prints_citations_and_connects_nowhere(data: Path) -> None:
    # a bare environment: what the developer's shell forbids must not be what passes the test
    done = subprocess.run(
        [sys.executable, "-c", RUN_CUT_OFF, EXAMPLE, QUESTION, "--data", str(data)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "REFERENT_EMBEDDING_MODEL": NO_MODEL},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith("[1] ")
    assert done.stdout.count("« ") >= 3


def _retriever(parts: Parts, caller: Caller, day: date | None = None) -> CatalogueRetriever:
    from rag.retrieval.llama import CatalogueRetriever

    searcher = Searcher(parts.catalogue, ready_index(parts), parts.embedder)
    return CatalogueRetriever(searcher, caller, day, limit=5)


def test_nodes_say_what_search_says(parts: Parts) -> None:
    searcher = Searcher(parts.catalogue, ready_index(parts), parts.embedder)
    hits = searcher.search(QUESTION, Caller.operator(), date.today(), 5).hits
    nodes = _retriever(parts, Caller.operator()).retrieve(QUESTION)
    assert len(nodes) == len(hits) == 5
    for found, hit in zip(nodes, hits, strict=True):
        cited = found.node.metadata
        assert found.node.get_content() == hit.passage
        assert found.score == hit.score
        assert (cited["text_id"], cited["article"]) == (hit.text_id, hit.article)
        assert (cited["version_id"], cited["start"], cited["end"]) == (
            hit.version_id,
            hit.start,
            hit.end,
        )
        assert all(isinstance(value, str | int | None) for value in cited.values())


def test_a_model_reads_title_and_article_but_no_ids(parts: Parts) -> None:
    from llama_index.core.schema import MetadataMode

    (found, *_) = _retriever(parts, Caller.operator()).retrieve(QUESTION)
    read = found.node.get_content(metadata_mode=MetadataMode.LLM)
    assert found.node.metadata["text"] in read
    assert found.node.metadata["version_id"] not in read


def test_rights_and_dates_hold(parts: Parts) -> None:
    question = "agents du service de l'état civil"
    with reading(parts.catalogue) as connection:
        texts = catalogue.texts_for(connection, Caller.operator())
    closed = {text.text_id for text in texts if text.services}
    seen = [_text_ids(_retriever(parts, who), question) for who in (Caller.operator(), NOBODY)]
    assert seen[0] & closed
    assert seen[1] and not seen[1] & closed
    assert not _retriever(parts, Caller.operator(), date(1950, 1, 1)).retrieve(QUESTION)


def _text_ids(retriever: CatalogueRetriever, question: str) -> set[str]:
    return {found.node.metadata["text_id"] for found in retriever.retrieve(question)}


async def _ask(retriever: CatalogueRetriever) -> list[str]:
    return [found.node.node_id for found in await retriever.aretrieve(QUESTION)]


def test_asynchronously_the_same(parts: Parts) -> None:
    retriever = _retriever(parts, Caller.operator())
    same = [found.node.node_id for found in retriever.retrieve(QUESTION)]
    assert asyncio.run(_ask(retriever)) == same
