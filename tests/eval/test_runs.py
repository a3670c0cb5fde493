"""Files of runs: read back as written, continued after a kill, never mixed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from lines import answer, line, question

from eval.runs import RunFile, RunLine, line_of, line_shape, read_run
from rag.errors import UsageError

SETUP = {"model": "extractive", "code": "abc"}


def made(name: str, **more: object) -> RunLine:
    whole = line(question(name, "1", quote="mots"), ["2", "1"], answer("1"), seconds=0.5)
    return replace(whole, setup=SETUP, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "whole",
    [
        made("a"),
        made("a", answer=None, error="le modèle se tait"),
        made("a", search_seconds=0.1, judged={"model": "m", "faithful": 1.0, "relevant": 0.0}),
        made("a", question=None),
    ],
)
def test_a_line_is_read_as_written(whole: RunLine) -> None:
    assert line_of(json.loads(json.dumps(line_shape(whole)))) == whole


def test_a_line_has_the_promised_shape() -> None:
    shape = line_shape(made("a"))
    assert {"id", "question", "ranking", "answer", "seconds"} <= shape.keys()
    assert shape["ranking"][0].keys() == {"text_id", "text", "article", "score"}
    assert "answer" not in line_shape(made("a", answer=None))


def test_a_killed_run_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    first = RunFile(path, SETUP)
    first.append(made("a"))
    first.append(made("b", answer=None, error="le modèle se tait"))
    with path.open("ab") as file:
        file.write(b'{"id": "c", "ques')
    again = RunFile(path, SETUP)
    assert list(again.done) == ["a"]
    again.append(made("b"))
    assert read_run(path) == [made("a"), made("b")]


def test_another_setup_is_refused_and_the_file_left(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    RunFile(path, SETUP).append(made("a"))
    before = path.read_bytes()
    with pytest.raises(UsageError, match="code"):
        RunFile(path, SETUP | {"code": "def"})
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["{}\n", "[]\n", "x\n", '{"id": "a"}\n'])
def test_what_is_no_run_is_named_with_its_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text(content)
    with pytest.raises(UsageError, match="ligne 1"):
        read_run(path)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="impossible d'écrire"):
        RunFile(tmp_path / "none" / "run.jsonl", SETUP)
    with pytest.raises(UsageError, match="illisible"):
        read_run(tmp_path / "none.jsonl")
