"""Counts by day, kept in step with the journal in the same transaction.

Latency is counted in 40 buckets whose bounds grow by √2 from 1 ms to 12 minutes: a percentile read
from them is off by less than that factor, whatever the number of requests.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from rag.journal.chain import moment_of
from rag.journal.entry import FAILED
from rag.journal.schema import BUCKET_NAMES, BUCKETS, cited, daily

KEYS = ("day", "services", "model", "door", "kind")
COUNTS = ("requests", "refused", "with_unsupported", "failed", "useful", "not_useful")
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def upper_bound(bucket: int) -> float:
    """Milliseconds: the highest latency counted in it; the last one has none, and takes all."""
    return float(2 ** (bucket / 2))


def bucket_of(milliseconds: float) -> int:
    """Where a latency is counted."""
    if milliseconds <= 1:
        return 0
    return min(BUCKETS - 1, math.ceil(2 * math.log2(milliseconds)))


def percentile(counts: Sequence[int], share: float) -> float | None:
    """Milliseconds that `share` % of the latencies do not exceed, evenly spread in each bucket.

    None when nothing was counted.
    """
    rank = math.ceil(sum(counts) * share / 100)
    below = 0
    for bucket, count in enumerate(counts):
        if count and below + count >= rank:
            low = upper_bound(bucket - 1) if bucket else 0.0
            return round(low + (upper_bound(bucket) - low) * (rank - below) / count, 3)
        below += count
    return None


def key_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Under what a row of the journal is counted."""
    return (day_of(row), *(row[name] for name in KEYS[1:]))


def counts_of(row: Mapping[str, Any]) -> dict[str, int]:
    """What a row of the journal adds: the six counts, and one bucket when it has a latency."""
    counts = {
        "requests": 1,
        "refused": row["refused"],
        "with_unsupported": int(row["unsupported"] + row["contradicted"] > 0),
        "failed": int(row["status"] == FAILED),
        "useful": int(row["useful"] == 1),
        "not_useful": int(row["useful"] == 0),
    }
    total = json.loads(row["latency"]).get("total")
    if total is not None:
        counts[BUCKET_NAMES[bucket_of(total)]] = 1
    return counts


def versions_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The versions that a row cites, each once."""
    return tuple(dict.fromkeys(json.loads(row["versions"])))


def day_of(row: Mapping[str, Any]) -> str:
    """The day of a row, UTC."""
    return moment_of(row["at"]).date().isoformat()


def count(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add a row of the journal to the counts."""
    adding = counts_of(row)
    values = {**dict(zip(KEYS, key_of(row), strict=True)), **adding}
    connection.execute(_adding(connection.dialect.name, daily, tuple(adding)), values)
    versions = versions_of(row)
    if versions:
        day = day_of(row)
        cites = [{"day": day, "version_id": each, "answers": 1} for each in versions]
        connection.execute(_adding(connection.dialect.name, cited, ("answers",)), cites)


@cache
def _adding(dialect: str, table: Table, names: Iterable[str]) -> Any:
    """The statement that inserts a row of counts, or adds to the one that is there."""
    keys = [column.name for column in table.primary_key]
    statement = _INSERT[dialect](table)
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={name: table.c[name] + statement.excluded[name] for name in names},
    )
