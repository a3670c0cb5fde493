"""Several processes that make a registry at the same moment all get it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import sys, time
from pathlib import Path
from rag.registry.engine import open_registry, sqlite_url
folder, at = Path(sys.argv[1]), float(sys.argv[2])
while time.time() < at:
    pass
open_registry(sqlite_url(folder), "le registre").dispose()
"""


@pytest.mark.slow
def test_every_process_gets_it(tmp_path: Path) -> None:
    for turn in range(3):
        folder = tmp_path / str(turn)
        folder.mkdir()
        line = [sys.executable, "-c", PROGRAM, str(folder), str(time.time() + 2.0)]
        started = [subprocess.Popen(line, stderr=subprocess.PIPE, text=True) for _ in range(4)]
        said = [each.communicate(timeout=60)[1] for each in started]
        assert [each.returncode for each in started] == [0] * 4, said
