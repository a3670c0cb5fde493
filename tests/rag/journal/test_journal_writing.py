"""Entries are written whole, in turn, as private as the settings say, or the answer is withheld."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from databases import SQLITE_ONLY
from keeping import ROOT, asked, check, filled, on_disk, opened, wrong
from sqlalchemy import Transaction, text

from rag import database
from rag.database import reading
from rag.errors import CatalogueBusy, CatalogueError, NotFound
from rag.journal.entry import Entry, Spent, new_request_id
from rag.journal.filters import Filter, Scope
from rag.journal.journal import Journal
from rag.journal.reading import Recorded, entries, page


def recorded(kept: Journal) -> list[Recorded]:
    with reading(kept.engine) as connection:
        return list(entries(connection, Filter()))


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(asked(0), id="everything"),
        pytest.param(Entry("search", "page", "jean"), id="the least"),
        pytest.param(asked(0, useful=False, about="x"), id="an opinion"),
    ],
)
def test_an_entry_is_read_back_as_it_was(kept: Journal, entry: Entry) -> None:
    assert kept.record(entry)
    assert recorded(kept) == [Recorded(1, entry, erased=False)]


def test_what_a_database_cannot_hold_is_replaced(kept: Journal) -> None:
    kept.record(asked(0, question="a\0b\ud800c", services=frozenset({"r\0h"})))
    [found] = recorded(kept)
    assert found.entry.question == "a\ufffdb?c"
    assert found.entry.services == {"r\ufffdh"}
    assert wrong(kept) is None


def test_an_entry_is_kept_with_the_transaction_that_it_tells_of(kept: Journal) -> None:
    with database.writing(kept.engine, "test") as connection:
        assert kept.record(asked(0), within=connection)
        assert recorded(kept) == []
    with pytest.raises(ZeroDivisionError), database.writing(kept.engine, "test") as connection:
        kept.record(asked(1), within=connection)
        raise ZeroDivisionError
    kept.record(asked(2))
    assert [each.entry.question for each in recorded(kept)] == [
        asked(number).question for number in (0, 2)
    ]
    assert wrong(kept) is None


@pytest.mark.parametrize("required", [True, False])
def test_the_rest_of_a_transaction_is_kept_without_its_entry_where_that_is_allowed(
    tmp_path: Path, required: bool
) -> None:
    with opened(tmp_path, journal_required=required, journal_names="pseudonym") as kept:
        kept.privacy.make_ready()
        with database.writing(kept.engine, "test") as connection:
            connection.execute(text("CREATE TABLE deeds (what INTEGER)"))
            connection.execute(text("DELETE FROM journal_head"))
        with suppress(CatalogueError), database.writing(kept.engine, "test") as connection:
            connection.execute(text("INSERT INTO deeds VALUES (1)"))
            assert not kept.record(asked(0), within=connection)
        with reading(kept.engine) as connection:
            deeds = connection.execute(text("SELECT count(*) FROM deeds")).scalar()
        assert (deeds, kept.missed) == ((0, 0) if required else (1, 1))


def test_ids_are_distinct_and_grow() -> None:
    ids = [new_request_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {len(each) for each in ids} == {32}
    assert [each[:12] for each in ids] == sorted(each[:12] for each in ids)


def test_an_id_is_written_once(kept: Journal) -> None:
    entry = asked(0)
    kept.record(entry)
    with pytest.raises(CatalogueError):
        kept.record(entry)
    assert len(recorded(kept)) == 1
    assert wrong(kept) is None


def test_the_newest_page_hides_words_unless_told(kept: Journal) -> None:
    filled(kept)
    with reading(kept.engine) as connection:
        first = page(connection, Filter(), limit=5)
        second = page(connection, Filter(), before=first[-1].seq, limit=5)
        spoken = page(connection, Filter(), limit=5, words=True)
    assert [each.seq for each in first + second] == list(range(12, 2, -1))
    assert {(each.entry.question, each.entry.comment) for each in first} == {("", "")}
    assert spoken[-1].entry.question == asked(7).question


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        (Filter(Scope(since=asked(0).at.date(), until=asked(0).at.date())), range(10)),
        (Filter(Scope(service="état civil", kind="ask")), range(0, 10, 2)),
        (Filter(Scope(service="état", kind="ask")), []),
        (Filter(Scope(service="%", kind="ask")), []),
        (Filter(Scope(door="api")), range(1, 10, 2)),
        (Filter(Scope(model="autre")), []),
        (Filter(refused=True), [4, 9]),
        (Filter(Scope(kind="ask"), who=("agent1", "agent2")), [1, 2, 4, 5, 7, 8]),
    ],
)
def test_filters(kept: Journal, chosen: Filter, numbers: list[int]) -> None:
    filled(kept)
    with reading(kept.engine) as connection:
        found = [each.entry.question for each in entries(connection, chosen)]
    assert found == [asked(number).question for number in numbers]


@SQLITE_ONLY  # looks at every byte on the disk
def test_pseudonyms_and_hashes(tmp_path: Path) -> None:
    with opened(tmp_path, journal_names="pseudonym", journal_questions="hash") as kept:
        for number in (0, 0, 3, 1):
            kept.record(asked(number, request_id=new_request_id()))
        found = [each.entry for each in recorded(kept)]
        assert wrong(kept) is None
    assert found[0].who.startswith("p-") and found[0].question.startswith("h-")
    assert [each.who == found[0].who for each in found] == [True, True, True, False]
    assert [each.question == found[0].question for each in found] == [True, True, False, False]
    content = on_disk(tmp_path)
    assert found[0].who.encode() in content
    assert b"agent0" not in content and "délai".encode() not in content
    with opened(tmp_path, journal_names="pseudonym") as again:
        assert again.privacy.pseudonym("agent0") == found[0].who


def test_nobody_has_no_pseudonym(tmp_path: Path) -> None:
    with opened(tmp_path, journal_names="pseudonym") as kept:
        kept.record(asked(0, who=""))
        assert recorded(kept)[0].entry.who == ""


def test_feedback_counts_where_the_question_did(kept: Journal) -> None:
    entry = asked(1)
    kept.record(entry)
    kept.feedback(entry.request_id, False, who="agent1", door="page", reason="faux", comment="non")
    told = recorded(kept)[1].entry
    assert (told.kind, told.about, told.useful) == ("feedback", entry.request_id, False)
    assert (told.services, told.model) == (entry.services, entry.model)
    assert (told.reason, told.comment) == ("faux", "non")


def test_feedback_about_nothing(kept: Journal) -> None:
    with pytest.raises(NotFound) as refused:
        kept.feedback("inconnu", True, who="agent1", door="page")
    assert refused.value.where == "inconnu"
    assert refused.value.remedy
    assert recorded(kept) == []


def test_reading_a_question_is_journalled_first(kept: Journal) -> None:
    one, other = asked(0), asked(1)
    kept.append(one, other)
    ids = [other.request_id, "inconnu", one.request_id]
    read = kept.read_questions(ids, who="chef", door="page", reason="plainte n° 3")
    assert read == {one.request_id: one.question, other.request_id: other.question}
    told = [each.entry for each in recorded(kept)[2:]]
    assert {each.about for each in told} == {one.request_id, other.request_id}
    assert {(each.kind, each.who, each.reason) for each in told} == {
        ("read_question", "chef", "plainte n° 3")
    }


def test_what_models_took(kept: Journal) -> None:
    spent = [Spent(100 + n, 10, 20 + n, 400, 50) for n in range(60)]
    kept.append(*(asked(0, request_id=new_request_id(), spent=each) for each in spent))
    kept.record(asked(1, model="autre", spent=Spent()))
    assert kept.spent_by_model() == {"qwen3:4b": tuple(spent[:9:-1])}


def test_a_journal_that_is_off_writes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, journal=False) as kept:
        assert not kept.record(asked())
        assert recorded(kept) == []


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Transaction]:
    """Another process writes, and does not end."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    with opened(tmp_path) as other, other.engine.connect() as connection:
        yield connection.begin()


def test_what_cannot_be_written_is_withheld(tmp_path: Path, held: Transaction) -> None:
    with opened(tmp_path) as kept:
        with pytest.raises(CatalogueBusy):
            kept.record(asked())
        held.rollback()
        assert kept.record(asked())
        assert check(kept).entries == 1


def test_or_is_counted_as_missed(tmp_path: Path, held: Transaction) -> None:
    with opened(tmp_path, journal_required=False) as kept:
        assert not kept.record(asked())
        assert kept.missed == 1
        held.rollback()
        assert kept.record(asked())
        assert (kept.missed, check(kept).entries) == (1, 1)


def test_threads_write_in_turn(kept: Journal) -> None:
    threads, each = 8, 10

    def write(start: int) -> None:
        for number in range(start, start + each):
            kept.record(asked(number))

    running = [Thread(target=write, args=(n * each,)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert (check(kept).entries, wrong(kept)) == (threads * each, None)


WRITE = """
import sys
sys.path[:0] = {tests!r}
from pathlib import Path
from keeping import asked, opened
folder, start, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with opened(folder, journal_required=len(sys.argv) < 5) as kept:
    for number in range(start, start + count):
        kept.record(asked(number))
    print(kept.missed)
"""


def script(folder: Path, *arguments: object) -> list[str]:
    code = WRITE.format(tests=[str(Path(__file__).parent), str(ROOT / "tests")])
    return [sys.executable, "-c", code, str(folder), *map(str, arguments)]


@pytest.mark.slow
def test_processes_write_in_turn(tmp_path: Path) -> None:
    """From the first entry on, which makes the schema and the key."""
    count = 150
    running = [
        subprocess.Popen(script(tmp_path, n * count, count), cwd=ROOT, env=dict(os.environ))
        for n in range(2)
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    with opened(tmp_path) as kept:
        assert (check(kept).entries, wrong(kept)) == (2 * count, None)
        assert {each.entry.question for each in recorded(kept)} == {
            asked(number).question for number in range(2 * count)
        }


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A place to mount a small disk on, where that is allowed."""
    place = tmp_path / "disque"
    place.mkdir()
    try:
        tried = on_a_disk(place, "true")
    except FileNotFoundError:
        pytest.skip("no `unshare` here: a disk of our own cannot be mounted")
    if tried.returncode:
        pytest.skip(f"no disk of our own can be mounted here: {tried.stderr.strip()}")
    return place


def on_a_disk(place: Path, then: str) -> subprocess.CompletedProcess[str]:
    """Run shell lines where a disk of 1 MB is mounted."""
    return subprocess.run(
        ["unshare", "-rm", "sh", "-ec", f"mount -t tmpfs -o size=1m tmpfs '{place}'\n{then}"],
        capture_output=True, text=True, timeout=120, cwd=ROOT, env=dict(os.environ), check=False,
    )  # fmt: skip


@SQLITE_ONLY
@pytest.mark.slow
def test_a_full_disk_withholds_the_answer(disk: Path) -> None:
    writing = shlex.join(script(disk, 0, 2000))
    room = f"mount -o remount,size=50m '{disk}'"
    after = shlex.join(script(disk, 2000, 5))
    kept = disk.parent / "after"
    ran = on_a_disk(disk, f"{writing} && exit 90\n{room}\n{after}\ncp -r '{disk}' '{kept}'")
    assert ran.returncode == 0, ran
    assert "StorageError" in ran.stderr and "disque plein" in ran.stderr
    with opened(kept) as journal:
        assert wrong(journal) is None
        assert 5 < check(journal).entries < 2005


@SQLITE_ONLY
@pytest.mark.slow
def test_or_lets_it_go_and_counts(disk: Path) -> None:
    kept = disk.parent / "after"
    writing = shlex.join(script(disk, 0, 2000, "not required"))
    ran = on_a_disk(disk, f"{writing}\nmount -o remount,size=50m '{disk}'\ncp -r '{disk}' '{kept}'")
    assert ran.returncode == 0, ran
    with opened(kept) as journal:
        assert check(journal).entries == 2000 - int(ran.stdout) < 2000
        assert wrong(journal) is None
