"""What is particular to the embedded index: its folder, its owner, and what a crash leaves."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from brute_force import DIMENSION, point, unit, words

from rag.errors import IndexBusy, IndexFailure
from rag.index.edge import IDENTITY, EdgeIndex
from rag.ports import DENSE, PASSAGE, IndexQuery

ROOT = Path(__file__).parents[3]
CONTRACTS = ROOT / "tests" / "contracts"
WRITER = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from brute_force import point
from rag.index.edge import IDENTITY, EdgeIndex
index = EdgeIndex(Path(sys.argv[1]), 4)
print("open", flush=True)
for turn in range(1_000_000):
    first = turn * 20 + 1
    index.upsert([point(n, {1: 1.0}, dense=(n, 1, 0, 0)) for n in range(first, first + 20)])
    if turn % 3 == 2:
        index.delete([first])
    print(turn, flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def fill(folder: Path) -> None:
    with closing(EdgeIndex(folder, DIMENSION)) as index:
        index.upsert([point(n, {1: 1.0}, dense=(n, 1, 0, 0)) for n in range(1, 60)])


@pytest.fixture
def writer(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the index and writes to it without end."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(ROOT), str(CONTRACTS)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


@pytest.mark.slow
def test_what_was_acknowledged_survives_kill_9(folder: Path, writer: subprocess.Popen[str]) -> None:
    assert writer.stdout is not None
    for _ in range(8):
        writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)  # in the middle of whatever it does
    turns = 8 + len(writer.stdout.readlines())
    acknowledged = set(range(1, turns * 20 + 1))
    deleted = {turn * 20 + 1 for turn in range(2, turns, 3)}
    with closing(EdgeIndex(folder, DIMENSION)) as index:
        held = {point_id for point_id, _ in index.digests()}
        assert held >= acknowledged - deleted
        assert not held & deleted
        assert not {n for n in held if n > (turns + 1) * 20}
        queries = [IndexQuery(PASSAGE, words({1: 1.0}), 10), IndexQuery(DENSE, unit(1, 0, 0, 0), 9)]
        assert [len(found) for found in index.search(queries)] == [10, 9]


@pytest.mark.slow
def test_another_process_holds_it(folder: Path, writer: subprocess.Popen[str]) -> None:
    with pytest.raises(IndexBusy, match=f"processus {writer.pid}") as refused:
        EdgeIndex(folder, DIMENSION)
    assert str(folder) in str(refused.value)
    assert "referent serve" in refused.value.remedy
    with pytest.raises(IndexBusy):
        EdgeIndex.recreate(folder, DIMENSION)
    assert writer.poll() is None


def test_this_process_holds_it(folder: Path) -> None:
    with (
        closing(EdgeIndex(folder, DIMENSION)) as index,
        pytest.raises(IndexBusy, match="ce même processus"),
    ):
        EdgeIndex(folder, DIMENSION)
    assert index
    EdgeIndex(folder, DIMENSION).close()


def test_a_making_cut_short_is_made_again(folder: Path) -> None:
    fill(folder)
    (folder / IDENTITY).unlink()
    with closing(EdgeIndex(folder, DIMENSION)) as index:
        assert index.count() == 0
        assert (folder / IDENTITY).read_text("ascii") == index.identity


def test_a_store_of_an_older_form_is_made_again(folder: Path) -> None:
    fill(folder)
    (folder / IDENTITY).rename(folder / "identity")
    with closing(EdgeIndex(folder, DIMENSION)) as index:
        assert index.count() == 0


def _truncate_vectors(folder: Path) -> None:
    for file in (folder / "shard" / "segments").glob("*/vector_storage-dense/**/*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])


DAMAGES: list[Callable[[Path], object]] = [
    lambda folder: shutil.rmtree(folder / "shard"),
    lambda folder: [shutil.rmtree(s) for s in (folder / "shard" / "segments").iterdir()],
    lambda folder: (folder / "shard" / "edge_config.json").write_text("{"),
    lambda folder: (folder / "shard" / "edge_config.json").unlink(),
    _truncate_vectors,  # makes Edge's Rust code panic
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_says_so_and_can_be_made_anew(
    folder: Path, damage: Callable[[Path], object], capfd: pytest.CaptureFixture[str]
) -> None:
    fill(folder)
    damage(folder)
    with pytest.raises(IndexFailure, match="referent rebuild") as refused:
        EdgeIndex(folder, DIMENSION)
    assert refused.value.where == str(folder)
    assert not isinstance(refused.value, IndexBusy)
    with closing(EdgeIndex.recreate(folder, DIMENSION + 1)) as index:
        assert index.count() == 0
        index.upsert([point(1, {1: 1.0})])


def test_making_anew_changes_the_identity_and_the_dimension(folder: Path) -> None:
    with closing(EdgeIndex(folder, DIMENSION)) as index:
        before = index.identity
    with closing(EdgeIndex.recreate(folder, 0)) as index:
        assert index.identity != before
    EdgeIndex(folder, 0).close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexFailure, match="droits sur ce dossier"):
        EdgeIndex(tmp_path / "file" / "index", DIMENSION)


def test_once_closed_it_says_so(folder: Path) -> None:
    index = EdgeIndex(folder, DIMENSION)
    index.close()
    with pytest.raises(IndexFailure, match="fermé"):
        index.count()
