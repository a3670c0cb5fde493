"""A process that has a model write connects to the server of the settings and to nobody else.

In a process of its own: packages that fetch something do so when first imported or used.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from fake_model import says
from model_servers import APIS, serving
from running import ROOT

WRITES = """
import os, sys
sys.path[:0] = ["tests", "tests/rag"]
reached = set()
def seen(event, about):
    if event == "socket.connect":
        reached.add(about[1][:2])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        reached.add(about[:2])
    elif event in ("subprocess.Popen", "os.system") and about[0] != "uname":  # openai's client
        reached.add((event, str(about)))
sys.addaudithook(seen)
from fakes import hit
from rag.answering.model import ModelGenerator
from rag.answering.server import ModelServer
from rag.settings import NO_MODEL, Settings
settings = Settings(embedding_model=NO_MODEL, model_url=sys.argv[1], model_api=sys.argv[2])
ModelServer(settings).models()
assert list(ModelGenerator("m", settings).generate("?", [hit("Le délai est d'un mois.", "1")]))
for host, port in reached:
    print(host, port)
"""


@pytest.mark.slow
@pytest.mark.parametrize("api", APIS)
def test_only_the_model_server_is_reached(api: str) -> None:
    with serving(api, m=says("Le délai court [1].")) as fake:
        ran = subprocess.run(
            [sys.executable, "-c", WRITES, fake.url, api],
            capture_output=True, text=True, check=False, cwd=ROOT, timeout=120,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert set(ran.stdout.splitlines()) == {fake.url.removeprefix("http://").replace(":", " ")}
