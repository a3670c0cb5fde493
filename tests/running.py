"""Runs `referent` as a person would: in this process, which is fast, or in one of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from api import cli

ROOT = Path(__file__).parent.parent
WORDS_ONLY = {"REFERENT_EMBEDDING_MODEL": "none"}


@dataclass(frozen=True)
class Ran:
    """What a command printed, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which is one JSON document."""
        return json.loads(self.out)

    @property
    def failures(self) -> list[dict[str, str]]:
        """The failures of an ingest, each with the three promised fields filled."""
        failures: list[dict[str, str]] = self.json["failures"]
        for failure in failures:
            assert set(failure) == {"source", "error", "remedy"}
            assert all(failure.values()), failure
        return failures


def referent(*arguments: object, **settings: str) -> Ran:
    """Run a command in this process; `settings` are added to the environment."""
    out, err = io.StringIO(), io.StringIO()
    argv = ["referent", *map(str, arguments)]
    status = 0
    with (
        mock.patch.object(sys, "argv", argv),
        mock.patch.dict(os.environ, {**WORDS_ONLY, **settings}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(bool(end.code))
    return Ran(status, out.getvalue(), err.getvalue())


def process(*arguments: object, timeout: float = 120, **settings: str) -> Ran:
    """Run a command in a process of its own."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **WORDS_ONLY, **settings},
        check=False,
        cwd=ROOT,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def command(*arguments: object) -> list[str]:
    """The command line of a process that runs `referent` with these arguments."""
    start = "from api.cli import main; main()"
    return [sys.executable, "-c", start, *map(str, arguments)]
