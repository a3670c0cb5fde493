"""`referent backup` while a server answers and texts come in; `restore` gives it all back."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest
from running import ROOT, WORDS_ONLY, command, referent
from serving import serving
from small_folder import RULES, filled

from rag.bootstrap import open_parts
from rag.journal.checking import check
from rag.journal.journal import Journal
from rag.settings import NO_MODEL, Settings

QUESTION = {"question": "Quel est le délai du recours gracieux ?"}


@pytest.mark.slow
def test_while_serving(tmp_path: Path) -> None:
    data = filled(tmp_path)
    stop = threading.Event()
    with serving(data) as served:

        def ask() -> None:
            while not stop.is_set():
                assert served.everyone.post("/v1/ask", json=QUESTION).status_code == 200

        def bring() -> None:
            for year in range(2027, 2032):
                text = tmp_path / "rgs.md"
                text.write_text(RULES.format(day=f"{year}-01-01", delay=f"{year} fois"), "utf-8")
                line = command(
                    "ingest", text, "--data", data
                )  # not in this process: it has threads
                given = {**os.environ, **WORDS_ONLY}
                subprocess.run(line, check=True, capture_output=True, env=given, cwd=ROOT)

        asking, bringing = threading.Thread(target=ask), threading.Thread(target=bring)
        asking.start()
        bringing.start()
        ran = [referent("backup", tmp_path / f"{n}.tar.gz", "--data", data) for n in range(3)]
        bringing.join()
        stop.set()
        asking.join()
    assert {(each.status, each.err) for each in ran} == {(0, "")}
    for n in range(3):
        restored = tmp_path / f"restored-{n}"
        ran = [referent("restore", tmp_path / f"{n}.tar.gz", "--data", restored, "--json")]
        ran.append(referent("check", "--data", restored))
        assert {(each.status, each.err) for each in ran} == {(0, "")}
        chosen = Settings(data=restored, embedding_model=NO_MODEL)
        with open_parts(chosen) as parts:
            journal = Journal(parts.registry, chosen, parts.data)
            assert check(parts.registry, journal.key).problem is None
        answer = referent("ask", QUESTION["question"], "--data", restored, "--json")
        assert "trois" in answer.json["answer"]
    again = referent("restore", tmp_path / "0.tar.gz", "--data", data)
    assert again.status == 2 and "contient déjà" in again.err
