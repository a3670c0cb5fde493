"""`referent serve` in a process of its own, for the measures that need one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eval.bench.child import ROOT

PROGRAM = "from api.cli import main; main()"
STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes resident, and those of them that are its own; the others are files mapped, which the
    system takes back when it needs them."""

    resident: int
    own: int


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    url: str
    pid: int

    def memory(self) -> Memory:
        """What is resident now."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        lines = (line.partition(":") for line in status.splitlines())
        fields = {name: rest.split() for name, _, rest in lines}
        return Memory(1024 * int(fields["VmRSS"][0]), 1024 * int(fields["RssAnon"][0]))

    @property
    def cpu(self) -> float:
        """Seconds of processor that it took so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        user, system = int(fields[11]), int(fields[12])
        return (user + system) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(data: Path, embedding: str, **settings: str) -> Iterator[Served]:
    """A server over a data folder; `settings` are `REFERENT_…` by their lower-case names.

    Raises:
        RuntimeError: it does not start.
    """
    given = {f"REFERENT_{name.upper()}": value for name, value in settings.items()}
    line = [sys.executable, "-c", PROGRAM, "serve", "--data", str(data), "--port", "0", "--json"]
    with subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "REFERENT_EMBEDDING_MODEL": embedding, **given},
    ) as running:
        assert running.stdout is not None
        said = running.stdout.readline()
        if not said:
            raise RuntimeError("referent serve does not start; see above why")
        try:
            yield Served(json.loads(said)["url"], running.pid)
        finally:
            running.terminate()
            running.wait(STOP_SECONDS)
