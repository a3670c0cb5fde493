"""A door of the server: who comes through it, what they may read, and how their work is done."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.problems import FORBIDDEN, Refused
from api.serving import Service
from api.workers import Workers
from rag.types import Caller

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Door:
    """`operator`: the socket in the data folder, which only its owner can open.

    There are no accounts yet, so who comes over TCP is nobody in particular and reads only what
    everyone may read; the operator reads everything, or answers as to persons of some services.
    """

    service: Service
    operator: bool = False

    def caller(self, services: Sequence[str] = ()) -> Caller:
        """Who asks.

        Raises:
            Refused: services are claimed where nobody has any.
        """
        if self.operator:
            return Caller.of(services) if services else Caller.operator()
        if services:
            raise Refused(
                FORBIDDEN,
                "Il n'y a pas encore de comptes : par le réseau, seuls les textes ouverts à tous "
                "sont lus.",
                "There are no accounts yet: over the network only texts open to everyone are read.",
            )
        return Caller()

    async def read(self, request: Request, work: Callable[[], Any]) -> Response:
        """The JSON of what `work` returns, made in a thread."""
        return await self._run(self.service.readers, request, work)

    async def write(self, request: Request, work: Callable[[], Any]) -> Response:
        """As `read`, in the line of those who want an answer written."""
        return await self._run(self.service.writers, request, work)

    async def _run(self, workers: Workers, request: Request, work: Callable[[], Any]) -> Response:
        content = await workers.run(self.name(request), lambda: as_json(work()))
        return Response(content, media_type=JSON)

    def name(self, request: Request) -> str:
        """Who waits in the same line."""
        return "operator" if self.operator or not request.client else request.client.host


def as_json(shape: Any) -> bytes:
    """One JSON document."""
    return json.dumps(shape, ensure_ascii=False).encode("utf-8", "replace")
