"""Several processes bring one index after one catalogue: each in its turn."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from databases import catalogue_url
from made_up import state, take_in
from running import ROOT
from sqlalchemy import Engine
from test_projection import FakeIndex, agrees, catch_up

from rag.catalogue.engine import open_catalogue
from rag.errors import IndexBusy
from rag.index import turn
from rag.ports import IndexPoint

SECONDS = 10.0


class Held(FakeIndex):
    """A store that holds up the first write it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go = threading.Event(), threading.Event()

    def upsert(self, points: Sequence[IndexPoint]) -> None:
        if not self.reached.is_set():
            self.reached.set()
            assert self.go.wait(SECONDS)
        super().upsert(points)


def test_the_slower_one_never_writes_over_the_newer(catalogue: Engine, tmp_path: Path) -> None:
    index, other = Held(), open_catalogue(catalogue_url(tmp_path), "test")
    take_in(catalogue, state("t", {"1": "un"}, date(2024, 1, 1)))
    slow = threading.Thread(target=catch_up, args=(catalogue, index))
    slow.start()
    assert index.reached.wait(SECONDS)  # it has read, and not written yet
    take_in(other, state("t", {"1": "un"}, date(2025, 1, 1), services=["rh"]))
    quick = threading.Thread(target=catch_up, args=(other, index))
    quick.start()
    quick.join(0.2)
    index.go.set()
    slow.join()
    quick.join()
    other.dispose()
    assert agrees(catalogue, index)


def test_an_index_up_to_date_waits_for_nobody(catalogue: Engine) -> None:
    index = FakeIndex()
    take_in(catalogue, state("t", {"1": "un"}))
    catch_up(catalogue, index)
    with turn.turn(catalogue):
        assert catch_up(catalogue, index) == 0


def test_who_waits_too_long_is_told(catalogue: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "WAIT_SECONDS", 0.05)
    take_in(catalogue, state("t", {"1": "un"}))
    with turn.turn(catalogue), pytest.raises(IndexBusy, match="met l'index à jour"):
        catch_up(catalogue, FakeIndex())
    assert catch_up(catalogue, FakeIndex()) == 1


@pytest.mark.slow
def test_who_dies_gives_its_turn_back(catalogue: Engine, tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from rag.catalogue.engine import open_catalogue\n"
        "from rag.index.turn import turn\n"
        "with turn(open_catalogue(sys.argv[1], 'test')):\n"
        "    print('held', flush=True)\n    time.sleep(60)\n"
    )
    line = [sys.executable, "-c", program, catalogue_url(tmp_path)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=ROOT) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        take_in(catalogue, state("t", {"1": "un"}))
        os.kill(holder.pid, signal.SIGKILL)
    started = time.monotonic()
    assert catch_up(catalogue, FakeIndex()) == 1
    assert time.monotonic() - started < turn.WAIT_SECONDS
