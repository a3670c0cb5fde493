"""Servers for tests: in a thread of this process, which is fast, or in one of their own."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from running import ROOT, WORDS_ONLY, command

from api.server import Running, bound
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings


@dataclass(frozen=True)
class Served:
    """A running server: a client for everyone, one for the operator, and its data folder."""

    data: Path
    everyone: httpx.Client
    operator: httpx.Client


@contextmanager
def serving(data: Path, **settings: object) -> Iterator[Served]:
    """A server in a thread, stopped at the end."""
    chosen = Settings(data=data, embedding_model=NO_MODEL, **settings)  # type: ignore[arg-type]
    listener = bound("127.0.0.1", 0)
    port = listener.getsockname()[1]
    with open_parts(chosen) as parts:
        running = Running(parts, listener)
        thread = threading.Thread(target=running.run)
        thread.start()
        try:
            with clients(data, f"http://127.0.0.1:{port}") as served:
                yield served
        finally:
            running.stop()
            thread.join()


@contextmanager
def clients(data: Path, url: str) -> Iterator[Served]:
    """The clients of a server. httpx is told to follow no proxy of the environment."""
    over = httpx.HTTPTransport(uds=str(data / "server.sock"))
    with (
        httpx.Client(base_url=url, trust_env=False, timeout=30) as everyone,
        httpx.Client(base_url="http://referent", transport=over, timeout=30) as operator,
    ):
        yield Served(data, everyone, operator)


@contextmanager
def process_serving(data: Path, *arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`referent serve` in a process of its own, and its address; it is ended at the end."""
    line = command("serve", "--data", data, "--port", 0, "--json", *arguments)
    with subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **WORDS_ONLY},
        cwd=ROOT,
    ) as started:
        try:
            assert started.stdout is not None
            said = started.stdout.readline()
            assert said, started.stderr and started.stderr.read()
            yield started, json.loads(said)["url"]
        finally:
            if started.poll() is None:
                started.kill()
            started.wait()
