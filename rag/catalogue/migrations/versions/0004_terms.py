"""The words of each passage as the index has them, and how many of a text's articles have each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; the index, made again for this, fills the tables."""
    op.create_table(
        "terms",
        sa.Column("point_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("text_id", sa.String, nullable=False, index=True),
        sa.Column("passage", sa.LargeBinary, nullable=False),
        sa.Column("article", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "term_counts",
        sa.Column("text_id", sa.String, primary_key=True),
        sa.Column("revision", sa.String, nullable=False),
        sa.Column("articles", sa.Integer, nullable=False),
        sa.Column("passages", sa.Integer, nullable=False),
        sa.Column("counts", sa.LargeBinary, nullable=False),
    )
