"""Writes the figures of the current state, with the commit and the commands that gave them.

`python -m eval.record [SET…] [--shared DIR] [--runs DIR]` runs `referent eval run` over each set,
all by default, and writes `eval/results/state.md`; --runs keeps the lines, and writes their report
pages beside them. The codes and the sheets take some minutes each.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TARGET = Path(__file__).parent / "results" / "state.md"


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions and what they are asked of; paths below this project, or `SHARED`.

    `beside`: a set whose questions are asked with the others.
    """

    questions: str
    documents: tuple[str, ...]
    beside: str = ""


SHARED = "SHARED"
POOLED = "POOLED"  # a file of both sets
_CODES = (f"{SHARED}/corpora/legi/codes", f"{SHARED}/corpora/legi/crpa/2026-05-28.json")
SETS: Mapping[str, QuestionSet] = {
    "corpus": QuestionSet("corpus/questions.jsonl", ("corpus",)),
    "questions": QuestionSet(
        f"{SHARED}/eval/questions.jsonl", _CODES, beside="eval/unanswerable.jsonl"
    ),
    "crpa-faq": QuestionSet(f"{SHARED}/eval/crpa-faq.jsonl", _CODES),
    "cdtn": QuestionSet(
        f"{SHARED}/eval/cdtn/questions.jsonl", (f"{SHARED}/eval/cdtn/documents.jsonl",)
    ),
}


def arguments(chosen: QuestionSet) -> list[str]:
    """Of `referent`, for a set; `SHARED` still stands for its folder."""
    sources = [part for path in chosen.documents for part in ("--documents", path)]
    return ["eval", "run", POOLED if chosen.beside else chosen.questions, *sources]


def section(name: str, chosen: QuestionSet, found: Mapping[str, Any]) -> str:
    """A set's figures in Markdown; `found` is what `referent eval run --json` printed."""
    rows = "\n".join(
        f"| `{key}` | {each['value']:.3f} | {each['low']:.3f} – {each['high']:.3f} "
        f"| {each['count']} |"
        for key, each in found["figures"].items()
    )
    both = f"    cat {chosen.questions} {chosen.beside} > {POOLED}\n" if chosen.beside else ""
    return (
        f"## {name}\n\n{both}    referent {shlex.join(arguments(chosen))}\n\n"
        f"{found['questions']} questions, right answers by {found['level']}.\n\n"
        f"| Measure | Value | 95 % | Questions |\n| --- | --- | --- | --- |\n{rows}\n"
    )


def page(sections: Sequence[str], commit: str, day: date) -> str:
    """The whole file."""
    head = (
        "# Figures of the current state\n\nWritten by `python -m eval.record` at commit "
        f"{commit}, {day.isoformat()}. `{SHARED}` is the folder of shared data.\n"
    )
    return "\n".join([head, *sections])


def _measured(name: str, shared: Path, runs: Path) -> Mapping[str, Any]:
    lines, chosen = runs / f"{name}.jsonl", SETS[name]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as pooled:
        if chosen.beside:
            for path in (chosen.questions, chosen.beside):
                pooled.write((ROOT / path.replace(SHARED, str(shared))).read_text("utf-8"))
            pooled.flush()
        standing = {SHARED: str(shared), POOLED: pooled.name}
        printed = _referent(*_filled(arguments(chosen), standing), "--out", str(lines), "--json")
    _referent("eval", "report", str(lines), "--out", str(runs / f"{name}.html"))
    found: Mapping[str, Any] = json.loads(printed)
    return found


def _filled(given: Sequence[str], standing: Mapping[str, str]) -> list[str]:
    """With what stands for a path replaced by it."""
    filled = list(given)
    for name, path in standing.items():
        filled = [each.replace(name, path) for each in filled]
    return filled


def _referent(*given: str) -> str:
    command = [sys.executable, "-c", "from api.cli import main; main()", *given]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT).stdout


def _commit() -> str:
    def git(*given: str) -> str:
        ran = subprocess.run(["git", *given], capture_output=True, text=True, check=True, cwd=ROOT)
        return ran.stdout.strip()

    changed = git("status", "--porcelain", "--", "rag", "ingest", "api", "eval")
    return git("rev-parse", "--short", "HEAD") + (" with changes" if changed else "")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(SETS)}")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--runs", type=Path, help="folder that keeps lines and pages")
    given = parser.parse_args()
    if unknown := set(given.sets) - SETS.keys():
        parser.error(f"no such set: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as scratch:
        runs = (given.runs or Path(scratch)).absolute()
        runs.mkdir(parents=True, exist_ok=True)
        names = given.sets or list(SETS)
        measured = {name: _measured(name, given.shared.absolute(), runs) for name in names}
    sections = [section(name, SETS[name], found) for name, found in measured.items()]
    TARGET.write_text(page(sections, _commit(), date.today()), "utf-8")


if __name__ == "__main__":
    main()
