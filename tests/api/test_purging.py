"""A server takes what is too old out of its journal, once a day, and holds nobody up."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from serving import serving
from small_folder import filled

from api.purging import DailyPurge
from rag.bootstrap import open_parts
from rag.database import reading
from rag.errors import StorageError
from rag.journal import checking, retention
from rag.journal.entry import Entry
from rag.journal.filters import Filter
from rag.journal.journal import Journal
from rag.journal.reading import entries
from rag.journal.retention import Purged
from rag.settings import NO_MODEL, Settings

START = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAYS = 10
SECONDS = 10.0


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An entry a day, from 20 days ago to yesterday."""
    with open_parts(Settings(data=tmp_path, embedding_model=NO_MODEL)) as parts:
        kept = Journal(parts.registry, parts.settings, tmp_path)
        kept.append(*(Entry("ask", "api", "zoé", at=START - age * DAY) for age in range(20, 0, -1)))
        yield kept


def kinds(kept: Journal) -> list[str]:
    with reading(kept.engine) as connection:
        return [each.entry.kind for each in entries(connection, Filter())]


def test_at_the_start_and_then_daily(journal: Journal) -> None:
    clock = Clock()
    purging = DailyPurge(journal, DAYS, clock)
    assert purging.look() == Purged(10, 10)
    assert kinds(journal) == ["ask"] * 10 + ["purge"]
    clock.now += DAY - HOUR
    assert purging.look() is None
    clock.now += HOUR
    assert purging.look() == Purged(1, 11)
    assert checking.check(journal.engine, journal.key).problem is None


def test_one_that_fails_is_tried_again_within_the_hour(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    purging = DailyPurge(journal, DAYS, clock)

    def full(*_about: object, **_more: object) -> Purged:
        raise StorageError("disque plein", where="registre")

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR, "referent"):
        patch.setattr("api.purging.purge", full)
        assert purging.look() is None
    assert "disque plein" in caplog.text
    assert purging.look() is None
    clock.now += HOUR
    assert purging.look() == Purged(11, 11)  # one more is too old by now


@pytest.mark.slow
def test_a_server_purges_while_it_answers(tmp_path: Path) -> None:
    data = filled(tmp_path)
    old = datetime.now(UTC) - 400 * DAY
    with open_parts(Settings(data=data, embedding_model=NO_MODEL)) as parts:
        kept = Journal(parts.registry, parts.settings, data)
        kept.append(*(Entry("ask", "api", "zoé", at=old) for _ in range(3)))
        with serving(data) as served:
            until = time.monotonic() + SECONDS
            while "purge" not in kinds(kept):
                assert time.monotonic() < until
                assert served.everyone.get("/health/live").status_code == 200
            assert kinds(kept) == ["purge"]


def test_the_batches_are_in_nobody_s_way(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry is written meanwhile, and the server's end waits for the purge, not for a day."""
    monkeypatch.setattr(retention, "BATCH", 1)
    purging = DailyPurge(journal, DAYS, Clock())
    purging.start()
    assert journal.record(Entry("ask", "api", "léo", at=START))
    purging.close()
    assert kinds(journal).count("ask") == 11
    assert checking.check(journal.engine, journal.key).problem is None
