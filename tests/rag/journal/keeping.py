"""Journals for tests: entries of every kind, and hands that write where they should not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from databases import noted, registry_url

from rag.journal import checking
from rag.journal.checking import Report
from rag.journal.entry import Entry, Spent, Verdicts
from rag.journal.journal import Journal
from rag.registry.engine import FILE_NAME, open_registry
from rag.settings import NO_MODEL, Settings

ROOT = Path(__file__).parents[3]
START = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


@contextmanager
def opened(folder: Path, **settings: object) -> Iterator[Journal]:
    """A journal in a data folder."""
    engine = open_registry(registry_url(folder), str(folder))
    chosen = Settings(data=folder, embedding_model=NO_MODEL, **settings)  # type: ignore[arg-type]
    try:
        yield Journal(engine, chosen, folder)
    finally:
        engine.dispose()


def asked(number: int = 0, **fields: Any) -> Entry:
    """A question and its answer, different for each number, an hour after the one before."""
    given: dict[str, Any] = {
        "kind": "ask",
        "door": ("page", "api")[number % 2],
        "who": f"agent{number % 3}",
        "services": frozenset({"rh"} if number % 2 else {"rh", "état civil"}),
        "question": f"Quel est le délai n° {number} ?",
        "as_of": date(2026, 1, 1) if number % 3 == 0 else None,
        "model": "qwen3:4b",
        "versions": ("LEGIARTI1", f"v{number % 4}"),
        "verdicts": Verdicts(2, number % 2, 0),
        "refused": number % 5 == 4,
        "latency": {"index": 1.25, "total": 40.0 * number},
        "spent": Spent(900, 300, 120, 6000, 500),
        "reason": "motif",
        "comment": "remarque",
        "at": START + timedelta(hours=number),
    }
    return Entry(**{**given, **fields})


def filled(kept: Journal, count: int = 12) -> Journal:
    """The journal with that many questions, and two entries about them."""
    entries = [asked(number) for number in range(count - 2)]
    kept.append(*entries)
    kept.feedback(entries[0].request_id, True, who="agent0", door="page", comment="merci")
    kept.feedback(entries[1].request_id, False, who="agent1", door="page", reason="incomplet")
    return kept


def check(kept: Journal) -> Report:
    return checking.check(kept.engine, kept.key)


def wrong(kept: Journal) -> int | None:
    """The number of the first wrong row, None when the check finds nothing."""
    problem = check(kept).problem
    return problem.seq if problem else None


def sql(folder: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Write in the database behind the journal's back; `?` stands for each value."""
    if address := noted(folder):
        with psycopg.connect(address, autocommit=True) as connection:
            done = connection.execute(statement.replace("?", "%s").encode(), values or None)
            return done.fetchall() if done.description else []
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as connection:
        return connection.execute(statement, values).fetchall()


def on_disk(folder: Path) -> bytes:
    """Every byte of the database, its log too."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob(f"{FILE_NAME}*")))
