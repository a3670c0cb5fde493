"""Who looks at a page: what they read, what they may do, and how the page names them.

`who` is the one place that knows; pages and templates only read what it gives.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from api import visitors
from api.web.csrf import token_of
from rag.accounts.roles import Permission
from rag.types import Caller


@dataclass(frozen=True, slots=True)
class Visitor:
    """`caller` decides which texts are read, `permissions` what is done; `csrf` is what forms
    carry. `name` is "" for nobody in particular."""

    caller: Caller
    name: str
    role: str
    permissions: frozenset[Permission]
    csrf: str

    def may(self, permission: str) -> bool:
        """True when this may be done; `permission` as in `rag.accounts.roles`."""
        return permission in self.permissions

    @property
    def services(self) -> list[str]:
        """The services among which a question may be narrowed."""
        return sorted(self.caller.services)


def who(request: Request) -> Visitor:
    """Who makes this request; nobody, where the door did not let them in."""
    try:
        present = visitors.present()
    except LookupError:
        present = visitors.NOBODY
    known = present.identity
    return Visitor(
        present.caller,
        known.name if known else "",
        present.caller.role if known else "",
        present.permissions,
        known.csrf if known and known.session_id else token_of(request),
    )
