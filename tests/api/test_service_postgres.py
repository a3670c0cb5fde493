"""Two servers, each with a data folder of its own, share one PostgreSQL and one Qdrant server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import postgres
import pytest
from fake_qdrant import FakeQdrant, fake_qdrant
from postgres import OWNER, Cluster
from running import ROOT, process
from serving import process_serving
from small_folder import lasting

pytestmark = pytest.mark.slow
QUESTIONS = (
    "Peut-on faire un recours gracieux par courriel, sans signature ?",
    "Combien de temps garde-t-on un objet trouvé ?",
    "Qui signe les marchés publics ?",
    "Comment changer de prénom ?",
    "zibeline\x00 mouchetée",
)
ASKED = 40  # questions of each server at once


@dataclass(frozen=True)
class Shared:
    """One PostgreSQL database, one Qdrant server, and the folder of each machine."""

    database: str
    one: Path
    two: Path


@pytest.fixture
def shared_parts(
    postgres_server: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shared]:
    """`corpus/` is taken in from the first machine."""
    name = postgres_server.create()
    with fake_qdrant(tmp_path / "qdrant") as qdrant:
        settings(monkeypatch, postgres_server.url(name), qdrant)
        shared = Shared(name, tmp_path / "one", tmp_path / "two")
        ran = process("ingest", ROOT / "corpus", "--data", shared.one, "--json")
        assert ran.status == 0 and not ran.failures, ran
        yield shared
    postgres_server.drop(name)


def settings(monkeypatch: pytest.MonkeyPatch, url: str, qdrant: FakeQdrant) -> None:
    monkeypatch.setenv("REFERENT_CATALOGUE_URL", url)
    monkeypatch.setenv("REFERENT_INDEX_URL", qdrant.url)
    monkeypatch.setenv("REFERENT_JOURNAL_KEY", "la même sur chaque machine")


@contextmanager
def server(data: Path) -> Iterator[httpx.Client]:
    with (
        process_serving(data) as (_, url),
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield client


def ask(client: httpx.Client, question: str) -> Any:
    answer = client.post("/v1/ask", json={"question": question})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_two_servers_share_everything(shared_parts: Shared) -> None:
    with server(shared_parts.one) as first, server(shared_parts.two) as second:
        for question in QUESTIONS:
            told = ask(first, question)
            assert lasting(told) == lasting(ask(second, question))
        assert ask(first, QUESTIONS[0])["citations"]
        ask_all(first, second)
        entries = 2 * len(QUESTIONS) + 1 + 2 * ASKED
        assert journal(shared_parts.two) == {"entries": entries, "problem": None}
        remove(shared_parts.one, "valmercy-rgs", second)
    for folder in (shared_parts.one, shared_parts.two):
        assert checked(folder) == []
        assert journal(folder)["problem"] is None


def ask_all(*clients: httpx.Client) -> None:
    """Every server answers several at once, and each answer is journalled."""
    with ThreadPoolExecutor(2 * len(clients)) as pool:
        asked = [
            pool.submit(ask, client, f"{QUESTIONS[number % 4]} ({number})")
            for number in range(ASKED)
            for client in clients
        ]
        for each in asked:
            each.result()


def remove(data: Path, text_id: str, other: httpx.Client) -> None:
    """What one machine takes away is gone for the other."""
    assert process("remove", text_id, "--data", data, "--json").status == 0
    told = ask(other, QUESTIONS[0])
    assert text_id not in {citation["text_id"] for citation in told["citations"]}


def journal(data: Path) -> dict[str, Any]:
    ran = process("journal", "check", "--data", data, "--json")
    return {name: ran.json[name] for name in ("entries", "problem")}


def checked(data: Path) -> list[Any]:
    ran = process("check", "--data", data, "--json")
    problems: list[Any] = ran.json["problems"]
    assert ran.status == bool(problems), ran
    return problems


def test_a_dump_is_a_backup(
    shared_parts: Shared, postgres_server: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the README says: dumped while a server writes, restored, and the index filled again."""
    dump = tmp_path / "referent.dump"
    with server(shared_parts.one) as client:
        told = ask(client, QUESTIONS[0])
        program("pg_dump", postgres_server, "-Fc", "-f", dump, shared_parts.database)
        ask(client, QUESTIONS[1])
    name = postgres_server.create()
    program("pg_restore", postgres_server, "--no-owner", "-d", name, dump)
    with fake_qdrant(tmp_path / "other") as qdrant:
        settings(monkeypatch, postgres_server.url(name), qdrant)
        assert process("rebuild", "--data", shared_parts.two, "--json").status == 0
        assert journal(shared_parts.two) == {"entries": 1, "problem": None}
        assert checked(shared_parts.two) == []
        with server(shared_parts.two) as client:
            assert lasting(ask(client, QUESTIONS[0])) == lasting(told)
    postgres_server.drop(name)


def program(name: str, server: Cluster, *arguments: object) -> None:
    folder = postgres.binaries()
    assert folder is not None
    line = [folder / name, "-h", server.socket, "-U", OWNER, *arguments]
    subprocess.run([str(part) for part in line], check=True, capture_output=True)
