"""The purge takes what is too old and nothing else, and leaves the proof and the counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from databases import SQLITE_ONLY
from keeping import START, asked, check, filled, on_disk, opened, sql, wrong

from rag.database import reading
from rag.journal import erasure, retention
from rag.journal.entry import now
from rag.journal.filters import Filter, Scope
from rag.journal.journal import Journal
from rag.journal.reading import entries
from rag.journal.retention import Purged
from rag.journal.statistics import Statistics, statistics

DAY = timedelta(days=1)


def daily(kept: Journal, ages: range | list[int]) -> None:
    """Entries of so many days before START."""
    kept.append(*(asked(n, at=START - age * DAY) for n, age in enumerate(ages)))


def purge(kept: Journal, days: int = 10, at: datetime = START) -> Purged:
    return retention.purge(kept, days, at, who="operator", door="command")


def numbers(kept: Journal) -> list[int]:
    with reading(kept.engine) as connection:
        return [each.seq for each in entries(connection, Filter(Scope(kind="ask")))]


def figures(kept: Journal) -> Statistics:
    with reading(kept.engine) as connection:
        return statistics(connection, Scope())


def test_what_is_too_old_goes(kept: Journal, tmp_path: Path) -> None:
    daily(kept, range(20, 0, -1))
    before = figures(kept)
    assert purge(kept) == Purged(10, 10)
    assert numbers(kept) == list(range(11, 21))
    assert sql(tmp_path, "SELECT min(seq) FROM journal_people") == [(11,)]
    report = check(kept)
    assert (report.first, report.last, report.problem) == (11, 21, None)
    assert figures(kept) == before


def test_nothing_to_purge_writes_nothing(kept: Journal, tmp_path: Path) -> None:
    assert purge(kept) == Purged(0, 0)
    daily(kept, [5, 4])
    before = sql(tmp_path, "SELECT * FROM journal_head")
    assert purge(kept) == Purged(0, 0)
    assert sql(tmp_path, "SELECT * FROM journal_head") == before


def test_batches_each_leave_a_proof(kept: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 4)
    daily(kept, range(20, 0, -1))
    assert purge(kept) == Purged(10, 10)
    with reading(kept.engine) as connection:
        told = [each.entry for each in entries(connection, Filter(Scope(kind="purge")))]
    details = [json.loads(each.detail) for each in told]
    assert [(each["from"], each["to"]) for each in details] == [(1, 4), (5, 8), (9, 10)]
    assert {each.who for each in told} == {"operator"}
    assert wrong(kept) is None


def test_purge_after_purge(kept: Journal) -> None:
    """The entry that tells of a purge grows old and goes too."""
    daily(kept, range(20, 0, -1))
    purge(kept)
    assert purge(kept, 1, now() + 30 * DAY) == Purged(11, 21)
    assert wrong(kept) is None
    assert purge(kept, 1, now() + 60 * DAY) == Purged(1, 22)
    assert (check(kept).entries, wrong(kept)) == (1, None)


def test_an_entry_out_of_order_keeps_what_follows_it(kept: Journal) -> None:
    """A clock was put back: the old entry stays until the young one before it may go."""
    daily(kept, [20, 5, 20, 4])
    assert purge(kept) == Purged(1, 1)
    assert numbers(kept) == [2, 3, 4]


def test_a_clock_far_ahead_keeps_nothing_for_ever(kept: Journal) -> None:
    daily(kept, [20, -5000, 19, 4])
    assert purge(kept) == Purged(3, 3)
    assert numbers(kept) == [4]


def alter(folder: Path) -> None:
    sql(folder, "UPDATE journal SET model = 'autre' WHERE seq = 4")


def remove(folder: Path) -> None:
    sql(folder, "DELETE FROM journal WHERE seq = 4")


def remove_last_purged(folder: Path) -> None:
    sql(folder, "DELETE FROM journal WHERE seq = 10")


@pytest.mark.parametrize("tamper", [alter, remove, remove_last_purged])
def test_a_purge_hides_nothing(
    kept: Journal, tmp_path: Path, tamper: Callable[[Path], None]
) -> None:
    daily(kept, range(20, 0, -1))
    tamper(tmp_path)
    purge(kept)
    assert numbers(kept) == list(range(11, 21))
    problem = check(kept).problem
    assert problem is not None


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE journal_head SET anchor_seq = anchor_seq + 1",
        "UPDATE journal_head SET anchor_hash = 'x'",
        "DELETE FROM journal WHERE seq = 11",
        "DELETE FROM journal WHERE kind = 'purge'",
        'UPDATE journal SET detail = \'{"to": 9, "hash": "x"}\' WHERE kind = \'purge\'',
        "UPDATE journal_daily SET requests = requests + 1",
        "DELETE FROM journal_daily WHERE day = (SELECT min(day) FROM journal_daily)",
    ],
)
def test_tampering_after_a_purge_is_found(kept: Journal, tmp_path: Path, tamper: str) -> None:
    daily(kept, range(20, 0, -1))
    purge(kept)
    assert wrong(kept) is None
    sql(tmp_path, tamper)
    assert wrong(kept) is not None


@SQLITE_ONLY  # looks at every byte on the disk
def test_purged_words_leave_the_disk(kept: Journal, tmp_path: Path) -> None:
    kept.record(asked(0, question="Zibeline ?", at=START - 20 * DAY))
    assert b"Zibeline" in on_disk(tmp_path)
    purge(kept)
    assert b"Zibeline" not in on_disk(tmp_path)


def test_erased_and_purged(kept: Journal) -> None:
    daily(kept, range(20, 0, -1))
    erasure.erase(kept, "agent1", who="operator", door="command")
    purge(kept)
    assert wrong(kept) is None


@pytest.mark.slow
def test_a_purge_under_load_keeps_what_it_should(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 50)
    old, young = 600, 150
    with opened(tmp_path) as kept:
        daily(kept, [20] * old)
        failed: list[Exception] = []

        def write(start: int) -> None:
            try:
                for number in range(start, start + young):
                    kept.record(asked(number))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test tells
                failed.append(error)

        writers = [Thread(target=write, args=(1000 * n,)) for n in (1, 2)]
        for writer in writers:
            writer.start()
        with opened(tmp_path) as purging:
            # Nothing that is written meanwhile is dated after this moment.
            assert purge(purging, 100, START + 90 * DAY).entries == old
        for writer in writers:
            writer.join()
        assert failed == []
        assert wrong(kept) is None
        with reading(kept.engine) as connection:
            found = [e.entry.question for e in entries(connection, Filter(Scope(kind="ask")))]
        expected = [asked(1000 * n + i).question for n in (1, 2) for i in range(young)]
        assert sorted(found) == sorted(expected)
        assert figures(kept).total.requests == old + 2 * young


def test_filled_journals_purge_whole(kept: Journal) -> None:
    filled(kept)
    assert purge(kept, 1, now() + 30 * DAY).entries == 12
    assert (check(kept).entries, wrong(kept)) == (1, None)
