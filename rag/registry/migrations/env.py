"""Alembic runs the numbered migrations on the connection that `rag.database` hands it."""

from __future__ import annotations

from alembic import context

from rag.accounts import schema as accounts
from rag.conversations import schema as conversations
from rag.journal import schema as journal
from rag.registry.schema import metadata

DESCRIBED = (
    accounts,
    conversations,
    journal,
)  # each adds its tables to the metadata when it is imported

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    version_table=context.config.attributes["version_table"],
)
with context.begin_transaction():
    context.run_migrations()
