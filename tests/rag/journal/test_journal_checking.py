"""Whatever is altered, moved or cut is found, and where."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keeping import asked, check, filled, opened, sql, wrong

from rag.errors import CatalogueError, StorageError
from rag.journal import erasure
from rag.journal.journal import Journal
from rag.journal.key import FILE_NAME as KEY_FILE
from rag.journal.schema import cited, daily, head, journal, people

ROWS = 12
COLUMNS = [
    (table.name, column.name)
    for table in (journal, people)
    for column in table.columns
    if column.name != "seq"
]
DERIVED = [(table.name, column.name) for table in (head, daily, cited) for column in table.columns]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journal")


@pytest.fixture(scope="module")
def whole(folder: Path) -> Iterator[Journal]:
    """A journal that each test leaves as it found it: 13 rows, the last one tells of an erasure."""
    with opened(folder) as kept:
        filled(kept, ROWS - 1)
        kept.record(asked(70, who="parti"))
        erasure.erase(kept, "parti", who="operator", door="command")
        assert wrong(kept) is None
        yield kept
        assert wrong(kept) is None


def test_a_journal_is_intact(whole: Journal) -> None:
    report = check(whole)
    assert (report.entries, report.first, report.last) == (ROWS + 1, 1, ROWS + 1)
    assert report.problem is None
    assert len(report.hash) == 64


def test_an_empty_journal_is_intact(kept: Journal) -> None:
    assert check(kept).problem is None
    assert check(kept).entries == 0


OTHER = st.one_of(
    st.none(), st.integers(-5, 10**12), st.text(max_size=8), st.sampled_from(["", "[]", "{}", "0"])
)


@pytest.mark.slow
@given(seq=st.integers(1, ROWS + 1), where=st.sampled_from(COLUMNS), value=OTHER)
def test_an_altered_field_is_found_where_it_is(
    whole: Journal, folder: Path, seq: int, where: tuple[str, str], value: object
) -> None:
    table, column = where
    found = sql(folder, f"SELECT {column} FROM {table} WHERE seq = ?", seq)
    if not found:  # what was erased can no more be altered
        return
    before = found[0][0]
    try:
        sql(folder, f"UPDATE {table} SET {column} = ? WHERE seq = ?", value, seq)
    except sqlite3.IntegrityError:  # the database itself refuses NULL, or an id twice
        return
    [(after,)] = sql(folder, f"SELECT {column} FROM {table} WHERE seq = ?", seq)
    try:
        found_at = wrong(whole)
        if (after, type(after)) == (before, type(before)):
            assert found_at is None
        elif seq == ROWS + 1:  # the erasure: without its word, the row that it erased is wrong
            assert found_at in (seq, ROWS)
        else:
            assert found_at == seq
    finally:
        sql(folder, f"UPDATE {table} SET {column} = ? WHERE seq = ?", before, seq)


@contextmanager
def put_back(folder: Path, table: str) -> Iterator[None]:
    """The table is afterwards what it was."""
    sql(folder, f"CREATE TABLE saved AS SELECT * FROM {table}")
    yield
    sql(folder, f"DELETE FROM {table}")
    sql(folder, f"INSERT INTO {table} SELECT * FROM saved")
    sql(folder, "DROP TABLE saved")


@pytest.mark.parametrize(("table", "column"), [*COLUMNS, *DERIVED])
def test_every_column_counts(whole: Journal, folder: Path, table: str, column: str) -> None:
    """The same for each column once, those of the head and of the counts too."""
    with put_back(folder, table):
        changed = f"CASE typeof({column}) WHEN 'text' THEN {column} || 'x' ELSE {column} + 1 END"
        sql(folder, f"UPDATE {table} SET {column} = {changed}")
        names_the_only_row = (table, column) == ("journal_head", "id")
        assert (wrong(whole) is None) == names_the_only_row


def test_a_check_beside_a_writer_finds_nothing(kept: Journal) -> None:
    """It sees one moment: rows, head and counts are written while it looks at one after another."""
    kept.record(asked())  # marks the key as used, which no view of the database shows
    done = Event()

    def write() -> None:
        for number in range(1, 60):
            kept.record(asked(number))
        done.set()

    writer = Thread(target=write)
    writer.start()
    found = []
    while not done.is_set():
        found.append(check(kept).problem)
    writer.join()
    assert set(found) == {None}
    assert check(kept).entries == 60


def test_rows_that_changed_places_are_found(kept: Journal, tmp_path: Path) -> None:
    filled(kept)
    for one, other in ((4, -1), (5, 4), (-1, 5)):
        for table in ("journal", "journal_people"):
            sql(tmp_path, f"UPDATE {table} SET seq = ? WHERE seq = ?", other, one)
    assert wrong(kept) == 4


@pytest.mark.parametrize("seq", [1, 6, ROWS])
def test_a_row_that_is_gone_is_found(kept: Journal, tmp_path: Path, seq: int) -> None:
    filled(kept)
    sql(tmp_path, "DELETE FROM journal WHERE seq = ?", seq)
    sql(tmp_path, "DELETE FROM journal_people WHERE seq = ?", seq)
    assert wrong(kept) == seq


def test_a_name_taken_away_without_an_erasure_is_found(kept: Journal, tmp_path: Path) -> None:
    filled(kept)
    sql(tmp_path, "DELETE FROM journal_people WHERE seq = 3")
    assert wrong(kept) == 3


def test_a_row_put_in_is_found(kept: Journal, tmp_path: Path) -> None:
    filled(kept)
    columns = ", ".join(
        {"seq": "99", "request_id": "'x'"}.get(c.name, c.name) for c in journal.columns
    )
    sql(tmp_path, f"INSERT INTO journal SELECT {columns} FROM journal WHERE seq = 1")
    assert wrong(kept) == ROWS + 1


def cut_at_the_end(folder: Path, rows: int) -> None:
    """As somebody would who knows how the chain works, but has no key."""
    last = ROWS - rows
    for table in ("journal", "journal_people"):
        sql(folder, f"DELETE FROM {table} WHERE seq > ?", last)
    sql(folder, "UPDATE journal_head SET seq = ?, hash = (SELECT hash FROM journal WHERE seq = ?)",
        last, last)  # fmt: skip


@pytest.mark.parametrize("rows", [1, 5])
def test_a_cut_at_the_end_is_found(kept: Journal, tmp_path: Path, rows: int) -> None:
    filled(kept)
    cut_at_the_end(tmp_path, rows)
    assert wrong(kept) == ROWS - rows
    assert "signature" in str(check(kept).problem)


def test_writing_on_does_not_hide_a_cut(kept: Journal, tmp_path: Path) -> None:
    """The service goes on, the chain too, and what was found stays written in it."""
    filled(kept)
    cut_at_the_end(tmp_path, 5)
    with opened(tmp_path) as after:
        after.record(asked(50))
        after.record(asked(51))
        assert wrong(after) == ROWS - 5 + 1
        assert "modifié avant" in str(check(after).problem)


def test_a_journal_that_was_emptied_is_found(kept: Journal, tmp_path: Path) -> None:
    filled(kept)
    for table in ("journal", "journal_people", "journal_daily", "journal_cited"):
        sql(tmp_path, f"DELETE FROM {table}")
    sql(tmp_path, "UPDATE journal_head SET seq = 0, hash = '', mac = ''")
    with opened(tmp_path) as after:
        assert wrong(after) == 0
        after.record(asked())
        assert wrong(after) == 1


def test_a_head_that_is_gone_stops_the_journal(kept: Journal, tmp_path: Path) -> None:
    filled(kept)
    sql(tmp_path, "DELETE FROM journal_head")
    for use in (lambda: check(kept), lambda: kept.record(asked())):
        with pytest.raises(CatalogueError, match="tête"):
            use()


def test_a_cut_at_the_beginning_is_found(kept: Journal, tmp_path: Path) -> None:
    filled(kept)
    [(last,)] = sql(tmp_path, "SELECT hash FROM journal WHERE seq = 4")
    for table in ("journal", "journal_people"):
        sql(tmp_path, f"DELETE FROM {table} WHERE seq <= 4")
    assert wrong(kept) == 1
    sql(tmp_path, "UPDATE journal_head SET anchor_seq = 4, anchor_hash = ?", last)
    assert wrong(kept) is not None


def test_a_lost_key_is_found_and_the_journal_goes_on(kept: Journal, tmp_path: Path) -> None:
    filled(kept)
    (tmp_path / KEY_FILE).unlink()
    with opened(tmp_path) as after:
        assert wrong(after) == ROWS
        after.record(asked(40))
        assert wrong(after) == ROWS + 1


def test_the_key_is_for_the_owner_alone(kept: Journal, tmp_path: Path) -> None:
    assert not (tmp_path / KEY_FILE).exists()
    kept.record(asked())
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob("journal.key*")] == [KEY_FILE]


def test_a_key_by_setting_needs_no_file(tmp_path: Path) -> None:
    with opened(tmp_path, journal_key="un secret") as kept:
        filled(kept)
        assert wrong(kept) is None
    assert not (tmp_path / KEY_FILE).exists()
    with opened(tmp_path, journal_key="un autre") as other:
        assert wrong(other) == ROWS


def test_a_key_file_that_cannot_be_read_says_so(kept: Journal, tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("pas une clé")
    with pytest.raises(StorageError) as refused:
        kept.record(asked())
    assert refused.value.where == str(tmp_path / KEY_FILE)
    assert refused.value.remedy
