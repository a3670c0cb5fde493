"""The tables of conversations, in the registry. Changed only through `rag/registry/migrations/`.

Times are whole seconds since 1970, UTC.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, UnicodeText

from rag.registry.schema import metadata

conversations = Table(
    "conversations",
    metadata,
    Column("conversation_id", String, primary_key=True),
    Column("person_id", String, ForeignKey("people.person_id", ondelete="CASCADE"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column(
        "conversation_id",
        String,
        ForeignKey("conversations.conversation_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("position", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("question", UnicodeText, nullable=False),
    Column("answer", UnicodeText, nullable=False),  # JSON of rag.types.Answer
    Column("texts", UnicodeText, nullable=False),  # JSON: ids of all texts it was written from
)

Index("ix_conversations_person_id", conversations.c.person_id, conversations.c.updated)
