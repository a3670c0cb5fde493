"""Takes away entries that are too old to be kept; the counts by day and the proof stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from json import dumps

from sqlalchemy import Connection, delete, func, select

from rag.database import reading
from rag.journal import checking, wiping
from rag.journal.chain import milliseconds
from rag.journal.checking import Problem, Walk
from rag.journal.entry import DAMAGE, PURGE, Entry, new_request_id
from rag.journal.journal import Journal
from rag.journal.pen import Pen, pen, read_head
from rag.journal.schema import journal, people

BATCH = 2000  # rows of one transaction: others wait some 80 ms for it
FUTURE = timedelta(days=1)  # an entry dated later than this was dated by a wrong clock


@dataclass(frozen=True, slots=True)
class Purged:
    """How many entries went, and the number of the last one that ever did."""

    entries: int
    last: int


def purge(kept: Journal, days: int, now: datetime, *, who: str, door: str) -> Purged:
    """Delete the entries older than `days` days, oldest first, in transactions of some 2,000.

    Each batch is proved before it goes, and leaves an entry with the number and hash of its last
    row, from where the check goes on. Only entries that all later ones follow in age go: one that
    is young enough is never deleted because of an older one written after it.

    Raises:
        CatalogueError: the journal cannot be written; what was purged before stays so.
    """
    reached, limit = _old(kept, days, now)
    entries = 0
    while reached < limit:
        with pen(kept.engine, kept.key) as held:
            first = held.head.anchor_seq
            reached = max(first, min(first + BATCH, limit))
            if reached > first:
                _purge_batch(held, reached, kept.privacy.kept(Entry(PURGE, door, who)))
        entries += reached - first
    if entries:
        wiping.empty_log(kept.engine)
    return Purged(entries, reached)


def _old(kept: Journal, days: int, now: datetime) -> tuple[int, int]:
    """The number of the last entry purged, and of the last one before the first to be kept."""
    start, end = milliseconds(now - timedelta(days=days)), milliseconds(now + FUTURE)
    first_kept = select(func.min(journal.c.seq)).where(journal.c.at >= start, journal.c.at <= end)
    with reading(kept.engine) as connection:
        head, _ = read_head(connection)
        found = connection.execute(first_kept).scalar()
    return head.anchor_seq, head.seq if found is None else int(found) - 1


def _purge_batch(held: Pen, last: int, told: Entry) -> None:
    connection, first = held.connection, held.head.anchor_seq
    problem, last_hash = _proved(connection, _walk(held), last)
    wiping.overwrite(connection)
    for table in (journal, people):
        connection.execute(delete(table).where(table.c.seq <= last))
    held.cut(last, last_hash)
    if problem:  # the evidence goes with the rows: what was found stays
        detail = {"seq": problem.seq, "what": problem.what}
        held.add(replace(told, kind=DAMAGE, request_id=new_request_id(), detail=dumps(detail)))
    held.add(replace(told, detail=dumps({"from": first + 1, "to": last, "hash": last_hash})))


def _walk(held: Pen) -> Walk:
    return Walk(held.head.anchor_seq, held.head.anchor_hash, checking.erased(held.connection))


def _proved(connection: Connection, walk: Walk, last: int) -> tuple[Problem | None, str]:
    """The first thing that is wrong with the rows up to `last`; the hash of that one."""
    found = list(map(walk.step, checking.rows(connection, after=walk.seq, to=last)))
    problem = next(filter(None, found), None)
    if walk.seq != last:
        problem = problem or Problem(walk.seq + 1, "ligne manquante")
    return problem, walk.hash
