"""Attacks over HTTP, each a test; and where the tests of the others are.

| Attack | Tests |
| --- | --- |
| XSS: texts, questions, models, file names | web/test_web_pages (hostile words), web/test_web_model, web/test_desk_updates (titles and names), web/test_attacks_pages (every page that can be reached), test_pages (pages to send), test_verify, eval/test_report |
| XSS: names of people, services, keys; forms | web/test_web_accounts (names are only words), web/test_attacks_pages |
| scripts, styles and pictures within pages, from elsewhere | web/test_web_words, web/test_web_pages (nothing foreign), web/test_attacks_pages |
| Markdown images and links | web/test_web_pages, web/test_web_model, web/test_attacks_pages; in chats: here |
| CSRF | web/test_web_accounts (every form), web/test_web_forms, web/test_desk_updates, test_rules |
| session fixation, theft, planted logins | web/test_web_accounts, web/test_web_vouched, rag/accounts/test_login, test_oidc |
| path traversal | web/test_desk_updates, test_service_uploads, web/test_web_pages (static files), rag/backup/test_saving, rag/accounts/test_one_time_links |
| decompression bombs, entities, aliases, depth | test_service_uploads, ingest/sources/test_guards, test_attacks_documents; aliases: ingest/sources/test_markdown |
| SSRF: uploads | test_attacks_documents; without any network: test_offline_commands |
| SSRF: settings | model: rag/answering/test_model_contract; provider: test_oidc; index: test_attacks_documents; proxies: rag/index/test_index_server |
| headers, cookies, redirects, logs | here; web/test_web_forms and web/test_web_accounts (led elsewhere) |
| controls and turned directions on a terminal | test_terminal; here |
| brute force, timing of accounts | rag/accounts/test_throttle, rag/accounts/test_login, web/test_web_accounts; keys and links: here |
| CSV formulas | web/test_web_forms, web/test_desk_journal, rag/journal/test_journal_export |
| oversized | test_attacks_oversized; test_service_limits, test_service_uploads, rag/accounts/*, web/test_web_people |
| smuggling, methods, upgrades, host names, slow clients | here; test_service_limits, test_service_routes, test_outside |
| caching, sniffing, framing | here; web/test_web_pages |
"""  # noqa: E501 (a table)

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fake_ollama
import httpx
import pytest
from markdown_it import MarkdownIt
from model_doors import citing
from serving import Served, serving
from small_folder import filled
from test_rules import PASSWORD, bearer

from api import chat_text, patience, terminal
from api.serving import Service
from rag.accounts.administration import Administration
from rag.accounts.authority import Accounts
from rag.accounts.roles import Permission, Role
from rag.bootstrap import open_parts
from rag.errors import ReferentError
from rag.settings import NO_MODEL, Settings

QUESTION = {"question": "Quel est le délai du recours gracieux ?"}
GOOD = "Le recours gracieux est formé dans un délai de trois mois [{n}]."
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, str]]]:
    """A server with an account, and its keys by name: one in force, one revoked."""
    data = filled(tmp_path_factory.mktemp("guarded"))
    chosen = Settings(data=data, embedding_model=NO_MODEL)
    with open_parts(chosen) as parts:
        accounts = Accounts(parts.registry, chosen)
        desk = Administration(accounts.store)
        _, link = desk.add("juriste", "", Role.LEGAL, ["rh"])
        accounts.accept(link, PASSWORD)
        keys = {}
        for name in ("good", "revoked"):
            keys[name], known = desk.create_key("juriste", name, [Permission.READ], 30)
        desk.revoke_key(known.key_id)
    with serving(data) as served:
        yield served, keys


# Headers


ANSWERS = [
    ("GET", "/v1/texts", 200), ("GET", "/health/live", 200), ("GET", "/openapi.json", 200),
    ("GET", "/metrics", 200), ("GET", "/nowhere", 404), ("PUT", "/v1/texts", 405),
    ("POST", "/v1/search", 422), ("POST", "/mcp", 400), ("GET", "/static/x", 404),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_no_answer_is_kept_sniffed_or_framed(
    served: Served, method: str, path: str, status: int
) -> None:
    answer = served.everyone.request(method, path)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_stream_and_an_error_of_ours_too(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"Accept": "text/event-stream"}
    answers = [served.everyone.post("/v1/ask", json=QUESTION, headers=headers)]
    monkeypatch.setattr(Service, "search", None)
    answers.append(served.everyone.post("/v1/search", json=QUESTION))
    assert [answer.status_code for answer in answers] == [200, 500]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_is_ours_alone_to_keep_is_kept(served: Served) -> None:
    page = served.everyone.get("/").text
    (address,) = set(re.findall(r"/static/base\.css\?v=\w+", page))
    assert "immutable" in served.everyone.get(address).headers["cache-control"]


@pytest.mark.parametrize("path", ["/texts?q=", "/", "/connexion?next=", "//evil.example/texts/"])
def test_no_line_of_a_header_is_made_up(guarded: tuple[Served, dict[str, str]], path: str) -> None:
    asked = f"{path}%0d%0aSet-Cookie:%20planted=1%0d%0aLocation:%20https://evil.example/"
    answer = guarded[0].everyone.get(asked, headers={"Accept": "text/html"})
    assert "planted" not in answer.cookies
    led = answer.headers.get("location", "/")
    assert led.startswith("/") and not led.startswith("//") and len(led.splitlines()) == 1


HOSTS = [
    "localhost:80@evil.example", "localhost:evil", "localhost evil", "localhost/evil",
    "[::1]evil", "[::1]@evil", "localhost,evil", "localhost#", "evil@localhost",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_with_more_than_a_name_and_a_port(served: Served, host: str) -> None:
    assert served.everyone.get("/texts", headers={"Host": host}).status_code == 421


# The protocol


@contextmanager
def raw(served: Served) -> Iterator[socket.socket]:
    """A connection to write on as one likes."""
    port = served.everyone.base_url.port
    assert port
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        yield connection


def told(served: Served, sent: bytes) -> bytes:
    """All that comes back until the server hangs up."""
    with raw(served) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


POST = b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SMUGGLING = {
    "both lengths": POST + CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
    "both, the other way": POST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 48\r\n\r\n",
    "a list of lengths": POST + b"Content-Length: 0, 48\r\n\r\n",
    "a signed length": POST + b"Content-Length: +0\r\n\r\n",
    "an unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two codings": POST + CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a chunk of no size": POST + CHUNKED + b"\r\n0x2\r\nab\r\n0\r\n\r\n",
    "a bare return": POST + b"X: a\rContent-Length: 48\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
}


@pytest.mark.parametrize("case", SMUGGLING)
def test_no_request_hides_in_another(served: Served, case: str) -> None:
    answers = told(served, SMUGGLING[case] + SMUGGLED)
    assert re.findall(rb"^HTTP/1\.1 (\d+)", answers, re.MULTILINE)[0] in (b"400", b"422")
    assert answers.count(b"HTTP/1.1 ") == 1 and b"smuggled" not in answers


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND", "X"])
def test_other_methods(served: Served, method: str) -> None:
    answer = served.everyone.request(method, "/texts", headers={"X-Echo": "confidentiel"})
    assert answer.status_code == 405 and "confidentiel" not in answer.text


@pytest.mark.parametrize("protocol", ["websocket", "h2c"])
def test_a_connection_is_never_made_another(served: Served, protocol: str) -> None:
    answer = told(
        served,
        f"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\n"
        f"Upgrade: {protocol}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode(),
    )
    assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "before", [b"", b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"], ids=["first", "next"]
)
def test_who_does_not_say_what_they_want_is_left(
    served: Served, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    """A byte now and then does not buy more time."""
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.4)
    with raw(served) as connection:
        if before:
            connection.sendall(before)
            assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        begun = time.monotonic()
        with pytest.raises(OSError):
            for byte in b"GET /health/live HTTP/1.1\r\nX-Slow: " + b"a" * 1000:
                connection.sendall(bytes([byte]))
                time.sleep(0.02)
        assert 0.2 < time.monotonic() - begun < 3


def test_who_only_listens_is_left(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.2)
    with raw(served) as connection:
        assert connection.recv(1) == b""


def test_a_long_answer_is_not_hurried(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.1)
    real = Service.state

    def slow(service: Service) -> dict[str, Any]:
        time.sleep(0.4)
        return real(service)

    monkeypatch.setattr(Service, "state", slow)
    with httpx.Client(base_url=served.everyone.base_url, trust_env=False) as client:
        assert client.get("/health/ready").status_code == 200
        time.sleep(0.3)  # between two requests, as long as a connection is kept
        assert client.get("/health/live").status_code == 200


# Brute force


def test_every_wrong_key_is_wrong_in_the_same_way(guarded: tuple[Served, dict[str, str]]) -> None:
    served, keys = guarded
    wrong = ["x", "ref_", "ref_" + "a" * 43, keys["revoked"], keys["good"][:-1], "a" * 9999]
    told = set()
    for key in wrong * 20:
        headers = bearer(key)
        answer = served.everyone.get("/v1/texts", headers=headers)
        told.add((answer.status_code, answer.text))
    assert {status for status, _ in told} == {401} and len(told) == 1
    good = served.everyone.get("/v1/texts", headers=bearer(keys["good"]))
    assert good.status_code == 200  # nobody is locked out by the guesses of others


def test_every_wrong_link_is_wrong_in_the_same_way(
    guarded: tuple[Served, dict[str, str]],
) -> None:
    told = set()
    for token in ("x", "a" * 43, "%00", "a" * 5000, "\u202e", "<script>"):
        answer = guarded[0].everyone.get(f"/bienvenue/{token}", headers={"Accept": "text/html"})
        shown = re.sub(r'value="[^"]*"', "", answer.text)
        told.add((answer.status_code, shown))
    assert {status for status, _ in told} == {410} and len(told) == 1


# Logs and terminals


LINES = "petit\nERROR faux\r\x1b[31m\u2028\x85fin"


def test_an_error_is_one_line() -> None:
    said = str(ReferentError(LINES, where=LINES, remedy=LINES))
    assert len(said.splitlines()) == 1 and "\x1b" not in said
    assert said.count("ERROR faux") == 3


@pytest.mark.slow
def test_a_name_of_a_model_writes_no_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        fake_ollama.serving(m=citing(GOOD)) as fake,
        serving(filled(tmp_path), model_url=fake.url, model="m") as served,
    ):
        chat = {"messages": [{"role": "user", "content": QUESTION["question"]}]}
        for path, asked in (("/v1/ask", QUESTION), ("/v1/chat/completions", chat)):
            answer = served.everyone.post(path, json={**asked, "model": LINES})
            assert answer.status_code in (404, 422), answer.text
    for record in caplog.records:
        if record.levelno >= logging.WARNING:
            assert len(record.getMessage().splitlines()) == 1, record.getMessage()


@pytest.mark.parametrize("turned", ["\u202e", "\u2066", "\u200f", "\x1b[2J", "\x9b2J", "\x07"])
def test_a_terminal_shows_words_as_they_stand(turned: str) -> None:
    assert terminal.safe(f"article {turned}2.L") == f"article \ufffd{turned[1:]}2.L"


# Markdown, which front ends of chats show


EVIL = "![x](https://evil.example/?q) [y](javascript:alert(1)) <img src=//evil.example> <script>"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over a text with images and tags."""
    from ingest.pipeline import Ingest, IngestOptions

    folder = tmp_path_factory.mktemp("markdown")
    (folder / "note.txt").write_text(f"Note\n\nArticle 1\n\nLe coquelicot : {EVIL} [1]: //evil\n")
    with open_parts(Settings(data=folder / "data", embedding_model=NO_MODEL)) as parts:
        assert not Ingest(parts, IngestOptions()).run([folder / "note.txt"]).failures
    with serving(folder / "data") as running:
        yield running


@pytest.mark.parametrize("stream", [False, True])
def test_a_chat_fetches_nothing(hostile: Served, stream: bool) -> None:
    messages = [{"role": "user", "content": f"Le coquelicot ? {EVIL}"}]
    answer = hostile.everyone.post(
        "/v1/chat/completions", json={"messages": messages, "stream": stream}
    )
    shown = streamed(answer) if stream else answer.json()["choices"][0]["message"]["content"]
    assert "evil.example" in shown and "coquelicot" in shown
    rendered = MarkdownIt("commonmark").render(shown)
    assert not re.search("<(img|a|script)", rendered) and "&lt;script&gt;" in rendered
    assert EVIL in chat_text.own_words(shown)  # as it was written, in what comes back
    if not stream:  # and in the shape for programs
        assert any(EVIL in citation["quote"] for citation in answer.json()["citations"])


def streamed(answer: httpx.Response) -> str:
    """What a front end puts together."""
    import json

    lines = [line[6:] for line in answer.text.splitlines() if line.startswith("data: {")]
    chunks: list[Any] = [json.loads(line) for line in lines]
    return "".join(
        choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"]
    )
