"""Runs `referent ingest` beside the server: its libraries and memory stay out of it, and whichever
of the two is killed, each text is wholly taken in or not at all."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from api.web.desk.uploads import DONE, PROGRESS, TRIED, Result, Upload, Uploads, busy
from api.web.language import N_
from rag.bootstrap import Parts
from rag.errors import ReferentError
from rag.types import Caller

SECONDS = 3600.0  # for one trial or run
TRIES = 20  # for a turn: whoever only looks holds it for a moment
MAX_REPORT = 32 << 20  # bytes
EVERYONE = "tous"
PROGRAM = "from api.cli import main; main()"
# What an ingest needs of the settings in force; the rest it reads as the server did.
PASSED = (
    "catalogue_url",
    "index_url",
    "index_api_key",
    "index_collection",
    "index_timeout",
    "embedding_model",
    "embedding_batch",
)
LATE = N_("La lecture a duré plus d'une heure : elle a été arrêtée. Donnez moins de fichiers.")
BROKEN = N_("La lecture s'est arrêtée sans rapport : l'administrateur en a le détail.")
log = logging.getLogger("referent")


Done = Callable[[Result], None]


@dataclass(frozen=True, slots=True)
class Run:
    """A trial, which says what would change, removals among it, or a run that changes it."""

    upload: Upload
    caller: Caller
    trial: bool
    accept_removals: bool = False


def command(run: Run, data: Path) -> list[str]:
    """The command line."""
    wanted, caller = run.upload.wanted, run.caller
    line = [sys.executable, "-c", PROGRAM, "ingest", f"--data={data}", "--json", "--progress"]
    line += ["--dry-run"] if run.trial else []
    line += ["--accept-removals"] if run.trial or run.accept_removals else []
    line += [f"--service={name}" for name in wanted.services]
    line += [f"--effective={wanted.effective}"] if wanted.effective else []
    line += ["--mirror"] if wanted.mirror else []
    if not caller.unrestricted:
        line += [f"--as-service={name}" for name in (EVERYONE, *sorted(caller.services))]
    return [*line, "--", str(run.upload.source)]


class Runner:
    """Runs one at a time, each watched by a thread of its own."""

    def __init__(self, parts: Parts, uploads: Uploads) -> None:
        self._parts = parts
        self._uploads = uploads

    def start(self, run: Run, then: Done) -> None:
        """Start it; `then` is told how it ended.

        Raises:
            Refused: another one has the turn.
        """
        with ExitStack() as turn:
            if not turn.enter_context(self._uploads.turn(TRIES)):
                raise busy()
            (run.upload.path / PROGRESS).unlink(missing_ok=True)
            held = turn.pop_all()
        # A daemon: a server that stops leaves the run to its end, and waits for nobody.
        threading.Thread(target=self._watch, args=(held, run, then), daemon=True).start()

    def running(self) -> bool:
        """True while some trial or run has the turn."""
        with self._uploads.turn() as free:
            return not free

    def _watch(self, held: ExitStack, run: Run, then: Done) -> None:
        with held:
            try:
                result = self._run(run)
                run.upload.keep(TRIED if run.trial else DONE, result)
                then(result)
            except (OSError, ReferentError) as error:  # the folder is gone, or the journal is full
                log.error("%s", error)

    def _run(self, run: Run) -> Result:
        told_at = run.upload.path / PROGRESS
        environment = {**os.environ, **_settings(self._parts)}
        with (
            told_at.open("wb") as told,
            subprocess.Popen(
                command(run, self._parts.data),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=told,
                env=environment,
            ) as child,
        ):
            try:
                out, _ = child.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                return Result(None, LATE)
        return _result(out, told_at.read_bytes()[-2000:], child.returncode)


def _result(out: bytes, told: bytes, status: int) -> Result:
    try:
        report = json.loads(out) if len(out) <= MAX_REPORT else None
    except ValueError:
        report = None
    if isinstance(report, dict) and isinstance(report.get("texts"), list):
        return Result(report)
    log.error("referent ingest: status %s: %s", status, told.decode("utf-8", "replace"))
    return Result(None, BROKEN)


def _settings(parts: Parts) -> dict[str, str]:
    given = {name: str(getattr(parts.settings, name)) for name in PASSED}
    return {f"REFERENT_{name.upper()}": value for name, value in given.items()}
