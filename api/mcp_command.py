"""`referent mcp`: the MCP server over standard input and output, for a client that starts it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands import Services
from api.folder import Data, clean, existing

if TYPE_CHECKING:
    from rag.bootstrap import Parts
    from rag.types import Caller

Config = Annotated[
    bool, typer.Option("--json", help="Imprimer la configuration à donner au client, et finir.")
]


def mcp(service: Services = None, data: Data = None, json: Config = False) -> None:
    """Servir les outils search, ask, article et verify à un client MCP (entrée et sortie)."""
    from rag.types import Caller

    services = [clean(name) for name in service or ()]
    with existing(data) as parts:
        if json:
            _print_config(parts.data, services)
        else:
            _serve(parts, Caller.of(services) if services else Caller.operator())


def _serve(parts: Parts, caller: Caller) -> None:
    import asyncio

    from mcp.server.stdio import stdio_server

    from api import mcp_server
    from api.mcp_folder import Folder
    from api.serving import answer_seconds
    from api.workers import Workers

    chosen = parts.settings
    readers = Workers(chosen.serve_searches, chosen.serve_waiting, chosen.serve_timeout)
    writers = Workers(chosen.serve_answers, chosen.serve_waiting, answer_seconds(chosen))
    desk = mcp_server.Desk(Folder(parts), readers, writers, lambda _tool: caller, lambda: "stdio")
    server = mcp_server.made(desk)

    async def serve() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    try:
        asyncio.run(serve())
    finally:
        readers.close()
        writers.close()


def _print_config(folder: Path, services: list[str]) -> None:
    """What most MCP clients take, in their file of servers."""
    from api import terminal

    named = [part for name in services for part in ("--service", name)]
    program = str(Path(sys.argv[0]).absolute())
    server: dict[str, Any] = {
        "command": program,
        "args": ["mcp", "--data", str(folder.absolute()), *named],
    }
    terminal.print_json({"mcpServers": {"referent": server}})
