"""Who is told of a change to an account: within its transaction, so that both are kept or none."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

Tell = Callable[[Connection, str], None]  # the transaction, and whose account it is, by number


def untold(_connection: Connection, _person_id: str) -> None:
    """Nobody is told."""
