"""Documents that attack whoever reads them: nothing is fetched, nothing swells, names lead nowhere.

The table of all attacks is in test_attacks.py.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from attacks_trap import entities, fetching, pdf, swelling, trap, zipped
from running import process
from serving import Served
from test_offline_commands import REFUSING

from rag.errors import IndexFailure
from rag.index.server import ServerIndex

SECRET = Path("/etc/passwd").read_text("utf-8").splitlines()[0]
FETCHING, ENTITIES, SWELLING = fetching("http://x"), entities("http://x"), swelling()


def send(served: Served, name: str, content: bytes) -> httpx.Response:
    return served.everyone.post("/v1/verify", files={"file": (name, content)})


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FETCHING, *ENTITIES])
def test_nothing_that_a_document_names_is_fetched(served: Served, name: str) -> None:
    with trap() as watched:
        content = {**fetching(watched.url), **entities(watched.url)}[name]
        answer = send(served, name, content)
        assert answer.status_code == (200 if name in FETCHING else 422), answer.text
        if name in FETCHING:
            assert [each["articles"] for each in answer.json()["references"]] == [["2"]]
        assert SECRET not in answer.text and watched.url not in answer.text
        time.sleep(0.05)
        assert watched.came == []


@pytest.mark.slow
def test_the_trap_counts() -> None:
    with trap() as watched:
        with pytest.raises(httpx.TransportError):
            httpx.get(watched.url, trust_env=False, timeout=1)
        assert watched.came[0].startswith(b"GET / ")


@pytest.mark.slow
def test_nothing_is_fetched_while_texts_are_brought_in(tmp_path: Path) -> None:
    """With every attempt to reach anyone written down, through names and sockets made in C too."""
    source = tmp_path / "source"
    source.mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(REFUSING)
    for name, content in {**fetching("http://evil.example"), **entities("http://x")}.items():
        (source / name).write_bytes(content)
    (source / "x.xml").write_text('<!DOCTYPE x SYSTEM "http://evil.example/x"><ARTICLE/>', "utf-8")
    attempts = tmp_path / "attempts"
    ran = process(
        "ingest", source, "--data", tmp_path / "data", "--json",
        PYTHONPATH=str(tmp_path / "site"), ATTEMPTS=str(attempts),
    )  # fmt: skip
    refused = {Path(each["source"].partition("!")[0]).name for each in ran.failures}
    assert len(ran.json["texts"]) == len(FETCHING), ran.out
    assert refused >= set(ENTITIES) and SECRET not in ran.out
    assert not attempts.exists(), attempts.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("name", SWELLING)
def test_what_swells_is_refused(served: Served, name: str) -> None:
    send(served, "a.txt", b"Article 2.")  # the reader is there
    begun = time.monotonic()
    answer = send(served, name, SWELLING[name])
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == "urn:referent:unreadable-document"
    assert time.monotonic() - begun < 10
    assert send(served, "a.txt", b"Article 2.").status_code == 200


@pytest.mark.slow
def test_a_pdf_that_swells_harms_nobody(served: Served) -> None:
    """A page of 1.5 MB that unfolds to 1.5 GB is read, or refused, apart from the server."""
    content = pdf(b"BT /F1 12 Tf 72 720 Td (Selon l'article 2.) Tj ET" + b" " * (1500 << 20))
    assert send(served, "a.pdf", content).status_code in (200, 422)
    assert send(served, "a.txt", b"Article 2.").status_code == 200


def test_a_request_is_never_unpacked(served: Served) -> None:
    """Ten megabytes of spaces in ten kilobytes: taken as they come, which is no JSON."""
    packed = gzip.compress(b'{"question": "' + b" " * 10_000_000 + b'recours"}')
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert served.everyone.post("/v1/search", content=packed, headers=headers).status_code == 422
    multipart = {"file": ("a.txt", gzip.compress(b"Article 2."), "text/plain")}
    answer = served.everyone.post("/v1/verify", files=multipart)
    assert answer.status_code == 422 and "article" not in answer.text.lower()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        'a"\r\nSet-Cookie: x=y\r\n.docx',
        "<img src=x onerror=alert(1)>.docx",
        "..%2f..%2fetc%2fpasswd.docx",
        "\u202exdoc.docx",
        "\x1b]0;x\x07.docx",
        "a" * 100_000 + ".docx",
    ],
)
def test_the_name_of_a_file_is_never_said_again(served: Served, name: str) -> None:
    answer = send(served, name, zipped({"x": b""}))
    assert answer.status_code == 422 and name not in json.dumps(answer.json(), ensure_ascii=False)
    assert "x" not in answer.cookies and len(answer.text) < 1000


@pytest.fixture
def leading() -> Iterator[tuple[str, list[bytes]]]:
    """An index server that sends everyone elsewhere, and who came there."""
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    with trap() as elsewhere:

        class Away(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(307)
                self.send_header("Location", elsewhere.url + self.path)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_PUT = do_POST = do_GET  # noqa: N815

            def log_message(self, *_about: object) -> None:
                """Says nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Away) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}", elsewhere.came
            server.shutdown()
            thread.join()


def test_an_index_server_that_leads_elsewhere_is_not_followed(
    leading: tuple[str, list[bytes]],
) -> None:
    url, came = leading
    with pytest.raises(IndexFailure):
        ServerIndex(url, "referent", 0)
    assert came == []
