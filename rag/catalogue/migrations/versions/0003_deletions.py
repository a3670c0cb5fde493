"""Versions that a partial state says are no more."""

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
        "deletions",
        sa.Column("text_id", sa.String, primary_key=True),
        sa.Column("version_id", sa.String, primary_key=True),
        sa.Column("as_of", sa.Date, primary_key=True),
    )
