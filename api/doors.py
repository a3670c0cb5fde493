"""A door of the server: who comes through it, what they may read, and how their work is done."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api import rules, visitors
from api.outside import on_this_machine
from api.serving import Service
from api.visitors import Visitor
from api.workers import Workers
from rag.types import Caller

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Door:
    """`operator`: the socket in the data folder, which only its owner can open."""

    service: Service
    operator: bool = False

    async def admit(self, request: Request) -> None:
        """Find out who comes, and let them pass if the route may be theirs. Before every route.

        Raises:
            Refused: it may not, or a form of a page comes from elsewhere.
        """
        path = request.scope["route"].path
        visitor = await self._visitor(request)
        visitors.check(visitor, rules.needed(request.method, path))
        await visitors.check_origin(request, visitor)
        visitors.enter(visitor, path)

    async def _visitor(self, request: Request) -> Visitor:
        if self.operator:
            return visitors.operator()
        key, session = visitors.key_of(request), visitors.session_of(request)
        address = request.client.host if request.client else ""
        local = on_this_machine(address, request.headers.get("host", ""))
        return await self.service.at_gate(partial(self._known, key, session, address, local))

    def _known(self, key: str, session: str, address: str, local: bool) -> Visitor:
        accounts = self.service.accounts
        identity = accounts.caller_of_key(key) if key else None
        if identity is None and session:
            identity = accounts.caller_of_session(session)
        if identity is not None:
            return visitors.person(identity)
        open_to_all = local and not accounts.anyone()
        return visitors.anyone(address) if open_to_all else visitors.NOBODY

    def caller(self, services: Sequence[str] = ()) -> Caller:
        """Who asks, reading no more than what these services read; []: all that they may.

        Raises:
            Refused: services are claimed that are not theirs.
        """
        return visitors.present().as_of_services(services)

    async def read(self, request: Request, work: Callable[[], Any]) -> Response:
        """The JSON of what `work` returns, made in a thread."""
        return await self._run(self.service.readers, request, work)

    async def write(self, request: Request, work: Callable[[], Any]) -> Response:
        """As `read`, in the line of those who want an answer written."""
        return await self._run(self.service.writers, request, work)

    async def _run(self, workers: Workers, request: Request, work: Callable[[], Any]) -> Response:
        def recorded() -> bytes:
            kind = rules.KINDS.get(request.scope["route"].path)
            if kind is None:
                return as_json(work())
            asked = str(request.path_params.get("reference", ""))
            return self.service.recorder.works(kind, asked, lambda: as_json(work()))

        content = await workers.run(self.name(request), recorded)
        return Response(content, media_type=JSON)

    def name(self, _request: Request) -> str:
        """Who waits in the same line."""
        return visitors.present().line


def as_json(shape: Any) -> bytes:
    """One JSON document."""
    return json.dumps(shape, ensure_ascii=False).encode("utf-8", "replace")
