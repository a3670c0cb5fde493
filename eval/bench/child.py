"""Runs `referent` as a person would: a fresh process; measures its time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The child writes down what it used to the file named first. Not `ru_maxrss`: Linux counts in it
# what the parent had resident when it started the child.
PROGRAM = """
import json, sys
from pathlib import Path
note = Path(sys.argv.pop(1))
try:
    from api.cli import main
    main()
finally:
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    packages = sorted({name.split(".")[0] for name in sys.modules})
    note.write_text(json.dumps({"peak": 1024 * peak, "packages": packages}))
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a child process went."""

    seconds: float  # from before it starts to after it ends
    peak: int  # bytes resident at most
    packages: frozenset[str]  # top-level packages that it imported
    output: str


def referent(*arguments: str, embedding: str) -> Ran:
    """Run `referent ARGUMENTS` in a process of its own.

    Raises:
        RuntimeError: it failed.
    """
    environment = {**os.environ, "REFERENT_EMBEDDING_MODEL": embedding}
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder) / "note.json"
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(note), *arguments],
            capture_output=True,
            cwd=ROOT,
            env=environment,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - started
        if done.returncode:
            raise RuntimeError(f"referent {' '.join(arguments)}: {done.stderr[-2000:]}")
        used = json.loads(note.read_text("utf-8"))
    return Ran(seconds, used["peak"], frozenset(used["packages"]), done.stdout)


def ingest(sources: Sequence[Path], data: Path, embedding: str) -> Ran:
    """`referent ingest SOURCES --data DATA`."""
    paths = [str(path.absolute()) for path in sources]
    return referent("ingest", *paths, "--data", str(data), "--json", embedding=embedding)
