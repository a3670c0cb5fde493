"""/mcp: the MCP server over HTTP ("streamable HTTP"), for who comes through a door.

Stateless: each request stands alone, so that nothing is kept for clients that never come back.
"""

from __future__ import annotations

from collections.abc import Collection

from fastapi import APIRouter, Request
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from api import mcp_server, rules, visitors
from api.doors import Door
from api.mcp_server import Desk
from api.mcp_tools import Call, Told, Tool
from rag.types import Caller

PATH = "/mcp"


def router(door: Door, hosts: Collection[str] | None, public_url: str = "") -> APIRouter:
    """The route, for who comes through `door` under one of these names (None: any), or from pages
    of `public_url`.

    POST only: with nothing kept there is no stream to open, and no session to end.
    """
    routes = APIRouter()
    service = door.service

    def caller(tool: Tool) -> Caller:
        visitors.check(visitors.present(), tool.permission)
        return door.caller()

    def line() -> str:
        return visitors.present().line

    def recorded(tool: Tool, call: Call) -> Told:
        if tool.name not in rules.KINDS.values():
            return tool.work(call)  # the service records it
        asked = str(getattr(call.asked, "reference", ""))
        return service.recorder.works(tool.name, asked, lambda: tool.work(call))

    desk = Desk(service, service.readers, service.writers, caller, line, recorded)
    server = mcp_server.made(desk)
    security = _security(hosts, public_url)
    max_body = service.parts.settings.serve_max_body_kib * 1024

    @routes.post(PATH, include_in_schema=False)
    async def mcp(request: Request) -> Response:
        manager = StreamableHTTPSessionManager(
            server, stateless=True, security_settings=security, max_request_body_size=max_body
        )
        return _Exchange(manager, await request.body())

    return routes


class _Exchange(Response):
    """One request, handed to the SDK with all that was found out about who sends it.

    Its body was read at the door, which looks for a form's token in it, and is given again.
    """

    def __init__(self, manager: StreamableHTTPSessionManager, body: bytes) -> None:
        super().__init__()
        self._manager = manager
        self._left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def again() -> Message:
            return self._left.pop() if self._left else await receive()

        async with self._manager.run():  # what it starts ends with the request
            await self._manager.handle_request(scope, again, send)


def _security(hosts: Collection[str] | None, public_url: str) -> TransportSecuritySettings:
    """A page from elsewhere must not reach the tools through a browser of this machine."""
    if hosts is None:
        return TransportSecuritySettings(enable_dns_rebinding_protection=False)
    names = [f"[{host}]" if ":" in host else host for host in hosts]
    places = [place for name in names for place in (name, f"{name}:*")]
    origins = [f"http://{place}" for place in places] + [public_url] * bool(public_url)
    return TransportSecuritySettings(allowed_hosts=places, allowed_origins=origins)
