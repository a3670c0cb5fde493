"""One owner of the index: server and commands on one data folder, as real processes."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from running import Ran, process, referent
from serving import Served, clients, process_serving, serving
from small_folder import RULES, filled

from api.server import Running, bound
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings

QUESTION = "Quel est le délai du recours gracieux ?"
SECONDS = 10.0  # within which the server has taken what was ingested


@pytest.mark.slow
def test_commands_go_through_the_server_with_the_same_output(tmp_path: Path) -> None:
    data = filled(tmp_path)

    def outputs(*about: str) -> list[str]:
        ran = [referent("search", QUESTION, *about, "--data", data, "--json")]
        ran.append(referent("ask", "zibeline taxée", *about, "--data", data))
        assert {(each.status, each.err) for each in ran} == {(0, "")}
        return [_without_timings(each) for each in ran]

    asked = ((), ("--as-of", "2025-06-01"), ("--service", "x"))
    alone = [outputs(*about) for about in asked]
    with serving(data):
        through = [outputs(*about) for about in asked]
    assert alone == through
    assert outputs() == alone[0]


def _without_timings(ran: Ran) -> str:
    return "\n".join(line for line in ran.out.splitlines() if " ms — modèle" not in line)


def test_verify_and_show_beside_a_server(served: Served, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Vu l'article 2 du Règlement général.", "utf-8")
    assert referent("verify", tmp_path / "letter.txt", "--data", served.data).status == 0
    assert referent("show", "article 2 règlement général", "--data", served.data).status == 0
    assert referent("status", "--data", served.data).status == 0


def test_a_second_server_is_refused(served: Served) -> None:
    ran = referent("serve", "--port", 0, "--data", served.data)
    assert ran.status == 1
    assert "déjà ouvert" in ran.err
    assert served.everyone.get("/health/live").status_code == 200
    assert served.operator.get("/health/live").status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "example.org", "", "127.1"])
def test_it_listens_on_this_machine_only(served: Served, host: str) -> None:
    ran = referent("serve", "--host", host, "--port", 0, "--data", served.data)
    assert ran.status == 2
    assert ("comptes" if host.strip(".:0123456789") == "" and host != "127.1" and host else
            "adresse") in ran.err  # fmt: skip


def test_a_taken_port_is_said(served: Served) -> None:
    ran = referent("serve", "--port", served.everyone.base_url.port, "--data", served.data)
    assert ran.status == 1
    assert "--port" in ran.err


def test_nothing_ingested_is_said(tmp_path: Path) -> None:
    ran = referent("serve", "--port", 0, "--data", tmp_path / "none")
    assert ran.status == 1
    assert "referent ingest" in ran.err


@pytest.mark.slow
def test_a_folder_with_a_long_path(tmp_path: Path) -> None:
    data = tmp_path / ("dossier-" * 20) / "data"
    assert referent("ingest", _rules(tmp_path, "deux", "2025-01-01"), "--data", data).status == 0
    tcp = bound("127.0.0.1", 0)
    with open_parts(Settings(data=data, embedding_model=NO_MODEL)) as parts:
        running = Running(parts, tcp)
        thread = threading.Thread(target=running.run)
        thread.start()
        try:
            ran = referent("search", QUESTION, "--data", data, "--json")
        finally:
            running.stop()
            thread.join()
    assert ran.status == 0 and ran.json["hits"]


@pytest.mark.slow
def test_the_socket_of_a_dead_server_is_nothing(tmp_path: Path) -> None:
    data = _ingested(tmp_path, "deux")
    with socket.socket(socket.AF_UNIX) as left:  # bound, closed, never removed: as kill -9 leaves
        left.bind(str(data / "server.sock"))
    assert referent("search", QUESTION, "--data", data).status == 0
    with serving(data) as again:
        assert again.operator.get("/health/live").status_code == 200


@pytest.mark.slow
def test_changes_are_taken_by_a_server_in_this_process(tmp_path: Path) -> None:
    data = _ingested(tmp_path, "deux")
    with serving(data) as running:
        assert "deux" in _found(running)[0]["passage"]
        notice = referent("ingest", _rules(tmp_path, "quatre", "2025-02-01"), "--data", data)
        assert notice.status == 0, notice.err
        _wait(lambda: [hit for hit in _found(running) if "quatre" in hit["passage"]])
        assert referent("remove", "Règlement général", "--data", data).status == 0
        assert _found(running) == []  # at once: the catalogue is asked last
        _wait(lambda: running.everyone.get("/health/ready").json()["index"]["pending"] == 0)
    with open_parts(Settings(data=data, embedding_model=NO_MODEL)) as parts:
        assert parts.index.count() == 0


@pytest.mark.slow
def test_ingest_and_serve_at_once(tmp_path: Path) -> None:
    """A server process, questions without a pause, ingests of other wordings: no error, and each
    answer is one of the wordings, never a mixture."""
    data = _ingested(tmp_path, "deux")
    delays = ["trois", "quatre", "cinq"]
    failures: list[str] = []
    seen: set[str] = set()
    done = threading.Event()
    with process_serving(data) as (server, url), clients(data, url) as running:

        def ask(client: httpx.Client, address: str) -> None:
            while not done.is_set():
                response = client.post(address, json={"question": QUESTION})
                if response.status_code != 200:
                    failures.append(response.text)
                    return
                seen.update(_delays(response.json()))

        threads = [
            threading.Thread(target=ask, args=(client, address))
            for client in (running.everyone, running.operator)
            for address in ("/v1/search", "/v1/ask")
        ]
        for thread in threads:
            thread.start()
        try:
            for number, delay in enumerate(delays):
                source = _rules(tmp_path, delay, f"2025-0{number + 2}-01")
                ran = process("ingest", source, "--data", data, "--json")
                assert ran.status == 0 and not ran.failures, ran
                _wait(lambda delay=delay: [h for h in _found(running) if delay in h["passage"]])
                through = process("search", QUESTION, "--data", data, "--json")
                assert delay in through.json["hits"][0]["passage"]
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert failures == []
        assert seen == {"deux", *delays}
        server.send_signal(signal.SIGTERM)
        assert server.wait(SECONDS) == 0
        assert server.stderr is not None and server.stderr.read() == ""
    assert not (data / "server.sock").exists()
    assert process("check", "--data", data).status == 0


@pytest.mark.slow
def test_a_killed_server_leaves_the_folder_usable(tmp_path: Path) -> None:
    data = _ingested(tmp_path, "deux")
    with process_serving(data) as (server, _):
        server.kill()
        server.wait()
    assert (data / "server.sock").exists()
    assert process("search", QUESTION, "--data", data, "--json").json["hits"]
    with process_serving(data) as (_, url), clients(data, url) as running:
        assert _found(running)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_runs_ends_before_the_server_does(tmp_path: Path, number: signal.Signals) -> None:
    data = _ingested(tmp_path, "deux")
    with process_serving(data) as (server, url), clients(data, url) as running:
        long = {"text": "Vu l'article 2 du Règlement général. " * 3000}
        answers: list[httpx.Response] = []
        thread = threading.Thread(
            target=lambda: answers.append(running.everyone.post("/v1/verify", json=long))
        )
        thread.start()
        time.sleep(0.2)
        server.send_signal(number)
        assert server.wait(30) == 0
        thread.join()
    assert [answer.status_code for answer in answers] == [200]
    assert json.loads(answers[0].text)["references"]


def _rules(folder: Path, delay: str, day: str) -> Path:
    source = folder / "rgs.md"
    source.write_text(RULES.format(day=day, delay=delay), "utf-8")
    return source


def _ingested(folder: Path, delay: str) -> Path:
    source = _rules(folder, delay, "2025-01-01")
    ran = referent("ingest", source, "--data", folder / "data")
    assert ran.status == 0, ran.err
    return folder / "data"


def _found(running: Served) -> list[dict[str, Any]]:
    response = running.everyone.post("/v1/search", json={"question": QUESTION, "limit": 1})
    assert response.status_code == 200, response.text
    hits: list[dict[str, Any]] = response.json()["hits"]
    return hits


def _delays(shape: dict[str, Any]) -> set[str]:
    """The delays told of in what was found or cited: one, or an answer mixes states."""
    told = [hit["passage"] for hit in shape.get("hits", ())]
    told += [citation["quote"] for citation in shape.get("citations", ())]
    words = {word for part in told for word in ("deux", "trois", "quatre", "cinq") if word in part}
    assert len(words) <= 1, shape
    return words


def _wait(holds: Any) -> None:
    until = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)
