"""References found in the words of versions: what an article cites, and what cites it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "mentions",
        sa.Column(
            "version_id",
            sa.String,
            sa.ForeignKey("versions.version_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("start", sa.Integer, primary_key=True),
        sa.Column("reference", sa.UnicodeText, nullable=False),
    )
    op.create_table(
        "mention_numbers",
        sa.Column("version_id", sa.String, primary_key=True),
        sa.Column("start", sa.Integer, primary_key=True),
        sa.Column("number_key", sa.String, primary_key=True),
        sa.ForeignKeyConstraint(
            ["version_id", "start"], ["mentions.version_id", "mentions.start"], ondelete="CASCADE"
        ),
    )
    op.create_index("ix_mention_numbers_number_key", "mention_numbers", ["number_key"])
