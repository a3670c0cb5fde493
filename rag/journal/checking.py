"""Proves that nothing in the journal was altered, moved or cut; says where, when something was."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select

from rag.database import reading
from rag.journal import chain, counting
from rag.journal.chain import PERSONAL, Head
from rag.journal.entry import DAMAGE, ERASE, PURGE
from rag.journal.key import Key
from rag.journal.pen import read_head
from rag.journal.reading import BATCH
from rag.journal.schema import BUCKET_NAMES, cited, daily, journal, people

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in French, and at which number."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked; `hash` is the last row's, to be noted elsewhere."""

    entries: int
    first: int  # number of the first row that is kept
    last: int
    hash: str
    problem: Problem | None  # the first


def check(engine: Engine, key: Key) -> Report:
    """Walk the whole chain, from the last purge on, in one view of the database.

    Finds any column of any row altered, rows moved, added, or missing (at the end too), a person's
    part removed without an erasure that the journal tells, and counts that are not those of the
    rows. Of purged days only the sum of the counts is known.

    Raises:
        CatalogueError: the registry cannot be read, or the journal's head is gone.
    """
    used = key.used()  # before the view: what is written meanwhile is not in it
    with reading(engine) as connection:
        head, mac = read_head(connection)
        walk = Walk(head.anchor_seq, head.anchor_hash, erased(connection))
        counted = _Counted()
        with closing(_wrong(connection, walk, counted)) as problems:
            problem = next(problems, None)
        problem = problem or _wrong_end(connection, walk, head)
        problem = problem or _wrong_signature(head, mac, key, used)
        problem = problem or walk.damage or counted.wrong(connection, head.anchor_seq)
    return Report(walk.seen, head.anchor_seq + 1, walk.seq, walk.hash, problem)


class Walk:
    """Follows the chain row by row. `damage`: the first row that owns up to a false head."""

    def __init__(self, seq: int, last_hash: str, erased_rows: list[tuple[int, int]]) -> None:
        self.seq = seq
        self.hash = last_hash
        self.seen = 0
        self.damage: Problem | None = None
        self.purged: tuple[Any, Any] | None = None  # what the last purge says that it took
        self._erased = erased_rows

    def step(self, row: Row) -> Problem | None:
        """What is wrong with the row that comes next, None when nothing is."""
        expected, self.seq = self.seq + 1, row["seq"]
        said = self._said(row, expected)
        self.seen += 1
        self.hash = row["hash"]
        if said:
            return Problem(expected, said)
        if row["kind"] == DAMAGE and self.damage is None:
            self.damage = Problem(
                row["seq"], f"journal modifié avant cette ligne : {row['detail']}"
            )
        if row["kind"] == PURGE:
            detail = _details(row["detail"])
            self.purged = detail.get("to"), detail.get("hash")
        return None

    def _said(self, row: Row, expected: int) -> str:
        if row["seq"] != expected:
            return f"ligne manquante (la suivante a le numéro {row['seq']})"
        if chain.row_hash(self.hash, row) != row["hash"]:
            return "ligne altérée ou déplacée"
        if row["salt"] is None:
            told = any(first <= row["seq"] <= last for first, last in self._erased)
            return "" if told else "nom et question supprimés sans effacement journalisé"
        if chain.person_hash(row["salt"], row) != row["person_hash"]:
            return "nom, question ou commentaire altérés"
        return ""


def rows(connection: Connection, *, after: int = 0, to: int | None = None) -> Iterator[Row]:
    """Rows with what of them is a person's, in order."""
    query = (
        select(journal, people.c.salt, *(people.c[name] for name in PERSONAL))
        .select_from(journal.outerjoin(people, people.c.seq == journal.c.seq))
        .where(journal.c.seq > after)
        .order_by(journal.c.seq)
        .execution_options(yield_per=BATCH)
    )
    if to is not None:
        query = query.where(journal.c.seq <= to)
    with connection.execute(query) as found:  # given up half-way, PostgreSQL would keep a cursor
        listed: Any = found.mappings()
        yield from listed


def erased(connection: Connection) -> list[tuple[int, int]]:
    """Which rows the journal says were erased: first and last numbers of runs.

    The walk proves what this rests on; what is no such entry's tells of nothing.
    """
    query = select(journal.c.detail).where(journal.c.kind == ERASE)
    details = map(_details, connection.execute(query).scalars())
    return [(first, last) for detail in details for first, last in detail.get("rows", ())]


def _details(said: Any) -> dict[str, Any]:
    try:
        found = json.loads(said)
    except (ValueError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _wrong(connection: Connection, walk: Walk, counted: _Counted) -> Generator[Problem]:
    for row in rows(connection):
        problem = walk.step(row)
        if problem:
            yield problem
        counted.add(row)


def _wrong_end(connection: Connection, walk: Walk, head: Head) -> Problem | None:
    if (walk.seq, walk.hash) != (head.seq, head.hash):
        return Problem(walk.seq + 1, f"lignes supprimées à la fin (il y en avait {head.seq})")
    if head.anchor_seq and walk.purged != (head.anchor_seq, head.anchor_hash):
        return Problem(head.anchor_seq, "début supprimé sans purge journalisée")
    last = connection.execute(select(people.c.seq).order_by(people.c.seq.desc()).limit(1)).scalar()
    if last is not None and last > head.seq:
        return Problem(last, "nom et question sans ligne du journal")
    return None


def _wrong_signature(head: Head, mac: str, key: Key, used: bool) -> Problem | None:
    if key.signed(head, mac, used):
        return None
    return Problem(head.seq, "signature fausse : lignes supprimées à la fin, ou clé changée")


class _Counted:
    """The counts that the rows make, beside those that are stored."""

    def __init__(self) -> None:
        self._daily: dict[tuple[str, ...], Counter[str]] = {}
        self._cited: Counter[tuple[str, str]] = Counter()

    def add(self, row: Row) -> None:
        """Count a row."""
        cell = self._daily.setdefault(counting.key_of(row), Counter())
        for name, value in counting.counts_of(row).items():
            cell[name] += value
        day = counting.day_of(row)
        self._cited.update((day, version) for version in counting.versions_of(row))

    def wrong(self, connection: Connection, purged: int) -> Problem | None:
        """What the stored counts have beyond the rows' must be what was purged."""
        beyond = 0
        for row in connection.execute(select(daily)).mappings():
            made = self._daily.pop(tuple(row[name] for name in counting.KEYS), Counter())
            rest = [row[name] - made[name] for name in (*counting.COUNTS, *BUCKET_NAMES)]
            if min(rest) < 0 or (not purged and any(rest)):
                return Problem(0, f"comptes du {row['day']} altérés")
            beyond += rest[0]
        if beyond != purged or self._daily:
            return Problem(0, "comptes par jour altérés ou supprimés")
        return self._wrong_citations(connection, purged)

    def _wrong_citations(self, connection: Connection, purged: int) -> Problem | None:
        for day, version, answers in connection.execute(select(cited)):
            rest = answers - self._cited.pop((day, version), 0)
            if rest < 0 or (rest and not purged):
                return Problem(0, f"comptes des citations du {day} altérés")
        return Problem(0, "comptes des citations supprimés") if self._cited else None
