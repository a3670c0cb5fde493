"""Behind a proxy: whose word is taken, and under which name the server answers."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from serving import serving
from small_folder import filled

from api.outside import on_this_machine, outside_of
from rag.errors import SettingsError
from rag.settings import Settings

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "essai", "version": "1"},
    },
}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),  # the first is invented
        ("127.0.0.1", ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),  # on two lines
        ("127.0.0.1", ["1.1.1.1, 203.0.113.9, 10.1.2.3"], "203.0.113.9"),  # two proxies of ours
        ("127.0.0.1", ["127.0.0.1, 10.1.2.3"], "127.0.0.1"),  # all ours
        ("127.0.0.1", ["x, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9, x"], "127.0.0.1"),  # not an address
        ("127.0.0.1", ["203.0.113.9:4711"], "127.0.0.1"),
        ("127.0.0.1", ["2001:db8::7"], "2001:db8::7"),
        ("127.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("::ffff:127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"),  # not ours: not believed
        ("", ["203.0.113.9"], ""),  # a socket in the data folder
    ],
)
def test_who_is_behind_the_proxies(peer: str, forwarded: list[str], client: str) -> None:
    outside = outside_of(Settings(serve_trusted_proxies="127.0.0.1, 10.0.0.0/8"))
    assert outside.client(peer, forwarded) == client


def test_nobody_is_trusted_unless_said() -> None:
    outside = outside_of(Settings())
    assert outside.client("127.0.0.1", ["203.0.113.9"]) == "127.0.0.1"
    assert outside.hosts == frozenset()


@pytest.mark.parametrize("proxies", ["nginx", "127.0.0.1/33", "10.0.0.1/8", "127.0.0.1;::1"])
def test_a_proxy_that_is_no_address(proxies: str) -> None:
    with pytest.raises(SettingsError) as refused:
        outside_of(Settings(serve_trusted_proxies=proxies))
    assert "REFERENT_SERVE_TRUSTED_PROXIES" in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["referent.example", "ftp://h", "https://h/path", "https://u@h", "https://h?x", "https://"],
)
def test_a_public_address_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="serve_public_url"):
        Settings(serve_public_url=url)


def test_on_this_machine() -> None:
    assert on_this_machine("127.0.0.1", "localhost:8000")
    assert on_this_machine("::1", "[::1]:8000")
    assert not on_this_machine("127.0.0.1", "referent.example")  # through a proxy
    assert not on_this_machine("203.0.113.9", "localhost")
    assert not on_this_machine("", "localhost")


@pytest.mark.slow
def test_the_public_name(tmp_path: Path) -> None:
    chosen = {"serve_public_url": "https://referent.example", "serve_trusted_proxies": "127.0.0.1"}
    with serving(filled(tmp_path), **chosen) as served:
        client = served.everyone
        # Nobody has an account: what is open on this machine is not open to the network.
        assert client.get("/v1/texts").status_code == 200
        for headers in (
            {"Host": "referent.example"},
            {"Host": "referent.example:443", "X-Forwarded-For": "127.0.0.1"},
            {"X-Forwarded-For": "203.0.113.9"},
        ):
            assert client.get("/v1/texts", headers=headers).status_code == 401
        assert client.get("/health/live", headers={"Host": "referent.example"}).status_code == 200
        assert client.get("/health/live", headers={"Host": "evil.example"}).status_code == 421
        assert _mcp(client, Origin="http://localhost:1").status_code == 200
        assert _mcp(client, Origin="https://referent.example").status_code == 200
        assert _mcp(client, Origin="https://evil.example").status_code == 403
        assert _mcp(client, Origin="http://referent.example").status_code == 200


def _mcp(client: httpx.Client, **headers: str) -> httpx.Response:
    accepted = {"Accept": "application/json, text/event-stream", **headers}
    return client.post("/mcp", json=INITIALIZE, headers=accepted)
