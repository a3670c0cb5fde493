"""No command connects anywhere: with sockets that refuse and count, and without any network."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path

import pytest
from running import ROOT, WORDS_ONLY, command

# Put first on the path of a process: every attempt to reach anyone is written down and refused.
# (Binding is none: urllib3 binds to ::1 when it is imported, to learn whether IPv6 is there.)
REFUSING = """
import os, socket, sys

def _refuse(what, *about):
    with open(os.environ["ATTEMPTS"], "a") as log:
        print(what, *about, file=log)
    raise OSError("no network in this test")

class Refusing(socket.socket):
    def connect(self, address): _refuse("connect", address)
    def connect_ex(self, address): _refuse("connect_ex", address)
    def sendto(self, *about): _refuse("sendto", about)

def _seen(event, about):
    # sockets made in C and child processes, which no patched name would see
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname",
                 "socket.sendto", "socket.gethostbyaddr"):
        _refuse(event, about)
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        _refuse(event, about)

socket.socket = Refusing
sys.addaudithook(_seen)
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "create_connection"):
    setattr(socket, name, lambda *about, _name=name, **more: _refuse(_name, about))
"""
PROBE = "import socket; socket.create_connection(('192.0.2.1', 80), 0.2)"
INSTALLED = ("unstructured", "llama_index", "transformers", "sentence_transformers", "spacy")


def commands(data: Path) -> list[list[str]]:
    """Everything a person does: every format of the corpus read, a search, an answer."""
    question = "combien de jours de congés par an ?"
    at = ["--data", str(data)]
    return [
        command("ingest", ROOT / "corpus", *at),
        command("search", question, *at),
        command("ask", question, *at),
        command("show", "article 12 règlement général des services", *at),
        command("status", *at),
        command("check", *at),
        command("rebuild", *at),
    ]


def run_all(data: Path, prefix: list[str], **environment: str) -> None:
    env = {**os.environ, **environment}
    # what the program itself must say, the caller does not say for it
    for name in ("DO_NOT_TRACK", "SCARF_NO_ANALYTICS", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        env.pop(name, None)
    for line in commands(data):
        ran = subprocess.run(
            [*prefix, *line], capture_output=True, text=True, env=env, check=False, cwd=ROOT
        )
        assert ran.returncode == 0, ran
        assert ran.stdout


def test_the_corpus_holds_every_format() -> None:
    suffixes = {path.suffix for path in (ROOT / "corpus").rglob("*") if path.is_file()}
    assert suffixes >= {".md", ".docx", ".odt", ".pdf", ".html", ".eml", ".xlsx", ".txt"}


@pytest.fixture
def refusing(tmp_path: Path) -> dict[str, str]:
    """The environment of a process that may reach nobody, and where it is written down."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(REFUSING)
    return {"PYTHONPATH": str(tmp_path / "site"), "ATTEMPTS": str(tmp_path / "attempts")}


@pytest.mark.slow
def test_attempts_are_seen(refusing: dict[str, str]) -> None:
    """The trap itself works."""
    line = [*command()[:2], PROBE]
    env = {**os.environ, **refusing}
    ran = subprocess.run(line, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "create_connection" in Path(refusing["ATTEMPTS"]).read_text()
    raw = "import _socket; _socket.socket().connect(('192.0.2.1', 80))"
    subprocess.run([*line[:2], raw], env=env, capture_output=True, check=False)
    assert "socket.connect" in Path(refusing["ATTEMPTS"]).read_text()


@pytest.mark.slow
@pytest.mark.parametrize("model", ["none", "static"])
def test_no_attempt_to_connect_is_made(
    model: str, tmp_path: Path, refusing: dict[str, str]
) -> None:
    missing = [name for name in INSTALLED if importlib.util.find_spec(name) is None]
    assert not missing, "those that might phone are to be there"
    run_all(tmp_path / "data", [], **refusing, REFERENT_EMBEDDING_MODEL=model)
    attempts = Path(refusing["ATTEMPTS"])
    assert not attempts.exists(), attempts.read_text()


@pytest.mark.slow
def test_without_any_network(tmp_path: Path) -> None:
    namespace = ["unshare", "-rn"]
    try:
        tried = subprocess.run([*namespace, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no `unshare` here: no namespace without a network can be made")
    if tried.returncode:
        pytest.skip(f"no namespace without a network here: {tried.stderr.decode().strip()}")
    run_all(tmp_path / "data", namespace, **WORDS_ONLY)
