"""Text on its way to PostgreSQL. Apart, for psycopg takes 0.2 s to import and SQLite needs none."""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg.types.string import StrDumper


class WithoutNul(StrDumper):
    """PostgreSQL keeps no NUL: it refuses the whole statement, be it a mere look-up."""

    def dump(self, obj: str) -> Any:
        """As UTF-8, the mark of what cannot be shown in place of NUL."""
        return super().dump(obj.replace("\x00", "\ufffd"))


def tune(connection: Connection[Any], _record: object) -> None:
    """What every new connection is told."""
    connection.adapters.register_dumper(str, WithoutNul)
