"""A run: one JSON line a question, whole as soon as it is written, so that anyone can recompute.

The shape of a line is `line_shape`. `expected` is what the question set says answers it, so that a
run can be measured without its set; `setup` is what made it, so that two ways are never mixed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.datasets import EvalQuestion
from rag.errors import UsageError

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ranked:
    """An article found, at its place."""

    text_id: str
    text: str
    article: str
    score: float


@dataclass(frozen=True, slots=True)
class RunLine:
    """What one question gave.

    `question` None: the line does not say what was expected. `answer`: the shape of `referent
    ask`; None with an `error` when there is none, and with "" when none was asked for.
    `held_back`: the answer that would have been given without a threshold, where it was refused
    for it. `seconds` is all but that, `search_seconds` the ranking alone, None where it was not
    measured.
    """

    question_id: str
    asked: str
    ranking: tuple[Ranked, ...]
    question: EvalQuestion | None = None
    answer: Json | None = None
    held_back: Json | None = None
    seconds: float = 0.0
    search_seconds: float | None = None
    judged: Json | None = None
    error: str = ""
    setup: Mapping[str, Any] | None = None


def line_shape(line: RunLine) -> Json:
    """The JSON of a line."""
    shape: Json = {
        "id": line.question_id,
        "question": line.asked,
        "ranking": [asdict(ranked) for ranked in line.ranking],
        "seconds": line.seconds,
        "search_seconds": line.search_seconds,
    }
    if line.answer is not None:
        shape["answer"] = line.answer
    if line.held_back is not None:
        shape["held_back"] = line.held_back
    if line.judged is not None:
        shape["judged"] = line.judged
    if line.error:
        shape["error"] = line.error
    if line.question is not None:
        shape["expected"] = {
            "relevant": dict(line.question.relevant),
            "answerable": line.question.answerable,
            "quote": line.question.quote,
            "by_document": line.question.by_document,
        }
    return {**shape, "setup": line.setup}


def line_of(shape: Json) -> RunLine:
    """A line from its JSON.

    Raises:
        KeyError, TypeError: it is no line of a run.
    """
    expected = shape.get("expected")
    ranking = (Ranked(r["text_id"], r["text"], r["article"], r["score"]) for r in shape["ranking"])
    return RunLine(
        question_id=shape["id"],
        asked=shape["question"],
        ranking=tuple(ranking),
        question=EvalQuestion(shape["id"], shape["question"], **expected) if expected else None,
        answer=shape.get("answer"),
        held_back=shape.get("held_back"),
        seconds=shape["seconds"],
        search_seconds=shape.get("search_seconds"),
        judged=shape.get("judged"),
        error=shape.get("error", ""),
        setup=shape.get("setup"),
    )


def read_run(path: Path) -> list[RunLine]:
    """The lines of a run; one that a crash left half written, at the end, is left.

    Raises:
        UsageError: there is no such file, or it is no run.
    """
    return list(_lines(path))


def _lines(path: Path) -> Iterator[RunLine]:
    for number, raw in enumerate(_bytes(path).splitlines(keepends=True), 1):
        if not raw.endswith(b"\n"):
            return
        try:
            yield line_of(json.loads(raw))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f"ligne {number} : ce n'est pas une ligne d'évaluation",
                where=str(path),
                remedy="donnez un fichier écrit par `referent eval run --out`",
            ) from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"fichier illisible ({error.strerror})", where=str(path), remedy="corrigez le chemin"
        ) from error


class RunFile:
    """The file of a run: what an interrupted one left is kept and continued.

    Raises:
        UsageError: it was made in another way, or cannot be written.
    """

    def __init__(self, path: Path, setup: Mapping[str, Any]) -> None:
        self._path = path
        lines = read_run(path) if path.exists() else []
        for line in lines:
            _check(line, setup, path)
        # A question that failed is asked again, and a half line goes.
        self.done = {line.question_id: line for line in lines if not line.error}
        self._rewrite()

    def append(self, line: RunLine) -> None:
        """Write a line, in one call of the system: whole or not at all."""
        with _writing(self._path):
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
            try:
                os.write(file, _encoded(line))
            finally:
                os.close(file)

    def _rewrite(self) -> None:
        kept = b"".join(map(_encoded, self.done.values()))
        with _writing(self._path):
            if self._path.exists() and self._path.read_bytes() == kept:
                return
            beside = self._path.with_name(f"{self._path.name}.tmp")
            beside.write_bytes(kept)
            beside.replace(self._path)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"impossible d'écrire ce fichier ({error.strerror})",
            where=str(path),
            remedy="donnez un autre chemin avec --out",
        ) from error


def _encoded(line: RunLine) -> bytes:
    return json.dumps(line_shape(line), ensure_ascii=False).encode() + b"\n"


def _check(line: RunLine, setup: Mapping[str, Any], path: Path) -> None:
    made = line.setup or {}
    other = [name for name in setup if made.get(name) != setup[name]]
    if other:
        raise UsageError(
            f"ce fichier a été fait autrement ({', '.join(other)}) : rien n'y est ajouté",
            where=str(path),
            remedy="donnez un autre fichier avec --out, ou supprimez celui-ci",
        )
