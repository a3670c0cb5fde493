"""Whether the server says that it can answer."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from unittest import mock

import fake_ollama as ollama
import fake_openai as openai
import httpx
import pytest
from serving import Served, serving
from small_folder import filled

from api import readiness, schemas
from api.readiness import ModelProbe
from api.serving import Service
from rag.errors import CatalogueError, IndexFailure, ReferentError
from rag.settings import OLLAMA_API, OPENAI_API, Settings

NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("health"))


def ready(client: httpx.Client, status: int = 200) -> schemas.Ready:
    answer = client.get("/health/ready")
    assert answer.status_code == status, answer.text
    return schemas.Ready.model_validate_json(answer.content)


def test_without_a_model_server(served: Served) -> None:
    told = ready(served.everyone)
    assert told.ready and told.catalogue.readable
    assert told.index and not told.index.pending
    assert told.model.model_dump() == {"configured": False, "reachable": None}


def test_a_model_server_that_is_away_stops_no_answers(data: Path) -> None:
    with serving(data, model_url=NOBODY) as running:
        told = ready(running.everyone)
    assert told.ready
    assert told.model.model_dump() == {"configured": True, "reachable": False}


@pytest.mark.parametrize(
    ("error", "readable"),
    [(CatalogueError("secret", where="/secret"), False), (IndexFailure("secret"), True)],
)
def test_texts_or_index_that_cannot_be_read(
    served: Served, error: ReferentError, readable: bool
) -> None:
    with mock.patch.object(Service, "state", side_effect=error):
        told = ready(served.everyone, 503)
        assert "secret" not in served.everyone.get("/health/ready").text
    assert not told.ready and told.index is None
    assert told.catalogue.readable is readable


@pytest.mark.parametrize(("kind", "fake"), [(OLLAMA_API, ollama), (OPENAI_API, openai)])
def test_a_model_server_that_is_there(kind: str, fake: object) -> None:
    with fake.serving() as running:  # type: ignore[attr-defined]
        asked = Settings(model_url=running.url, model_api=kind)  # type: ignore[arg-type]
        assert ModelProbe(asked).reachable() is True


def test_it_is_asked_once_for_a_while() -> None:
    now = [0.0]
    probe = ModelProbe(Settings(model_url=NOBODY), clock=lambda: now[0])
    with mock.patch.object(ModelProbe, "_ask", side_effect=[False, True]) as asked:
        assert [probe.reachable(), probe.reachable()] == [False, False]
        now[0] += readiness.KEPT_SECONDS
        assert [probe.reachable(), probe.reachable()] == [True, True]
    assert asked.call_count == 2


@pytest.mark.slow
def test_a_silent_model_server_is_not_waited_for(data: Path) -> None:
    """It takes the connection and says nothing; other routes go on meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with serving(data, model_url=url) as running:
            told: list[schemas.Ready] = []
            asking = threading.Thread(target=lambda: told.append(ready(running.everyone)))
            started = time.monotonic()
            asking.start()
            assert running.operator.get("/health/live").status_code == 200
            assert running.operator.get("/v1/texts").status_code == 200
            asking.join()
            assert time.monotonic() - started < 5 * readiness.PROBE_SECONDS
    assert told[0].ready and told[0].model.reachable is False


@pytest.mark.parametrize(
    "line", ["HTTP/1.1 500 x", "HTTP/1.1 302 x\r\nLocation: http://x.test/", "x"]
)
def test_a_model_server_that_is_broken(line: str) -> None:
    """A redirection is an answer, and is not followed."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(f"{line}\r\nContent-Length: 0\r\n\r\n".encode())

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        probe = ModelProbe(Settings(model_url=f"http://127.0.0.1:{listener.getsockname()[1]}"))
        assert probe.reachable() is ("302" in line)
        thread.join()
