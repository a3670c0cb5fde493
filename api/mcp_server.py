"""The tools as an MCP server, by the official SDK. Imported only where one is served.

Nothing is kept between two requests. What goes wrong in a tool is told in its result, in French,
as to any caller of the API: nothing of the server's inside.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mcp import MCPError
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as Described
from pydantic import ValidationError

from api import chat_text, problems
from api.mcp_tools import INSTRUCTIONS, TOOLS, Call, Library, Told, Tool
from api.workers import Workers
from rag.answering.stopping import Stop
from rag.errors import NotFound, ReferentError, UsageError
from rag.types import Caller

NAME, VERSION = "referent", "1"
WHY = {"missing": "manque", "extra_forbidden": "n'existe pas"}  # of an argument, by pydantic's code
log = logging.getLogger("referent")


def at_once(tool: Tool, call: Call) -> Told:
    """Does the work; nothing is recorded."""
    return tool.work(call)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the work of the tools is done, and for whom.

    `caller`: who asks; it raises Refused when this tool is not for them. `line`: who waits in the
    same line. `recorded`: does the work, and has it in the journal where there is one.
    """

    library: Library
    readers: Workers
    writers: Workers
    caller: Callable[[Tool], Caller]
    line: Callable[[], str]
    recorded: Callable[[Tool, Call], Told] = at_once

    async def use(self, tool: Tool, arguments: Mapping[str, Any]) -> Told:
        """What the tool gives. Cancelled: the model stops writing.

        Raises:
            ValidationError: wrong arguments.
            Refused, ReferentError: as any route of the API.
        """
        caller, asked, stop = self.caller(tool), tool.takes.model_validate(arguments), Stop()
        call = Call(self.library, caller, asked, stop)
        workers = self.writers if tool.writes else self.readers
        try:
            return await workers.run(self.line(), lambda: self.recorded(tool, call))
        finally:
            stop.set()


def made(desk: Desk) -> Server[Any]:
    """The server, whose tools work at `desk`."""
    described = {tool.name: _described(tool) for tool in TOOLS.values()}

    async def listed(
        _context: ServerRequestContext[Any], _params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=list(described.values()))

    async def called(
        _context: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"Outil inconnu ; outils : {', '.join(TOOLS)}.")
        return await _result(desk, tool, params.arguments or {})

    server: Server[Any] = Server(
        NAME,
        version=VERSION,
        title="Référent",
        instructions=INSTRUCTIONS,
        # without it the SDK lists all tools again for each call
        get_tool_input_schema=lambda name: described[name].input_schema if name in TOOLS else None,
        on_list_tools=listed,
        on_call_tool=called,
    )
    server.middleware.clear()  # all that stands there traces requests for OpenTelemetry
    return server


def _described(tool: Tool) -> Described:
    return Described(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes.model_json_schema(),
        output_schema=tool.gives.model_json_schema(mode="serialization"),
        annotations=ToolAnnotations(
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


async def _result(desk: Desk, tool: Tool, arguments: Mapping[str, Any]) -> CallToolResult:
    try:
        told = await desk.use(tool, arguments)
    except ValidationError as error:
        return _failed(_wrong(error))
    except problems.Refused as error:
        return _failed(_said(problems.refusal(error, problems.FRENCH).body))
    except ReferentError as error:
        if not isinstance(error, NotFound | UsageError):
            log.error("%s", error)
        return _failed(_said(problems.of_error(error, problems.FRENCH).body))
    words = TextContent(type="text", text=told.words)
    return CallToolResult(content=[words], structured_content=told.shape)


def _failed(why: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=why)], is_error=True)


def _said(problem: bytes | memoryview) -> str:
    words = chat_text.why(json.loads(bytes(problem)))
    return f"{words[:1].upper()}{words[1:]}"


def _wrong(error: ValidationError) -> str:
    named = [
        f"« {'.'.join(map(str, each['loc']))} » {WHY.get(each['type'], 'a une valeur refusée')}"
        for each in error.errors()[: problems.SHOWN]
    ]
    return f"Arguments refusés : {' ; '.join(named)}."
