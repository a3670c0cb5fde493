"""The nginx configuration that we ship, in a real nginx: streaming, who asks, sizes, the name."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from nginx import NAME, behind_nginx, program
from serving import serving
from small_folder import filled

from rag.accounts.authority import Accounts
from rag.bootstrap import open_parts
from rag.settings import NO_MODEL, Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(program() is None, reason="no nginx here: `make nginx` unpacks one"),
]
STREAMED = ["/ask/stream", "/v1/ask", "/v1/chat/completions"]
LEFT = "?left"  # streamed until the client leaves
SNI = {"sni_hostname": NAME}
PATIENCE = 5.0  # seconds
PASSWORD = "cheval agrafe pile juste"


@dataclass
class Upstream:
    """What stands behind nginx: repeats what it heard; streams, and goes on when told to."""

    go_on: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)
    server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *about: object) -> None:
                """Says nothing."""

            def do_GET(self) -> None:
                heard = {"path": self.path, "headers": self.headers.items()}
                body = json.dumps(heard).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self._chunk(b"event: hits\n\n")
                if self.path.endswith(LEFT):
                    return self._until_left()
                upstream.go_on.wait(PATIENCE)
                self._chunk(b"event: answer\n\n")
                return self._chunk(b"")

            def _until_left(self) -> None:
                self.connection.settimeout(PATIENCE)
                if not self.connection.recv(1):
                    upstream.left.set()

            def _chunk(self, words: bytes) -> None:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(words), words))

        return Handler


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    made = Upstream()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.go_on.set()
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def through(upstream: Upstream, tmp_path: Path) -> Iterator[tuple[httpx.Client, int]]:
    with behind_nginx(tmp_path, upstream.server.server_address[1]) as found:
        yield found


def heard(client: httpx.Client, **headers: str) -> dict[str, list[str]]:
    """The headers that arrive behind nginx, by name in lower case."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    found: dict[str, list[str]] = {}
    for name, value in client.get("/seen", headers=named, extensions=SNI).json()["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


@pytest.mark.parametrize("path", STREAMED)
def test_an_event_arrives_before_the_next_is_written(
    path: str, through: tuple[httpx.Client, int], upstream: Upstream
) -> None:
    client, _ = through
    with client.stream("POST", path, json={}, extensions=SNI, timeout=PATIENCE / 2) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "event: hits"
        upstream.go_on.set()  # only now may the rest be written
        assert "event: answer" in list(lines)


def test_elsewhere_it_would_wait(through: tuple[httpx.Client, int]) -> None:
    """So the test above can fail: nginx holds back what is not named."""
    client, _ = through
    with (
        pytest.raises(httpx.ReadTimeout),
        client.stream("POST", "/other", json={}, extensions=SNI, timeout=0.5) as answer,
    ):
        next(answer.iter_lines())


def test_who_leaves_is_left(through: tuple[httpx.Client, int], upstream: Upstream) -> None:
    client, _ = through
    with client.stream("POST", f"/v1/ask{LEFT}", json={}, extensions=SNI) as answer:
        assert next(answer.iter_lines()) == "event: hits"
    assert upstream.left.wait(PATIENCE)


def test_what_the_client_says_of_itself_is_not_passed_on(
    through: tuple[httpx.Client, int],
) -> None:
    client, _ = through
    spoofed = "203.0.113.9"
    found = heard(client, X_Forwarded_For=spoofed, X_Forwarded_Proto="http", Connection="x")
    assert found["x-forwarded-for"] == ["127.0.0.1"]
    assert found["x-forwarded-proto"] == ["https"]
    assert found["host"] == [NAME]
    assert "connection" not in found and spoofed not in str(found)


def test_a_plain_address_leads_to_the_secure_one(through: tuple[httpx.Client, int]) -> None:
    _, plain = through
    asked = f"http://127.0.0.1:{plain}/texts?q=a"
    answer = httpx.get(asked, headers={"Host": "evil.example"}, trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{NAME}/texts?q=a")


def test_a_larger_body_is_refused(through: tuple[httpx.Client, int], upstream: Upstream) -> None:
    client, _ = through
    upstream.go_on.set()
    limit = 2048 * 1024  # Settings().serve_max_body_kib
    assert Settings().serve_max_body_kib * 1024 == limit
    for size, status in ((limit, 200), (limit + 1, 413)):
        answer = client.post("/verify", content=b"x" * size, extensions=SNI)
        assert answer.status_code == status
        assert answer.headers["strict-transport-security"]


def administrator(data: Path) -> str:
    """The session of the first administrator, who has just opened the one-time link."""
    with open_parts(Settings(data=data, embedding_model=NO_MODEL)) as parts:
        accounts = Accounts(parts.registry, parts.settings)
        link = accounts.first_link()
        assert link
        return accounts.accept_first(link, "zoe", "Zoé", PASSWORD).token


def test_referent_itself(tmp_path: Path) -> None:
    """Through nginx a stranger is nobody, the first link can be opened, and answers stream."""
    chosen = {"serve_public_url": f"https://{NAME}", "serve_trusted_proxies": "127.0.0.1"}
    data = filled(tmp_path)
    (tmp_path / "nginx").mkdir()
    with serving(data, **chosen) as served:
        port = served.everyone.base_url.port
        assert port
        with behind_nginx(tmp_path / "nginx", port) as (client, _):

            def got(method: str, path: str, **more: Any) -> httpx.Response:
                return client.request(method, path, extensions=SNI, **more)

            assert got("GET", "/health/live").status_code == 200
            assert got("GET", "/v1/texts").status_code == 401
            with open_parts(Settings(data=data, embedding_model=NO_MODEL)) as parts:
                link = Accounts(parts.registry, parts.settings).first_link()
            page = got("GET", f"/bienvenue/{link}")
            assert page.status_code == 200 and page.headers["content-security-policy"]
            client.cookies.set("referent_session", administrator(data))
            assert got("GET", "/v1/texts").status_code == 200
            again = {"Host": "evil.example"}
            assert got("GET", "/health/live", headers=again).status_code == 421
