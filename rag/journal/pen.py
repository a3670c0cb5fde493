"""Writes to the journal: one transaction, one writer at a time, the head signed at its end."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace

from sqlalchemy import Connection, Engine, func, insert, select, update

from rag.database import writing
from rag.errors import CatalogueError
from rag.journal import chain, counting
from rag.journal.chain import Head
from rag.journal.entry import DAMAGE, Entry
from rag.journal.key import Key
from rag.journal.schema import head, journal, people

PLACE = "journal"  # names it in messages

# Built once: building them takes longer than what SQLite does with them.
_INSERT_ROW = insert(journal)
_INSERT_PERSON = insert(people)
_WRITE_HEAD = update(head)
_READ_HEAD = select(head.c.seq, head.c.hash, head.c.anchor_seq, head.c.anchor_hash, head.c.mac)
_LOCK_HEAD = _READ_HEAD.with_for_update()


class Pen:
    """Adds entries within one transaction."""

    def __init__(self, connection: Connection, key: Key) -> None:
        self.connection = connection
        self.head, mac = read_head(connection, lock=True)  # nobody else writes from here on
        if not key.signed(self.head, mac, key.used()):
            self._own_up()
        elif self.head.seq:
            key.mark_used()  # what was written in the transaction of somebody else is not yet

    def add(self, entry: Entry) -> int:
        """Append it; its number."""
        salt, person = secrets.token_hex(16), chain.person_of(entry)
        row = {
            "seq": self.head.seq + 1,
            **chain.row_of(entry),
            "person_hash": chain.person_hash(salt, person),
        }
        row["hash"] = chain.row_hash(self.head.hash, row)
        self.connection.execute(_INSERT_ROW, row)
        self.connection.execute(_INSERT_PERSON, {"seq": row["seq"], "salt": salt, **person})
        counting.count(self.connection, row)
        self.head = replace(self.head, seq=row["seq"], hash=row["hash"])
        return self.head.seq

    def cut(self, seq: int, last_hash: str) -> None:
        """Say that the rows up to this one were purged."""
        self.head = replace(self.head, anchor_seq=seq, anchor_hash=last_hash)

    def _own_up(self) -> None:
        """Leave a trace that the check will find, since this transaction signs a new head."""
        found = {"seq": self.head.seq, "hash": self.head.hash}
        last = self.connection.execute(select(func.max(journal.c.seq))).scalar() or 0
        self.head = replace(self.head, seq=max(self.head.seq, last))
        self.add(Entry(kind=DAMAGE, door=PLACE, who="", detail=json.dumps(found)))


def read_head(connection: Connection, *, lock: bool = False) -> tuple[Head, str]:
    """The head with its signature; `lock`: until the transaction ends, nobody else writes.

    Raises:
        CatalogueError: there is none.
    """
    found = connection.execute(_LOCK_HEAD if lock else _READ_HEAD).first()
    if found is None:
        raise CatalogueError(
            "journal altéré : sa tête a été supprimée",
            where=PLACE,
            remedy="restaurez une sauvegarde du registre",
        )
    return Head(*found[:4]), str(found.mac)


@contextmanager
def pen(engine: Engine, key: Key) -> Iterator[Pen]:
    """A pen for one transaction: all of what it adds, or nothing.

    Raises:
        CatalogueBusy: another process has been writing for too long.
        StorageError: the disk is full or read-only.
        CatalogueError: the journal's head is gone.
    """
    with writing(engine, PLACE) as connection, pen_within(connection, key) as held:
        yield held
    key.mark_used()


@contextmanager
def pen_within(connection: Connection, key: Key) -> Iterator[Pen]:
    """A pen within the registry's transaction that is under way: its entries are kept with the
    rest of it, or not at all.

    Raises:
        CatalogueError: the journal's head is gone.
    """
    held = Pen(connection, key)
    yield held
    connection.execute(_WRITE_HEAD, {**asdict(held.head), "mac": key.sign(held.head)})
