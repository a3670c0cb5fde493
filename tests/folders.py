"""What a data folder holds, compared row by row, and processes killed while they change it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from running import ROOT, WORDS_ONLY, command

from rag.index.edge import EdgeIndex

# Numbers that count attempts, not content.
TECHNICAL = {"outbox", "projections", "sqlite_sequence"}
# Properties: a count of operations, of which a killed run leaves more; a name for each state.
COUNTED = {"outbox_pruned_to", "state"}

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class State:
    """Every row of every table that holds content, and every point of the index by its digest."""

    content: dict[str, Rows]
    points: dict[int, str]


def state(data: Path) -> State:
    """All that a data folder holds."""
    return State(content(data), points(data))


def content(data: Path) -> dict[str, Rows]:
    """Table → its rows, in order."""
    with closing(sqlite3.connect(data / "catalogue.sqlite3")) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = {name for (name,) in connection.execute(query)} - TECHNICAL
        return {name: _rows(connection, name) for name in sorted(tables)}


def _rows(connection: sqlite3.Connection, table: str) -> Rows:
    rows = connection.execute(f'SELECT * FROM "{table}"')
    return sorted((row for row in rows if row[0] not in COUNTED), key=repr)


def points(data: Path) -> dict[int, str]:
    """Every point of the index, with its digest."""
    stored = json.loads((data / "index/shard/edge_config.json").read_text("utf-8"))
    dense = stored["vectors"].get("dense")
    index = EdgeIndex(data / "index", dense["size"] if dense else 0)
    try:
        return dict(index.digests())
    finally:
        index.close()


def compare(data: Path, expected: State) -> None:
    """The folder holds exactly that."""
    compare_content(content(data), expected.content)
    assert points(data) == expected.points


def compare_content(found: dict[str, Rows], expected: dict[str, Rows]) -> None:
    """The same tables with the same rows."""
    assert found.keys() == expected.keys()
    for table, rows in expected.items():
        assert found[table] == rows, f"{table} differs"


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes; folders with none."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
    }


def killed(arguments: Sequence[object], after: float, **settings: str) -> bool:
    """Start `referent`, kill it after that many seconds; False when it had ended before."""
    child = _started(command(*arguments), settings)
    try:
        child.wait(after)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
    return child.wait() == -signal.SIGKILL


# Counts each statement to the catalogue, each commit, and each operation on the index, before it
# is done; at the number given, kills its own process: no moment between two of them is too short.
COUNTING = """
import os, signal, sys
from pathlib import Path
note, last = Path(sys.argv.pop(1)), int(sys.argv.pop(1))
from sqlalchemy import Engine, event
from rag.index.edge import EdgeIndex
count = 0
def step(*_about, **_more):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(Engine, "before_cursor_execute", step)
event.listen(Engine, "commit", step)
def counted(name):
    real = getattr(EdgeIndex, name)
    def run(*arguments, **more):
        step()
        return real(*arguments, **more)
    setattr(EdgeIndex, name, run)
for name in ("upsert", "delete", "flush", "clear", "close"):
    counted(name)
from api.cli import main
try:
    main()
finally:
    note.write_text(str(count))
"""


def steps(arguments: Sequence[object], note: Path, last: int = 0, **settings: str) -> int:
    """Run `referent`, killed at step `last`; how many steps it did, 0 when it was killed."""
    note.unlink(missing_ok=True)
    line = [sys.executable, "-c", COUNTING, str(note), str(last), *map(str, arguments)]
    child = _started(line, settings)
    if child.wait() == -signal.SIGKILL:
        return 0
    return int(note.read_text("utf-8"))


def _started(line: Sequence[str], settings: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        line,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **WORDS_ONLY, **settings},
        cwd=ROOT,
    )
