"""Several server processes on one data folder, with their index on one Qdrant server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_qdrant import FakeQdrant, fake_qdrant
from running import process
from serving import process_serving
from small_folder import RULES

from rag.bootstrap import open_parts
from rag.database import reading
from rag.index import projection
from rag.settings import NO_MODEL, Settings

pytestmark = pytest.mark.slow
QUESTION = "Quel est le délai du recours gracieux ?"
DELAYS = ("deux", "trois", "quatre", "cinq", "six")
SECONDS = 20.0


@pytest.fixture
def qdrant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeQdrant]:
    with fake_qdrant(tmp_path / "qdrant") as running:
        monkeypatch.setenv("REFERENT_INDEX_URL", running.url)
        yield running


def test_two_servers_answer_while_texts_change(qdrant: FakeQdrant, tmp_path: Path) -> None:
    """Started at once on an index that neither knows; each ingest is seen by both."""
    data = tmp_path / "data"
    ingest(data, tmp_path, 0)
    qdrant.drop("referent", None)  # what was ingested is to be projected again, by one of them
    failures: list[str] = []
    done = threading.Event()
    with two_servers(data) as stack:
        clients = [stack.enter_context(client(url)) for url in stack.urls]
        for each in clients:
            assert found(each) == {"deux"}

        def ask(asking: httpx.Client, path: str) -> None:
            while not done.is_set():
                told = delays(asking.post(path, json={"question": QUESTION}))
                if len(told) > 1:
                    failures.append(f"{path}: {told}")

        asked = [(each, path) for each in clients for path in ("/v1/search", "/v1/ask")]
        with ThreadPoolExecutor(len(asked)) as pool:
            running = [pool.submit(ask, *each) for each in asked]
            try:
                for number, delay in enumerate(DELAYS[1:], start=1):
                    ingest(data, tmp_path, number)
                    for each in clients:
                        wait(lambda each=each, delay=delay: found(each) == {delay})
            finally:
                done.set()
            for each_running in running:
                each_running.result()
        assert failures == []
        for each in clients:
            assert each.get("/health/ready").json()["index"]["pending"] == 0
    assert in_step(qdrant, data)


def test_a_server_that_dies_leaves_the_outbox_to_the_other(
    qdrant: FakeQdrant, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    ingest(data, tmp_path, 0)
    with two_servers(data) as stack, client(stack.urls[1]) as left:
        qdrant.delay = 0.05  # so that it dies in the middle of something
        changing = threading.Thread(target=ingest, args=(data, tmp_path, 1))
        changing.start()
        stack.processes[0].kill()
        changing.join()
        qdrant.delay = 0.0
        wait(lambda: found(left) == {"trois"})
        wait(lambda: left.get("/health/ready").json()["index"]["pending"] == 0)
    assert in_step(qdrant, data)


class Two(ExitStack):
    """Two `referent serve` processes started at once, with their addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.processes: list[Any] = []


def two_servers(data: Path) -> Two:
    stack = Two()
    managers = [process_serving(data) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        for manager, started in zip(
            managers, pool.map(lambda manager: manager.__enter__(), managers), strict=True
        ):
            stack.push(manager)
            stack.processes.append(started[0])
            stack.urls.append(started[1])
    return stack


def client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, trust_env=False, timeout=SECONDS)


def ingest(data: Path, folder: Path, number: int) -> None:
    source = folder / "rgs.md"
    source.write_text(RULES.format(day=f"2025-0{number + 1}-01", delay=DELAYS[number]), "utf-8")
    ran = process("ingest", source, "--data", data, "--json")
    assert ran.status == 0 and not ran.failures, ran


def found(asking: httpx.Client) -> set[str]:
    return delays(asking.post("/v1/search", json={"question": QUESTION}))


def delays(response: httpx.Response) -> set[str]:
    """The delays in what was found or cited: two are a mixture of states; none is the moment
    between the catalogue's change and the index's."""
    assert response.status_code == 200, response.text
    shape = response.json()
    told = [hit["passage"] for hit in shape.get("hits", ())]
    told += [citation["quote"] for citation in shape.get("citations", ())]
    return {word for part in told for word in DELAYS if f"de {word} mois" in part}


def in_step(qdrant: FakeQdrant, data: Path) -> bool:
    """The collection holds exactly what the catalogue says."""
    chosen = Settings(data=data, embedding_model=NO_MODEL, index_url=qdrant.url)
    with open_parts(chosen) as parts, reading(parts.catalogue) as connection:
        return dict(parts.index.digests()) == dict(projection.digests(connection, ""))


def wait(holds: Any) -> None:
    until = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)
