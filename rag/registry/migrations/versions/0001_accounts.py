"""People, their services, sessions, keys, one-time links; login attempts; the server's secrets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "people",
        sa.Column("person_id", sa.String, primary_key=True),
        sa.Column("login", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("password_hash", sa.String),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("issuer", sa.String),
        sa.Column("subject", sa.String),
    )
    op.create_table(
        "person_services",
        sa.Column(
            "person_id",
            sa.String,
            sa.ForeignKey("people.person_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("service", sa.String, primary_key=True),
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String, primary_key=True),
        sa.Column("token_hash", sa.String, nullable=False),
        sa.Column(
            "person_id",
            sa.String,
            sa.ForeignKey("people.person_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String, primary_key=True),
        sa.Column("key_hash", sa.String, nullable=False),
        sa.Column(
            "person_id",
            sa.String,
            sa.ForeignKey("people.person_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("permissions", sa.UnicodeText, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("last_used", sa.Date),
        sa.Column("revoked", sa.BigInteger),
    )
    op.create_table(
        "one_time_links",
        sa.Column("token_hash", sa.String, primary_key=True),
        sa.Column("person_id", sa.String, sa.ForeignKey("people.person_id", ondelete="CASCADE")),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "login_attempts",
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "external_logins",
        sa.Column("state_hash", sa.String, primary_key=True),
        sa.Column("nonce", sa.String, nullable=False),
        sa.Column("verifier", sa.String, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "server_secrets",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )
    for table, columns, unique in (
        ("people", ["login"], True),
        ("people", ["issuer", "subject"], True),
        ("sessions", ["token_hash"], True),
        ("sessions", ["person_id"], False),
        ("api_keys", ["key_hash"], True),
        ("api_keys", ["person_id"], False),
    ):
        name = f"{'ux' if unique else 'ix'}_{table}_{'_'.join(columns)}"
        op.create_index(name, table, columns, unique=unique)
