"""`kill -9` at any moment of an ingest loses nothing and doubles nothing."""

from __future__ import annotations

import json
import random
import shutil
import time
from pathlib import Path
from typing import Any

import folders
import pytest
from running import ROOT, process

KILLS = 30
SEED = 20260528
IN_A_ROW = 5
STARTED = 0.3  # seconds: earlier, nothing has been written
CODES = 2
ARTICLES = 500  # of a generated code: a run lasts 2 to 4 s
SETTINGS = {"REFERENT_EMBEDDING_MODEL": "static"}  # vectors too are to be there, once


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


def ingest(sources: Path, data: Path) -> float:
    started = time.monotonic()
    ran = process("ingest", sources, "--data", data, "--accept-removals", **SETTINGS)
    assert ran.status == 0, ran.err
    return time.monotonic() - started


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_ingests_end_as_an_undisturbed_one(sources: Path, tmp_path: Path) -> None:
    undisturbed = tmp_path / "undisturbed"
    lifetime = ingest(sources, undisturbed)
    expected = folders.state(undisturbed)
    assert len(expected.content["passages"]) == len(expected.points) > CODES * ARTICLES

    drawn = random.Random(SEED)
    kills = compared = 0
    while kills < KILLS:
        data = tmp_path / str(compared)
        for done in range(IN_A_ROW):  # several on one folder, then the run that ends it
            left = lifetime / (1 + done / 2)  # what others have done is not done again
            arguments = ["ingest", sources, "--data", data, "--accept-removals"]
            if not folders.killed(arguments, drawn.uniform(STARTED, left), **SETTINGS):
                break  # what others left to do was done before its time
            kills += 1
        ingest(sources, data)
        folders.compare(data, expected)
        shutil.rmtree(data)
        compared += 1
    print(f"{kills} kills over {lifetime:.1f} s, {compared} folders compared row by row")
