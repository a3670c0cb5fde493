"""`kill -9` at any moment of an ingest loses nothing and doubles nothing."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from running import ROOT, command, process

from rag.index.edge import EdgeIndex

KILLS = 30
SEED = 20260528
IN_A_ROW = 5
STARTED = 0.3  # seconds: earlier, nothing has been written
CODES = 2
ARTICLES = 500  # of a generated code: a run lasts 2 to 4 s
SETTINGS = {"REFERENT_EMBEDDING_MODEL": "static"}  # vectors too are to be there, once

# Numbers that count attempts, not content.
TECHNICAL = {"outbox", "projections", "sqlite_sequence"}


def code(number: int, state: int) -> dict[str, Any]:
    """A generated code, in the layout of the LEGI corpus; `state` 1 is a later one."""
    prefix = f"{number:04}"
    articles = [
        {
            "type": "article",
            "data": {
                "id": f"LEGIARTI{state if n % 7 == 0 else 0}{prefix}{n:07}",
                "cid": f"LEGIARTI0{prefix}{n:07}",
                "num": f"L{number}-{n}",
                "etat": "VIGUEUR",
                "dateDebut": 0,
                "texteHtml": f"<p>{words(number, n, state)}</p>",
            },
        }
        for n in range(ARTICLES - 20 * state)
    ]
    cid = f"LEGITEXT{number:012}"
    about = {"id": cid, "cid": cid, "title": f"Code {number}"}
    return {
        "type": "code",
        "data": {**about, "dateDebutVersion": f"202{state}-01-01"},
        "children": articles,
    }


def words(number: int, article: int, state: int) -> str:
    drawn = random.Random(f"{number} {article} {state if article % 7 == 0 else 0}")
    chosen = drawn.choices("maire agent demande délai recours service acte dossier".split(), k=90)
    return " ".join(chosen).capitalize() + "."


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus, some codes, and a later state of one of them."""
    folder = tmp_path_factory.mktemp("sources")
    # without DOCX: their reader spends seconds on imports, where a kill finds nothing to break
    dull = shutil.ignore_patterns("*.docx")
    shutil.copytree(ROOT / "corpus", folder / "corpus", ignore=dull)
    for number in range(1, CODES + 1):
        (folder / f"code-{number}.json").write_text(json.dumps(code(number, 0)), "utf-8")
    (folder / "code-1-later.json").write_text(json.dumps(code(1, 1)), "utf-8")
    return folder


def content(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that holds content, in order."""
    with closing(sqlite3.connect(data / "catalogue.sqlite3")) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = {name for (name,) in connection.execute(query)} - TECHNICAL
        return {
            name: sorted(
                (row for row in connection.execute(f'SELECT * FROM "{name}"') if _counts(row)),
                key=repr,
            )
            for name in sorted(tables)
        }


def _counts(row: tuple[Any, ...]) -> bool:
    # how far the outbox was pruned counts operations, of which a killed run leaves more
    return row[0] != "outbox_pruned_to"


def points(data: Path) -> dict[int, str]:
    """Every point of the index, with its digest."""
    stored = json.loads((data / "index/shard/edge_config.json").read_text("utf-8"))
    index = EdgeIndex(data / "index", stored["vectors"]["dense"]["size"])
    try:
        return dict(index.digests())
    finally:
        index.close()


def ingest(sources: Path, data: Path) -> float:
    started = time.monotonic()
    ran = process("ingest", sources, "--data", data, "--accept-removals", **SETTINGS)
    assert ran.status == 0, ran.err
    return time.monotonic() - started


def killed(sources: Path, data: Path, after: float) -> bool:
    """Start an ingest, kill it after that many seconds; False when it had ended before."""
    child = subprocess.Popen(
        command("ingest", sources, "--data", data, "--accept-removals"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **SETTINGS},
        cwd=ROOT,
    )
    try:
        child.wait(after)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        return child.wait() == -signal.SIGKILL
    return False


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_ingests_end_as_an_undisturbed_one(sources: Path, tmp_path: Path) -> None:
    undisturbed = tmp_path / "undisturbed"
    lifetime = ingest(sources, undisturbed)
    expected, expected_points = content(undisturbed), points(undisturbed)
    assert len(expected["passages"]) == len(expected_points) > CODES * ARTICLES

    drawn = random.Random(SEED)
    kills = folders = 0
    while kills < KILLS:
        data = tmp_path / str(folders)
        for done in range(IN_A_ROW):  # several on one folder, then the run that ends it
            left = lifetime / (1 + done / 2)  # what others have done is not done again
            if not killed(sources, data, drawn.uniform(STARTED, left)):
                break  # what others left to do was done before its time
            kills += 1
        ingest(sources, data)
        _compare(data, expected, expected_points)
        shutil.rmtree(data)
        folders += 1
    print(f"{kills} kills over {lifetime:.1f} s, {folders} folders compared row by row")


def _compare(
    data: Path, expected: dict[str, list[tuple[Any, ...]]], expected_points: dict[int, str]
) -> None:
    found = content(data)
    assert found.keys() == expected.keys()
    for table, rows in expected.items():
        assert found[table] == rows, f"{table} differs"
    assert points(data) == expected_points
