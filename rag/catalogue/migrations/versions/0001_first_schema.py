"""The first schema: texts, their dated wordings, passages, vectors, and the outbox."""

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
        "texts",
        sa.Column("text_id", sa.String, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("nature", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
    )

    op.create_table(
        "text_services",
        sa.Column(
            "text_id",
            sa.String,
            sa.ForeignKey("texts.text_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("service", sa.String, primary_key=True),
    )

    op.create_table(
        "text_states",
        sa.Column(
            "text_id",
            sa.String,
            sa.ForeignKey("texts.text_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("as_of", sa.Date, primary_key=True),
        sa.Column("partial", sa.Integer, nullable=False),
    )

    op.create_table(
        "articles",
        sa.Column("article_id", sa.String, primary_key=True),
        sa.Column(
            "text_id",
            sa.String,
            sa.ForeignKey("texts.text_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("number_key", sa.String, nullable=False),
        sa.Column("heading", sa.String, nullable=False),
        sa.Column("path", sa.UnicodeText, nullable=False),
        sa.Column("ord", sa.Integer, nullable=False),
        sa.Column("taken_from", sa.Date, nullable=False),
    )

    op.create_table(
        "versions",
        sa.Column("version_id", sa.String, primary_key=True),
        sa.Column(
            "article_id",
            sa.String,
            sa.ForeignKey("articles.article_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("words", sa.UnicodeText),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("declared_to", sa.Date),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("note", sa.UnicodeText, nullable=False),
        sa.Column("pages", sa.UnicodeText, nullable=False),
        sa.Column("links", sa.UnicodeText, nullable=False),
        sa.Column("taken_from", sa.Date, nullable=False),
        sa.Column("words_from", sa.Date),
    )

    op.create_table(
        "sightings",
        sa.Column(
            "article_id",
            sa.String,
            sa.ForeignKey("articles.article_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("as_of", sa.Date, primary_key=True),
        sa.Column("version_id", sa.String, nullable=False),
    )

    op.create_table(
        "passages",
        sa.Column("point_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column(
            "version_id",
            sa.String,
            sa.ForeignKey("versions.version_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("ord", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("page", sa.Integer),
        sa.Column("vector_key", sa.String, nullable=False),
    )

    op.create_table(
        "vectors",
        sa.Column("model", sa.String, primary_key=True),
        sa.Column("vector_key", sa.String, primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )

    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("point_id", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )

    op.create_table(
        "projections",
        sa.Column("identity", sa.String, primary_key=True),
        sa.Column("applied", sa.Integer, nullable=False),
    )

    op.create_table(
        "sources",
        sa.Column("path", sa.String, primary_key=True),
        sa.Column("fingerprint", sa.String, nullable=False),
    )

    op.create_table(
        "source_texts",
        sa.Column(
            "path", sa.String, sa.ForeignKey("sources.path", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column(
            "text_id",
            sa.String,
            sa.ForeignKey("texts.text_id", ondelete="CASCADE"),
            primary_key=True,
        ),
    )

    op.create_table(
        "properties",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )
    for table, column in (
        ("articles", "text_id"),
        ("articles", "number_key"),
        ("versions", "article_id"),
        ("passages", "version_id"),
        ("passages", "vector_key"),
        ("source_texts", "text_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
