"""Several processes that make a database at the same moment all get it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

FILES = 40  # without the retry a few of them fail
PROGRAM = """
import sqlite3, sys, time
from pathlib import Path
from rag.database import BUSY_SECONDS, _tune_sqlite
folder, at, files = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
for n in range(files):
    while time.time() < at + n / 20:
        pass
    connection = sqlite3.connect(folder / f"{n}.db", timeout=BUSY_SECONDS)
    _tune_sqlite(connection, None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("CREATE TABLE IF NOT EXISTS made (by INTEGER)")
    connection.execute("COMMIT")
    connection.close()
"""


@pytest.mark.slow
def test_every_process_gets_it(tmp_path: Path) -> None:
    line = [sys.executable, "-c", PROGRAM, str(tmp_path), str(time.time() + 2.0), str(FILES)]
    started = [subprocess.Popen(line, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    said = [each.communicate(timeout=60)[1] for each in started]
    assert [each.returncode for each in started] == [0] * 4, said
