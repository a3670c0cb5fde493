"""The server's secret, which HMACs are made with: from the settings, or made on first use."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from rag.accounts import tokens
from rag.accounts.schema import server_secrets
from rag.accounts.store import Store

NAME = "serve_secret"
_QUERY = select(server_secrets.c.value).where(server_secrets.c.name == NAME)


def server_secret(store: Store, given: str = "") -> bytes:
    """`given`, or the one that the registry keeps: the same for every process that shares it."""
    return (given or _kept(store) or _made(store)).encode()


def _kept(store: Store) -> str | None:
    with store.reading() as connection:
        value: str | None = connection.execute(_QUERY).scalar()
    return value


def _made(store: Store) -> str:
    with store.writing() as connection:
        if connection.execute(_QUERY).first() is None:
            row = {"name": NAME, "value": tokens.new_token()}
            with suppress(IntegrityError), connection.begin_nested():  # another server was faster
                connection.execute(insert(server_secrets), row)
        value: str = connection.execute(_QUERY).scalar_one()
    return value
