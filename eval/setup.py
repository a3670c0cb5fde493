"""What a run is made with and of: its data folder, and a name for everything that decides it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import rag
from eval.datasets import EvalQuestion
from rag.answering.choose import model_revision
from rag.bootstrap import Parts
from rag.catalogue import counting
from rag.database import reading
from rag.errors import SourceError, UsageError
from rag.settings import Settings
from rag.types import Caller

_DIGITS = 12
# What decides a ranking or an answer: the code, and the data that is shipped with it.
_DECIDING = {".py", ".jsonl", ".json", ".npz", ".onnx", ".txt"}
_ELSEWHERE = ("catalogue_url", "registry_url", "index_url")


def setup(
    parts: Parts,
    questions: Sequence[EvalQuestion],
    as_of: date | None,
    model: str | None,
    judge: str,
) -> dict[str, Any]:
    """Runs with the same setup give the same lines, but for times and what a model adds of its own.

    `model` None: no answers; `judge` "": none. Nothing in it names a person or a place.

    Raises:
        ModelFailure: the model server does not say what it has.
    """
    settings = parts.settings
    with reading(parts.catalogue) as connection:
        counts = asdict(counting.counts(connection, Caller.operator()))
    return {
        "code": _code(settings),
        "questions": _digest([_question_shape(question) for question in questions]),
        "embedding_model": parts.model_name,
        "as_of": as_of.isoformat() if as_of else None,
        "model": None if model is None else model_revision(settings, model),
        "judge": model_revision(settings, judge) if judge else None,
        **counts,
    }


def _question_shape(question: EvalQuestion) -> dict[str, Any]:
    """A question as JSON."""
    return {**asdict(question), "relevant": dict(sorted(question.relevant.items()))}


@contextmanager
def ingested(sources: Sequence[Path], settings: Settings) -> Iterator[Path]:
    """A data folder of its own that holds these sources, gone at the end.

    Raises:
        UsageError: the settings keep texts elsewhere than in a data folder.
        SourceError: a source could not be taken in.
    """
    if set_ := [name for name in _ELSEWHERE if getattr(settings, name)]:
        raise UsageError(
            f"ces réglages mènent hors du dossier d'essai : {', '.join(set_)}",
            where="--documents",
            remedy="retirez-les pour cet essai, ou mesurez le dossier en place avec --data",
        )
    with tempfile.TemporaryDirectory() as folder:
        _ingest(Path(folder), sources)
        yield Path(folder)


def _ingest(data: Path, sources: Sequence[Path]) -> None:
    """`referent ingest` as a user runs it, in a process of its own."""
    command = [sys.executable, "-c", "from api.cli import main; main()", "ingest", "--json"]
    arguments = ["--data", str(data), "--", *(str(source.absolute()) for source in sources)]
    ran = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise _refused(ran)


def _refused(ran: subprocess.CompletedProcess[str]) -> SourceError:
    try:
        failures = json.loads(ran.stdout)["failures"]
    except (ValueError, KeyError):
        failures = []
    first = failures[0] if failures else {"source": "", "error": ran.stderr.strip()}
    more = f" (et {len(failures) - 1} autres)" if len(failures) > 1 else ""
    return SourceError(
        f"ingestion incomplète{more} : {first['error']}",
        where=first["source"] or "--documents",
        remedy="corrigez ou retirez cette source : une mesure sans elle tromperait",
    )


def _code(settings: Settings) -> str:
    """Names the code and its data, the organisation's thesaurus included."""
    folder = Path(rag.__file__).parent
    files = sorted(path for path in folder.rglob("*") if path.suffix in _DECIDING)
    if settings.thesaurus:
        files.append(Path(settings.thesaurus))
    summary = hashlib.sha256()
    for path in files:
        summary.update(hashlib.sha256(path.read_bytes()).digest())
    return summary.hexdigest()[:_DIGITS]


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:_DIGITS]
