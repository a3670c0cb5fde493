"""Who comes through a door, and whether the route may be theirs. Read afresh for each request.

Over TCP: a person with a key (`Authorization: Bearer ref_…`) or a session of the pages; while
nobody has an account, anyone on this machine, who reads what everyone may read. On the socket in
the data folder: its owner.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from api.problems import FORBIDDEN, UNKNOWN_CALLER, Refused
from api.rules import Needed, Rule
from rag.accounts.identity import Identity
from rag.accounts.roles import PERMISSIONS, Permission, Role
from rag.types import Caller, service_names

if TYPE_CHECKING:
    from starlette.requests import Request

COOKIE = "referent_session"
CSRF_HEADER, CSRF_FIELD = "x-csrf-token", "csrf"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Without accounts nobody has given any right: what concerns people and the journal stays closed.
OPEN = PERMISSIONS[Role.LEGAL] | {Permission.SYSTEM_STATE}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. `name` is what the journal keeps, `line` who waits in the same line.

    `door`: through which they came, as the journal names it.
    """

    caller: Caller
    permissions: frozenset[Permission]
    name: str
    line: str
    door: str = "api"
    operator: bool = False
    identity: Identity | None = None  # None: no account

    def may(self, needed: Needed | None) -> bool:
        """True when a route that asks `needed` is open to them; without a rule, to nobody."""
        if needed is None:
            return False
        if isinstance(needed, Permission):
            return needed in self.permissions
        return needed is Rule.PUBLIC or self.operator

    def as_of_services(self, services: Sequence[str]) -> Caller:
        """Who asks, reading no more than what these services read; [] keeps all that they have.

        Raises:
            Refused: a service that is not theirs.
        """
        if not services:
            return self.caller
        if self.caller.unrestricted:
            return Caller.of(services)
        wanted = service_names(services)
        if not wanted <= self.caller.services:
            raise Refused(
                FORBIDDEN,
                "Ce service n'est pas l'un des vôtres.",
                "This service is not one of yours.",
            )
        return Caller(self.caller.name, self.caller.role, wanted)


DOORS = (
    ("/v1/chat/", "openai"),
    ("/v1/", "api"),
    ("/mcp", "mcp"),
    ("/operator/", "command"),
    ("/", "page"),
)
NOBODY = Visitor(Caller(), frozenset(), "", "nobody")
_present: ContextVar[Visitor] = ContextVar("visitor")


def present() -> Visitor:
    """Who the request at hand comes from; LookupError where no rule was asked: nobody passes."""
    return _present.get()


def enter(visitor: Visitor, path: str = "") -> None:
    """From here on, within this request to `path`, `present` is this visitor."""
    door = next((name for start, name in DOORS if path.startswith(start)), visitor.door)
    _present.set(replace(visitor, door=door))


def operator() -> Visitor:
    """The owner of the data folder."""
    return Visitor(Caller.operator(), frozenset(Permission), "operator", "operator", operator=True)


def anyone(address: str) -> Visitor:
    """Somebody on this machine, while there are no accounts."""
    return Visitor(Caller(), OPEN, "anonymous", address)


def person(identity: Identity) -> Visitor:
    """Somebody with an account."""
    return Visitor(
        identity.caller,
        identity.permissions,
        identity.caller.name,
        identity.person_id,
        identity=identity,
    )


def key_of(request: Request) -> str:
    """The key that the request carries, "" without one."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def session_of(request: Request) -> str:
    """The session token that the request carries, "" without one."""
    return request.cookies.get(COOKIE, "")


async def check_origin(request: Request, visitor: Visitor) -> None:
    """Nothing, unless a session's cookie came with a form or script that is not of our pages.

    Raises:
        Refused: what changes something does not carry the session's token.
    """
    identity = visitor.identity
    if request.method in SAFE or identity is None or not identity.session_id:
        return
    given = request.headers.get(CSRF_HEADER, "")
    if not given and request.headers.get("content-type", "").startswith(FORMS):
        from api.form_limits import form_kept  # commands that answer alone have no use for it

        given = str((await form_kept(request)).get(CSRF_FIELD, ""))
    if not hmac.compare_digest(given.encode("utf-8", "replace"), identity.csrf.encode()):
        raise Refused(FORBIDDEN)


def check(visitor: Visitor, needed: Needed | None) -> None:
    """Nothing, when this visitor may.

    Raises:
        Refused: they may not; who is unknown is asked who they are.
    """
    if visitor.may(needed):
        return
    if visitor is NOBODY:
        raise Refused(UNKNOWN_CALLER)
    raise Refused(FORBIDDEN)
