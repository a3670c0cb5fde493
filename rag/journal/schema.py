"""The journal's tables, in the registry's database."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
    UnicodeText,
    text,
)

from rag.registry.schema import metadata

BUCKETS = 40  # of the latency histogram; see `rag.journal.counting`
BUCKET_NAMES = tuple(f"b{number:02}" for number in range(BUCKETS))

# One row an entry, in order; only ever added to, and cut from its beginning by the purge. `hash`
# covers every other column and the row before; `person_hash` covers the row of `journal_people`.
# Dates and yes or no are plain text and numbers: no wrong value is read as another, or not at all.
journal = Table(
    "journal",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # from 1, without a gap
    Column("request_id", String, nullable=False),
    Column("at", BigInteger, nullable=False),  # milliseconds since 1970, UTC
    Column("kind", UnicodeText, nullable=False),
    Column("door", UnicodeText, nullable=False),
    Column("services", UnicodeText, nullable=False),  # JSON list, sorted
    Column("as_of", String, nullable=False),  # ISO; "": none
    Column("model", UnicodeText, nullable=False),
    Column("versions", UnicodeText, nullable=False),  # JSON list
    Column("verified", Integer, nullable=False),
    Column("unsupported", Integer, nullable=False),
    Column("contradicted", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("latency", UnicodeText, nullable=False),  # JSON: stage → milliseconds
    Column("prompt_tokens", Integer),
    Column("prompt_ms", Integer),
    Column("written_tokens", Integer),
    Column("written_ms", Integer),
    Column("first_ms", Integer),
    Column("status", UnicodeText, nullable=False),
    Column("about", UnicodeText, nullable=False),
    Column("useful", Integer),
    Column("detail", UnicodeText, nullable=False),
    Column("person_hash", String, nullable=False),
    Column("hash", String, nullable=False),
)
Index("ix_journal_request_id", journal.c.request_id, unique=True)
Index("ix_journal_at", journal.c.at)
Index("ix_journal_model", journal.c.model, journal.c.seq)
Index("ix_journal_refused", journal.c.refused, journal.c.seq)
Index("ix_journal_kind", journal.c.kind, journal.c.seq)

# What of an entry is a person's. Erasing deletes the row, salt and all: what was hashed into the
# chain can then no more be guessed.
people = Table(
    "journal_people",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("salt", String, nullable=False),
    Column("who", UnicodeText, nullable=False),
    Column("question", UnicodeText, nullable=False),
    Column("reason", UnicodeText, nullable=False),
    Column("comment", UnicodeText, nullable=False),
)
Index("ix_journal_people_who", people.c.who)

# One row: the last entry, and the last one that was purged (0, "": none was). Signed with a key
# that is not in this database. Also what writers lock, where the database locks rows.
head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String, nullable=False),
    Column("anchor_seq", BigInteger, nullable=False),
    Column("anchor_hash", String, nullable=False),
    Column("mac", String, nullable=False),  # "": nothing was ever written
)

# Counts by day, kept in step with the journal and beyond its purge. Nobody is named in them.
daily = Table(
    "journal_daily",
    metadata,
    Column("day", String, primary_key=True),  # ISO, UTC
    Column("services", UnicodeText, primary_key=True),  # as in `journal`
    Column("model", UnicodeText, primary_key=True),
    Column("door", UnicodeText, primary_key=True),
    Column("kind", UnicodeText, primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("with_unsupported", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("useful", BigInteger, nullable=False),
    Column("not_useful", BigInteger, nullable=False),
    *(Column(name, BigInteger, nullable=False, server_default=text("0")) for name in BUCKET_NAMES),
)

cited = Table(
    "journal_cited",
    metadata,
    Column("day", String, primary_key=True),
    Column("version_id", UnicodeText, primary_key=True),
    Column("answers", BigInteger, nullable=False),  # that cite it
    sqlite_with_rowid=False,
)

# Secrets of the journal that are no key to its proof: the one behind pseudonyms.
secrets = Table(
    "journal_secrets",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)
