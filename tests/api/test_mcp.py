"""The official MCP client, unmodified: over HTTP in both eras of the protocol, and over stdio."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import httpx
import pytest
from mcp import Client, ClientSession, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult
from running import WORDS_ONLY, command, referent
from serving import Served, serving
from small_folder import filled, lasting
from test_offline_commands import REFUSING

from api import visitors
from api.mcp_tools import TOOLS
from api.recording import Recorder
from api.serving import Service
from rag.answering.stopping import Stop
from rag.errors import CatalogueError

T = TypeVar("T")
QUESTION = "Quel est le délai du recours gracieux ?"
DRAFT = "Vu l'article 2 du Règlement général et l'article 9 du Règlement général."
OLD = "2025-06-01"
USES: list[tuple[str, dict[str, Any]]] = [
    ("search", {"question": QUESTION}),
    ("search", {"question": QUESTION, "as_of": OLD, "limit": 1}),
    ("search", {"question": "mérou"}),
    ("ask", {"question": QUESTION, "model": "extractive"}),
    ("ask", {"question": QUESTION, "as_of": OLD}),
    ("ask", {"question": "mérou"}),
    ("article", {"reference": "article 2 règlement général"}),
    ("article", {"reference": "article 2 règlement général", "as_of": "2024-01-01"}),
    ("article", {"reference": "article 2 règlement général", "history": True}),
    ("verify", {"text": DRAFT}),
    ("verify", {"text": "Bonjour."}),
]
INITIALIZE: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "essai", "version": "0"},
    },
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


def with_client(
    server: str | StdioServerParameters, do: Callable[[Client], Awaitable[T]], mode: str = "auto"
) -> T:
    """What `do` gives with a client of that server."""

    async def run() -> T:
        async with Client(server, mode=mode) as client:
            return await do(client)

    return asyncio.run(run())


def use(
    server: str | StdioServerParameters, name: str, arguments: dict[str, Any], mode: str = "auto"
) -> CallToolResult:
    return with_client(server, lambda client: client.call_tool(name, arguments), mode)


def words(result: CallToolResult) -> str:
    (content,) = result.content
    assert content.type == "text"
    return content.text


def address(served: Served) -> str:
    return f"{served.everyone.base_url}/mcp"


def by_http(client: httpx.Client, name: str, arguments: dict[str, Any]) -> Any:
    """The JSON of the route of the same name."""
    if name == "article":
        asked = {**arguments}
        response = client.get(f"/v1/articles/{asked.pop('reference')}", params=asked)
    else:
        response = client.post(f"/v1/{name}", json=arguments)
    assert response.status_code == 200, response.text
    return response.json()


def same(name: str, shape: Any) -> Any:
    return lasting(shape) if name == "ask" else shape


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_each_tool_gives_the_json_of_its_route(served: Served, mode: str) -> None:
    async def all_of_them(client: Client) -> list[CallToolResult]:
        return [await client.call_tool(*each) for each in USES]

    for (name, arguments), result in zip(
        USES, with_client(address(served), all_of_them, mode), strict=True
    ):
        assert not result.is_error, words(result)
        expected = by_http(served.everyone, name, arguments)
        assert same(name, result.structured_content) == same(name, expected)


def test_a_session_of_its_own_works_as_well(served: Served) -> None:
    async def run() -> CallToolResult:
        async with (
            streamable_http_client(address(served)) as (read, write),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await session.call_tool("search", {"question": QUESTION})

    assert asyncio.run(run()).structured_content == by_http(
        served.everyone, "search", {"question": QUESTION}
    )


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("search", USES[0][1], "1. Article 2 (Recours) — Règlement général\nEn vigueur depuis le"),
        ("search", {"question": "mérou"}, "Aucun passage trouvé."),
        ("ask", USES[3][1], "\n\n---\n\n[1] Article 2 — Règlement général : « Le recours"),
        ("article", USES[6][1], "En vigueur depuis le 2026-01-01\nLe recours gracieux est formé"),
        ("article", USES[7][1], "Aucune version en vigueur au 2024-01-01."),
        ("article", USES[8][1], "En vigueur du 2025-01-01 au 2026-01-01 exclu\nLe recours"),
        ("verify", {"text": DRAFT}, "« article 9 du Règlement général » — article inconnu : "),
        ("verify", {"text": "Bonjour."}, "Aucune référence trouvée."),
    ],
)
def test_each_tool_gives_words_to_read(
    served: Served, name: str, arguments: dict[str, Any], expected: str
) -> None:
    assert expected in words(use(address(served), name, arguments))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_tools_are_described_in_french_and_by_nothing_of_the_texts(
    served: Served, mode: str
) -> None:
    async def described(client: Client) -> list[Any]:
        return (await client.list_tools()).tools

    tools = with_client(address(served), described, mode)
    assert [tool.name for tool in tools] == ["search", "ask", "article", "verify"]
    for tool in tools:
        constant = TOOLS[tool.name]
        assert (tool.title, tool.description) == (constant.title, constant.description)
        assert tool.input_schema == constant.takes.model_json_schema()
        assert tool.annotations.read_only_hint and not tool.annotations.open_world_hint
        for field in tool.input_schema["properties"].values():
            assert field["description"].endswith(".")


# Rights and errors


def test_only_what_everyone_may_read(served: Served) -> None:
    for name in ("search", "ask"):
        result = use(address(served), name, {"question": "zibeline taxée"})
        assert "Note interne" not in result.model_dump_json()
    assert use(address(served), "article", {"reference": "article 2 note interne"}).is_error


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        (
            "article",
            {"reference": "article 99 règlement général"},
            "Aucun article ne répond à cette référence.",
        ),
        ("ask", {"question": QUESTION, "model": "gpt"}, "Modèle inconnu : gpt"),
        ("search", {"question": "  "}, "Arguments refusés : « question » a une valeur refusée."),
        ("search", {}, "« question » manque"),
        ("search", {"question": "x", "services": ["rh"]}, "« services » n'existe pas"),
        ("search", {"question": "x", "limit": 0}, "« limit » a une valeur refusée"),
        ("verify", {"text": "x", "as_of": "hier"}, "« as_of » a une valeur refusée"),
    ],
)
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_errors_are_told_in_french(
    served: Served, name: str, arguments: dict[str, Any], expected: str, mode: str
) -> None:
    result = use(address(served), name, arguments, mode)
    assert result.is_error and result.structured_content is None
    assert expected in words(result)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_nothing_of_the_inside_is_told(served: Served, mode: str) -> None:
    failure = CatalogueError("disque plein", where="/secret/catalogue.sqlite3")
    with mock.patch.object(Service, "search", side_effect=failure):
        result = use(address(served), "search", {"question": "x"}, mode)
    assert result.is_error
    assert words(result) == "Les textes ne peuvent pas être lus en ce moment."


def test_what_is_no_question_is_recorded_too(served: Served) -> None:
    """Questions are, by the service, whoever asks."""
    seen: list[tuple[str, str, str]] = []

    def works(_recorder: Recorder, kind: str, asked: str, work: Callable[[], T]) -> T:
        seen.append((visitors.present().door, kind, asked))
        return work()

    async def all_of_them(client: Client) -> None:
        for each in USES:
            await client.call_tool(*each)

    with mock.patch.object(Recorder, "works", works):
        with_client(address(served), all_of_them)
    expected = [(name, asked.get("reference", "")) for name, asked in USES]
    assert seen == [("mcp", *each) for each in expected if each[0] in ("article", "verify")]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_nothing_is_traced(served: Served, mode: str) -> None:
    """The SDK would tell OpenTelemetry of each request, for whatever exporter is set up."""
    with mock.patch("mcp.server._otel.otel_span") as span:
        assert not use(address(served), *USES[0], mode).is_error
    span.assert_not_called()


def test_an_unknown_tool_is_an_error_of_the_protocol(served: Served) -> None:
    async def refused(client: Client) -> None:
        with pytest.raises(MCPError, match="Outil inconnu"):
            await client.call_tool("rm", {})

    with_client(address(served), refused)


# HTTP


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Origin": "https://mechant.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "mechant.example"}, 421),
    ],
)
@pytest.mark.parametrize("version", [None, "2026-07-28"])
def test_pages_from_elsewhere_are_refused(
    served: Served, headers: dict[str, str], status: int, version: str | None
) -> None:
    era = {"MCP-Protocol-Version": version} if version else {}
    response = served.everyone.post("/mcp", json=INITIALIZE, headers={**ACCEPT, **era, **headers})
    expected = {200: 200 if version is None else 400}.get(status, status)  # no handshake there
    assert response.status_code == expected, response.text
    assert "mcp-session-id" not in response.headers


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_nothing_but_requests(served: Served, method: str) -> None:
    """No stream that stays open, no session to end."""
    response = served.everyone.request(method, "/mcp", headers=ACCEPT)
    assert (response.status_code, response.json()["type"]) == (405, "urn:referent:method")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b"\xff", b'{"jsonrpc": "2.0"}'])
def test_what_is_no_request_is_refused(served: Served, body: bytes) -> None:
    headers = {**ACCEPT, "Content-Type": "application/json"}
    response = served.everyone.post("/mcp", content=body, headers=headers)
    assert response.status_code == 400


def test_a_body_that_is_too_large_is_refused(served: Served) -> None:
    response = served.everyone.post("/mcp", content=b" " * (2048 * 1024 + 1), headers=ACCEPT)
    assert (response.status_code, response.json()["type"]) == (413, "urn:referent:too-large")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_that_goes_away_stops_the_writing(served: Served, mode: str) -> None:
    asked, stopped = threading.Event(), threading.Event()

    def endless(_service: Service, _asked: object, stop: Stop) -> None:
        asked.set()
        with stop.waking(stopped.set):
            assert stopped.wait(20)

    async def leave(client: Client) -> None:
        calling = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
        assert await asyncio.to_thread(asked.wait, 20)
        calling.cancel()
        await asyncio.wait([calling])

    with mock.patch.object(Service, "ask", endless):
        with_client(address(served), leave, mode)
        assert stopped.wait(5)
    assert not use(address(served), "ask", {"question": QUESTION}).is_error


# stdio


def started(data: Path, *arguments: object, **settings: str) -> StdioServerParameters:
    """`referent mcp` in a process that the client starts."""
    program, *rest = command("mcp", "--data", data, *arguments)
    return StdioServerParameters(command=program, args=rest, env={**WORDS_ONLY, **settings})


@pytest.mark.slow
def test_a_client_may_start_it(tmp_path: Path) -> None:
    """The same JSON alone, while a server holds the index, and once that server is gone."""
    data = filled(tmp_path)

    async def all_of_them(client: Client) -> list[Any]:
        given = [(name, await client.call_tool(name, asked)) for name, asked in USES]
        return [same(name, result.structured_content) for name, result in given]

    async def session(client: Client) -> tuple[list[Any], list[Any], list[Any]]:
        alone = await all_of_them(client)
        with serving(data):  # no « déjà ouvert »: the index is not held in between
            through = await all_of_them(client)
        return alone, through, await all_of_them(client)

    alone, through, after = with_client(started(data), session)
    assert alone == through == after
    assert "trois mois" in alone[3]["answer"]


@pytest.mark.slow
def test_the_folder_s_owner_reads_everything_and_may_give_less_away(tmp_path: Path) -> None:
    data = filled(tmp_path)
    asked = ("article", {"reference": "article 2 note interne"})
    for more, error in (((), False), (("--service", "rh"), False), (("--service", "x"), True)):
        assert use(started(data, *more), *asked).is_error is error


@pytest.mark.slow
def test_its_configuration_is_what_a_client_takes(tmp_path: Path) -> None:
    data = filled(tmp_path)
    program = Path(sys.executable).with_name("referent")
    line = [program, "mcp", "--data", data, "--service", "rh", "--json"]
    ran = subprocess.run(line, capture_output=True, text=True, check=True, env={**os.environ})
    server = json.loads(ran.stdout)["mcpServers"]["referent"]
    result = use(StdioServerParameters(**server, env=WORDS_ONLY), *USES[0])
    assert "trois mois" in words(result)


@pytest.mark.slow
def test_it_connects_to_nobody(tmp_path: Path) -> None:
    data = filled(tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(REFUSING, "utf-8")
    trap = {"PYTHONPATH": str(tmp_path / "site"), "ATTEMPTS": str(tmp_path / "attempts")}

    async def all_of_them(client: Client) -> list[bool]:
        return [(await client.call_tool(*each)).is_error for each in USES]

    assert not any(with_client(started(data, **trap), all_of_them))
    assert not (tmp_path / "attempts").exists()


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    ran = referent("mcp", "--data", tmp_path / "rien")
    assert (ran.status, ran.out) == (1, "") and "aucun texte" in ran.err
