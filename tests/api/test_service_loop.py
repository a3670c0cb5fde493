"""The event loop goes on while encoding, the index or the catalogue are slow.

What is slow waits for an event that is only set once the loop has answered something else: were
the loop held up, it never would, and the client would give up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import httpx
import pytest
from serving import Served, serving
from small_folder import filled

from rag.catalogue import reading as catalogue
from rag.index.edge import EdgeIndex
from rag.retrieval.search import Searcher

QUESTION = {"question": "recours gracieux"}
SECONDS = 20.0
SLOTS = 2
SLOW = {
    "encoding": (Searcher, "_queries"),
    "index": (EdgeIndex, "search"),
    "SQL": (catalogue, "join"),
}


class Gate:
    """Holds up every thread that passes a function, until it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.held = 0
        self.reached = threading.Event()

    def before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """`real`, behind the gate."""

        def slow(*given: Any, **more: Any) -> Any:
            self.held += 1
            self.reached.set()
            assert self.opened.wait(SECONDS)
            return real(*given, **more)

        return slow


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with few threads."""
    data = filled(tmp_path_factory.mktemp("loop"))
    with serving(data, serve_searches=SLOTS, serve_answers=1, serve_cache=0) as running:
        yield running


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("stage", ["encoding", "index", "SQL"])
def test_the_loop_answers_while_a_stage_is_slow(few: Served, stage: str, accept: str) -> None:
    gate, answers = Gate(), list[httpx.Response]()
    module, name = SLOW[stage]

    def ask(path: str) -> None:
        headers = {"Accept": accept}
        answers.append(few.everyone.post(path, json=QUESTION, headers=headers, timeout=SECONDS))

    # more than there are threads: the others wait in line, and hold up nothing either
    paths = ["/v1/search"] * (SLOTS + 3) + ["/v1/ask"] * 3
    threads = [threading.Thread(target=ask, args=(path,)) for path in paths]
    with mock.patch.object(module, name, gate.before(getattr(module, name))):
        for thread in threads:
            thread.start()
        assert gate.reached.wait(SECONDS)
        for _ in range(20):
            assert few.everyone.get("/health/live", timeout=SECONDS / 4).status_code == 200
        assert answers == []
        gate.opened.set()
        for thread in threads:
            thread.join()
    assert {answer.status_code for answer in answers} == {200} and len(answers) == len(paths)
    assert gate.held >= len(paths)


@pytest.mark.slow
def test_searches_pass_while_the_outbox_is_applied(few: Served) -> None:
    gate = Gate()
    with mock.patch("api.serving.ready_index", gate.before(lambda _parts: None)):
        assert gate.reached.wait(SECONDS)
        for _ in range(5):
            found = few.everyone.post("/v1/search", json=QUESTION, timeout=SECONDS / 4)
            assert found.status_code == 200
        gate.opened.set()
