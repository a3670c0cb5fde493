"""The journal: its rows, what of them is a person's, its head, and counts by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    _journal()
    _people()
    _counts()
    head = op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("anchor_seq", sa.BigInteger, nullable=False),
        sa.Column("anchor_hash", sa.String, nullable=False),
        sa.Column("mac", sa.String, nullable=False),
    )
    empty = {"id": 1, "seq": 0, "hash": "", "anchor_seq": 0, "anchor_hash": "", "mac": ""}
    op.bulk_insert(head, [empty])
    op.create_table(
        "journal_secrets",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("request_id", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.UnicodeText, nullable=False),
        sa.Column("door", sa.UnicodeText, nullable=False),
        sa.Column("services", sa.UnicodeText, nullable=False),
        sa.Column("as_of", sa.String, nullable=False),
        sa.Column("model", sa.UnicodeText, nullable=False),
        sa.Column("versions", sa.UnicodeText, nullable=False),
        sa.Column("verified", sa.Integer, nullable=False),
        sa.Column("unsupported", sa.Integer, nullable=False),
        sa.Column("contradicted", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("latency", sa.UnicodeText, nullable=False),
        sa.Column("prompt_tokens", sa.Integer),
        sa.Column("prompt_ms", sa.Integer),
        sa.Column("written_tokens", sa.Integer),
        sa.Column("written_ms", sa.Integer),
        sa.Column("first_ms", sa.Integer),
        sa.Column("status", sa.UnicodeText, nullable=False),
        sa.Column("about", sa.UnicodeText, nullable=False),
        sa.Column("useful", sa.Integer),
        sa.Column("detail", sa.UnicodeText, nullable=False),
        sa.Column("person_hash", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_index("ix_journal_request_id", "journal", ["request_id"], unique=True)
    op.create_index("ix_journal_at", "journal", ["at"])
    op.create_index("ix_journal_model", "journal", ["model", "seq"])
    op.create_index("ix_journal_refused", "journal", ["refused", "seq"])
    op.create_index("ix_journal_kind", "journal", ["kind", "seq"])


def _people() -> None:
    op.create_table(
        "journal_people",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("salt", sa.String, nullable=False),
        sa.Column("who", sa.UnicodeText, nullable=False),
        sa.Column("question", sa.UnicodeText, nullable=False),
        sa.Column("reason", sa.UnicodeText, nullable=False),
        sa.Column("comment", sa.UnicodeText, nullable=False),
    )
    op.create_index("ix_journal_people_who", "journal_people", ["who"])


def _counts() -> None:
    counts = ("requests", "refused", "with_unsupported", "failed", "useful", "not_useful")
    op.create_table(
        "journal_daily",
        sa.Column("day", sa.String, primary_key=True),
        *(
            sa.Column(name, sa.UnicodeText, primary_key=True)
            for name in ("services", "model", "door", "kind")
        ),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in counts),
        *(
            sa.Column(f"b{number:02}", sa.BigInteger, nullable=False, server_default=sa.text("0"))
            for number in range(40)
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal_cited",
        sa.Column("day", sa.String, primary_key=True),
        sa.Column("version_id", sa.UnicodeText, primary_key=True),
        sa.Column("answers", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
