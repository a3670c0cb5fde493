"""How persons and their questions are kept: as they are, or behind a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets as random
from dataclasses import replace

from sqlalchemy import Connection, Engine, insert, select

from rag.database import reading, writing
from rag.journal.entry import Entry
from rag.journal.pen import PLACE, read_head
from rag.journal.schema import secrets

PSEUDONYM = "pseudonym"
HASH = "hash"
_NAME = "pseudonyms"


class Privacy:
    """What the settings say of names and questions.

    The same name always has the same pseudonym, the same question the same hash: they can still
    be counted. The secret behind them is in the registry: who has it can test a guess.
    """

    def __init__(self, engine: Engine, names: str, questions: str) -> None:
        self._engine = engine
        self._names = names
        self._questions = questions
        self._secret = b""

    def kept(self, entry: Entry) -> Entry:
        """The entry as it may be written."""
        if self._names == PSEUDONYM and entry.who:
            entry = replace(entry, who=self.pseudonym(entry.who))
        if self._questions == HASH and entry.question:
            entry = replace(entry, question=self._keyed("h-", entry.question, 64))
        return entry

    def make_ready(self) -> None:
        """Read or make the secret now, for who writes within a transaction of somebody else."""
        if self._names == PSEUDONYM:
            self._secret = self._secret or _secret(self._engine)

    def pseudonym(self, name: str) -> str:
        """What stands for a person."""
        return self._keyed("p-", name, 16)

    def aliases(self, name: str) -> tuple[str, str]:
        """All that a person may be called in the journal, however it was set over time."""
        return name, self.pseudonym(name)

    def _keyed(self, mark: str, words: str, digits: int) -> str:
        self._secret = self._secret or _secret(self._engine)
        said = (mark + words).encode("utf-8", "replace")
        return mark + hmac.new(self._secret, said, hashlib.sha256).hexdigest()[:digits]


def _secret(engine: Engine) -> bytes:
    with reading(engine) as connection:
        found = _read(connection)
    if found is None:
        with writing(engine, PLACE) as connection:
            read_head(connection, lock=True)  # one process makes it
            found = _read(connection)
            if found is None:
                found = random.token_hex(32)
                connection.execute(insert(secrets).values(name=_NAME, value=found))
    return bytes.fromhex(found)


def _read(connection: Connection) -> str | None:
    return connection.execute(select(secrets.c.value).where(secrets.c.name == _NAME)).scalar()
