"""Who a request comes from, read afresh for each: what was revoked counts from the next one."""

from __future__ import annotations

from dataclasses import dataclass

from rag.accounts.roles import Permission
from rag.types import Caller


@dataclass(frozen=True, slots=True)
class Identity:
    """A person who is logged in, or a key of theirs.

    `caller` decides which texts are read, and is never unrestricted; `permissions` what is done.
    One of `session_id` and `key_id` is empty. `csrf` is what forms of the session carry.
    """

    person_id: str
    name: str
    caller: Caller
    permissions: frozenset[Permission]
    session_id: str = ""
    key_id: str = ""
    csrf: str = ""

    def may(self, permission: Permission) -> bool:
        """True when this may be done."""
        return permission in self.permissions
