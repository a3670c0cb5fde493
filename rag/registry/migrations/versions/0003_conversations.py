"""Conversations, kept for their author."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "conversations",
        sa.Column("conversation_id", sa.String, primary_key=True),
        sa.Column(
            "person_id",
            sa.String,
            sa.ForeignKey("people.person_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_conversations_person_id", "conversations", ["person_id", "updated"])
    op.create_table(
        "turns",
        sa.Column(
            "conversation_id",
            sa.String,
            sa.ForeignKey("conversations.conversation_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("question", sa.UnicodeText, nullable=False),
        sa.Column("answer", sa.UnicodeText, nullable=False),
        sa.Column("texts", sa.UnicodeText, nullable=False),
    )
