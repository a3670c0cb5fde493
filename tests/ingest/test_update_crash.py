"""`kill -9` at any moment of an update or a removal: all of it, or none, and then all of it.

Half of the kills come after a drawn time, half at a drawn step: before a statement to the
catalogue, a commit, or an operation on the index (`folders.steps`).
"""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import folders
import pytest
from running import ROOT, process, referent

from rag.answering.answer import Answerer, extractive
from rag.bootstrap import open_parts
from rag.retrieval.search import Searcher
from rag.settings import Settings
from rag.types import Asked, Caller

UPDATE_KILLS, REMOVE_KILLS, MIRROR_KILLS = 14, 8, 8  # 30
IN_A_ROW = 3
SEED = 20260528
STARTED = 0.3  # seconds: earlier, nothing has been written
SETTINGS = {"REFERENT_EMBEDDING_MODEL": "static"}  # vectors too are to be there, once
DAY = date(2026, 6, 1)

CRPA = "LEGITEXT000031366350"
FIRST, LATER = "2020-06-18", ("2022-01-01", "2024-01-01", "2026-05-28")
REMOTE_WORK = "valmercy-teletravail"
# text → a question that its words answer, and one of its articles
ASKED = {
    CRPA: ("Qui peut abroger une décision créatrice de droits ?", "L242-1 CRPA"),
    REMOTE_WORK: ("Combien de jours de télétravail par semaine ?", f"{REMOTE_WORK} 3"),
}


@dataclass
class Kills:
    """Draws the moments, and counts the kills that were in time."""

    drawn: random.Random
    seconds: float
    steps: int
    note: Path
    done: Counter[str] = field(default_factory=Counter)

    def strike(self, arguments: Sequence[object]) -> bool:
        """Run a command and kill it; False when it had ended before."""
        how = "by the clock" if self.drawn.random() < 0.5 else "at a step"
        if how == "by the clock":
            after = self.drawn.uniform(STARTED, self.seconds)
            killed = folders.killed(arguments, after, **SETTINGS)
        else:
            last = self.drawn.randint(1, self.steps)
            killed = not folders.steps(arguments, self.note, last, **SETTINGS)
        self.done[how] += killed
        return killed

    @property
    def count(self) -> int:
        return self.done.total()


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """The CRPA of 2020 and the procedures in Markdown."""
    folder = tmp_path_factory.mktemp("update") / "sources"
    (folder / "crpa").mkdir(parents=True)
    shutil.copy(shared / f"corpora/legi/crpa/{FIRST}.json", folder / "crpa")
    for path in (ROOT / "corpus").rglob("*.md"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="module")
def first(sources: Path, tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """The folder before the update, which by then lies in `sources`."""
    data = tmp_path_factory.mktemp("first") / "data"
    done(process("ingest", sources, "--data", data, **SETTINGS).status)
    for name in LATER:
        shutil.copy(shared / f"corpora/legi/crpa/{name}.json", sources / "crpa")
    for path in sources.glob("*.md"):
        path.write_text(_later(path.read_text("utf-8")), "utf-8")
    return data


def _later(procedure: str) -> str:
    """The procedure as of 2026-03-01, with other words in some of its sections."""
    lines = [
        "effective: 2026-03-01" if line.startswith("effective:") else line
        for line in procedure.replace(" jours", " journées").splitlines()
    ]
    return "\n".join([*lines, "", "## 99. Révision", "", "Relue le 1er mars 2026.", ""])


def done(status: int) -> None:
    assert status == 0


@pytest.fixture(scope="module")
def updated(sources: Path, first: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder after an update that nothing disturbed."""
    data = tmp_path_factory.mktemp("updated") / "data"
    shutil.copytree(first, data)
    done(process("ingest", sources, "--data", data, **SETTINGS).status)
    return data


def undisturbed(
    arguments: Callable[[Path], list[object]], before: Path, folder: Path
) -> tuple[folders.State, Kills]:
    """What the command makes of a copy of `before`, and how long and how many steps it takes."""
    data, note = folder / "undisturbed", folder / "steps"
    shutil.copytree(before, data)
    steps = folders.steps(arguments(data), note, **SETTINGS)
    again = folder / "timed"
    shutil.copytree(before, again)
    started = time.monotonic()
    done(process(*arguments(again), **SETTINGS).status)
    seconds = time.monotonic() - started
    return folders.state(data), Kills(random.Random(SEED), seconds, steps, note)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_updates_end_as_an_undisturbed_one(
    sources: Path, first: Path, tmp_path: Path
) -> None:
    def update(data: Path) -> list[object]:
        return ["ingest", sources, "--data", data]

    expected, kills = undisturbed(update, first, tmp_path)
    assert len(expected.content["text_states"]) > len(expected.content["texts"])
    compared = 0
    while kills.count < UPDATE_KILLS:
        data = tmp_path / str(compared)
        shutil.copytree(first, data)
        for _ in range(IN_A_ROW):
            if kills.count == UPDATE_KILLS or not kills.strike(update(data)):
                break
        done(process(*update(data), **SETTINGS).status)
        folders.compare(data, expected)
        shutil.rmtree(data)
        compared += 1
    print(f"\nupdate: {_said(kills)}, {compared} folders compared row by row")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_killed_removal_is_whole_or_nothing(updated: Path, tmp_path: Path) -> None:
    def remove(data: Path) -> list[object]:
        return ["remove", CRPA, "--data", data]

    def finish(data: Path, gone: bool) -> None:
        done(process(*remove(data), **SETTINGS).status if not gone else 0)
        done(process("search", "recours", "--data", data, **SETTINGS).status)

    _check_removals(remove, finish, {CRPA}, updated, tmp_path, REMOVE_KILLS)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_killed_mirror_is_whole_or_nothing(sources: Path, updated: Path, tmp_path: Path) -> None:
    def mirror(data: Path) -> list[object]:
        return ["ingest", sources, "--mirror", "--data", data]

    def finish(data: Path, gone: bool) -> None:
        done(process(*mirror(data), **SETTINGS).status)

    shutil.rmtree(sources / "crpa")
    (sources / "teletravail.md").unlink()
    _check_removals(mirror, finish, {CRPA, REMOTE_WORK}, updated, tmp_path, MIRROR_KILLS)


def _check_removals(
    arguments: Callable[[Path], list[object]],
    finish: Callable[[Path, bool], None],
    removed: set[str],
    before: Path,
    folder: Path,
    wanted: int,
) -> None:
    assert all(_present(before, text_id) for text_id in removed)
    whole = folders.content(before)
    expected, kills = undisturbed(arguments, before, folder)
    seen: Counter[str] = Counter()
    while kills.count < wanted:
        data = folder / str(kills.count)
        shutil.copytree(before, data)
        if kills.strike(arguments(data)):
            gone = _all_or_nothing(data, whole, expected.content)
            assert {_present(data, text_id) for text_id in removed} == {not gone}
            seen["gone" if gone else "there"] += 1
            finish(data, gone)
        folders.compare(data, expected)
        shutil.rmtree(data)
    print(f"\nremoval of {len(removed)}: {_said(kills)}; after the kill {dict(seen)}")


def _all_or_nothing(
    data: Path, before: dict[str, folders.Rows], after: dict[str, folders.Rows]
) -> bool:
    """True when the texts are gone, every row of them; False when every row is there."""
    tables = ("texts", "articles", "versions", "sightings", "passages", "vectors", "text_states")
    found = folders.content(data)
    for rows, gone in ((before, False), (after, True)):
        if all(found[table] == rows[table] for table in tables):
            return gone
    raise AssertionError("some rows of a removed text are left, others are not")


def _present(data: Path, text_id: str) -> bool:
    """Whether the text is found, shown and quoted; all three agree, though the index may lag."""
    question, article = ASKED[text_id]
    chosen = Settings.model_validate({"data": data, "embedding_model": "static"})
    with open_parts(chosen) as parts:  # the index as it lies there: nothing brings it up to date
        searcher = Searcher(parts.catalogue, parts.index, parts.embedder)
        hits = searcher.search(question, Caller.operator(), DAY).hits
        answerer = Answerer(parts.catalogue, searcher, extractive(searcher, parts.embedder))
        answer = answerer.ask(Asked(question, Caller.operator(), DAY), DAY)
    told = [*hits, *answer.citations, *answer.nearest]
    found = text_id in {hit.text_id for hit in hits}
    quoted = text_id in {citation.text_id for citation in answer.citations}
    shown = referent("show", article, "--as-of", DAY, "--data", data).status == 0
    assert found == quoted == shown, (found, quoted, shown)
    assert found or text_id not in {each.text_id for each in told}
    return found


def _said(kills: Kills) -> str:
    how = ", ".join(f"{count} {name}" for name, count in sorted(kills.done.items()))
    return f"{kills.count} kills ({how}; a run: {kills.seconds:.1f} s, {kills.steps} steps)"
