"""Named properties of the catalogue as a whole."""

from __future__ import annotations

import uuid

from sqlalchemy import Connection, delete, insert, select

from rag.catalogue.schema import properties

STATE = "state"  # another value after every transaction that wrote anything


def read(connection: Connection, name: str) -> str:
    """Its value, "" when it was never set."""
    query = select(properties.c.value).where(properties.c.name == name)
    return connection.execute(query).scalar() or ""


def write(connection: Connection, name: str, value: str) -> None:
    """Set it."""
    connection.execute(delete(properties).where(properties.c.name == name))
    connection.execute(insert(properties).values(name=name, value=value))


def changed(connection: Connection) -> None:
    """Give the catalogue a state of its own: what was worked out from another is stale."""
    write(connection, STATE, uuid.uuid4().hex)
