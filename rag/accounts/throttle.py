"""How often one may try to log in. In the registry, so that several processes count together.

An attempt counts before it is judged: a thousand at once are not judged at once. Delays grow, and
nobody is locked out for ever: an account that is attacked stays reachable within a minute, an
address that attacks waits up to a quarter of an hour.
"""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from rag.accounts import tokens
from rag.accounts.errors import LoginDelayed
from rag.accounts.schema import login_attempts
from rag.accounts.store import DAY

FORGOTTEN = DAY  # seconds without an attempt


@dataclass(frozen=True, slots=True)
class Limit:
    """After `free` failures comes a second of delay; each one more doubles it, up to `longest`."""

    purpose: str
    free: int
    longest: int


ACCOUNT = Limit("login-account", free=4, longest=60)
ADDRESS = Limit("login-address", free=20, longest=900)


def delay(limit: Limit, failures: int) -> int:
    """Seconds to wait after the last of so many failures."""
    over = failures - limit.free
    return 0 if over < 0 else min(limit.longest, 1 << min(over, 30))


def network(address: str) -> str:
    """Who shares an address: an IPv6 one stands for its /64, which one machine has at will."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def sealed(secret: bytes, address: str) -> str:
    """What stands for an address, and those that share it, where it is kept."""
    return tokens.sealed(secret, ADDRESS.purpose, network(address))


class Attempts:
    """The attempts of one login at one account from one address."""

    def __init__(self, secret: bytes, login: str, address: str) -> None:
        self._subjects = (
            (ACCOUNT, tokens.sealed(secret, ACCOUNT.purpose, login)),
            (ADDRESS, sealed(secret, address)),
        )

    def count(self, connection: Connection, now: int) -> None:
        """One more, which is a failure until `succeeded` says otherwise.

        Raises:
            LoginDelayed: it comes too early; it is not judged, and does not count.
        """
        connection.execute(delete(login_attempts).where(login_attempts.c.last <= now - FORGOTTEN))
        failures = [_held(connection, subject, now) for _, subject in self._subjects]
        waits = [
            last + delay(limit, count) - now
            for (limit, _), (count, last) in zip(self._subjects, failures, strict=True)
        ]
        if max(waits) > 0:
            raise LoginDelayed(max(waits))
        for _, subject in self._subjects:
            connection.execute(
                update(login_attempts)
                .where(login_attempts.c.subject == subject)
                .values(failures=login_attempts.c.failures + 1, last=now)
            )

    def succeeded(self, connection: Connection) -> None:
        """The account starts anew. The address only gets this attempt back: whoever has an
        account cannot wash off what they tried at others."""
        (_, account), (_, address) = self._subjects
        connection.execute(delete(login_attempts).where(login_attempts.c.subject == account))
        connection.execute(
            update(login_attempts)
            .where(login_attempts.c.subject == address, login_attempts.c.failures > 0)
            .values(failures=login_attempts.c.failures - 1)
        )


def _held(connection: Connection, subject: str, now: int) -> tuple[int, int]:
    """Failures and time of the last, the row locked where the database locks rows."""
    query = (
        select(login_attempts.c.failures, login_attempts.c.last)
        .where(login_attempts.c.subject == subject)
        .with_for_update()
    )
    row = connection.execute(query).first()
    if row is None:
        new = {"subject": subject, "failures": 0, "last": now}
        with suppress(IntegrityError), connection.begin_nested():  # another server was faster
            connection.execute(insert(login_attempts), new)
        row = connection.execute(query).one()
    return row.failures, row.last
