"""Oversized everything: refused in words, soon, and the server goes on.

The table of all attacks is in test_attacks.py.
"""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from serving import Served
from test_attacks import QUESTION, raw

MILLION = "x" * 10**6
SECONDS = 5.0  # for one answer, on a busy machine
DOORS = ("/v1/search", "/v1/ask", "/v1/chat/completions", "/v1/feedback", "/v1/verify", "/mcp")
BODIES = {
    "lists within lists": b"[" * 200_000,
    "objects within objects": b'{"a":' * 150_000,
    "a long number": b'{"question": "x", "limit": ' + b"9" * 6000 + b"}",
    "an infinite number": b'{"question": "x", "limit": 1e999}',
    "no number": b'{"question": "x", "limit": NaN}',
    "half a character": b'{"question": "\\ud800", "messages": 1, "text": 1}',
    "ten thousand fields": json.dumps({f"f{n}": n for n in range(10_000)}).encode(),
    "a million characters": json.dumps({"question": MILLION}).encode(),
    "a name of a million characters": json.dumps({MILLION: 1}).encode(),
    "no text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("case", BODIES)
@pytest.mark.parametrize("door", DOORS)
def test_bodies(served: Served, door: str, case: str) -> None:
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    begun = time.monotonic()
    answer = served.everyone.post(door, content=BODIES[case], headers=headers)
    assert answer.status_code in (400, 422), answer.text
    assert time.monotonic() - begun < SECONDS
    assert MILLION not in answer.text and len(answer.text) < 20_000


FIELDS: dict[str, dict[str, object]] = {
    "/v1/search": {"question": MILLION, "services": [MILLION], "limit": 10**18},
    "/v1/ask": {"question": MILLION, "model": MILLION, "without": [MILLION]},
    "/v1/feedback": {"answer_id": MILLION, "useful": True, "comment": MILLION},
    "/v1/verify": {"text": MILLION, "as_of": MILLION, "services": [MILLION]},
}


@pytest.mark.parametrize(("door", "field"), [(d, f) for d, given in FIELDS.items() for f in given])
def test_fields(served: Served, door: str, field: str) -> None:
    asked = {"question": "Quel délai ?"} if door in ("/v1/search", "/v1/ask") else {}
    answer = served.everyone.post(door, json={**asked, field: FIELDS[door][field]})
    assert answer.status_code in (413, 422) and len(answer.text) < 5000


ADDRESSES = (
    "/texts?q=" + "x" * 50_000,
    "/texts?q=" + "%28" * 15_000,
    "/texts/" + "x" * 50_000,
    "/articles/" + "a" * 50_000,
    "/articles/%00%0a%1b",
    "/v1/articles/" + "L. 1-" * 2_000,
    "/v1/articles/article 2 règlement général?as_of=" + "9" * 5000,
    "/changes?since=9999-12-31",
    "/changes?since=0001-01-01",
    "/changes?text=" + "x" * 50_000,
    "/v1/changes?since=" + "9" * 50_000,
    "/v1/texts?" + "&".join(f"x{n}=1" for n in range(5000)),
    "/static/" + "../" * 10_000,
    "/" + "x/" * 20_000,
)


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda each: each[:24])
def test_addresses(served: Served, address: str) -> None:
    begun = time.monotonic()
    answer = served.everyone.get(address)
    assert answer.status_code < 500 and time.monotonic() - begun < SECONDS
    assert len(answer.text) < 1_000_000


HEADS = {
    "an address": (b"GET /texts?q=" + b"a" * 200_000 + b" HTTP/1.1\r\n", 400),
    "a header": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", 400),
    "many headers": (
        b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        + b"".join(b"X-%d: y\r\n" % number for number in range(4000))
        + b"\r\n",
        200,
    ),
    "many cookies": (
        b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: "
        + b"; ".join(b"csrf=%d; lang=x; theme=x" % number for number in range(2000))
        + b"\r\n\r\n",
        200,
    ),
}


@pytest.mark.parametrize("case", HEADS)
def test_heads(served: Served, case: str) -> None:
    sent, status = HEADS[case]
    with raw(served) as connection:
        try:
            connection.sendall(sent)
            first = connection.recv(4096)
        except OSError:  # it hung up before all was sent
            first = b"HTTP/1.1 400 "
    assert first.startswith(b"HTTP/1.1 %d " % status), first
    assert served.everyone.get("/health/live").status_code == 200


@pytest.mark.slow
def test_many_who_want_something_at_once(served: Served) -> None:
    """More than may wait: some are told to come again, none is left without an answer."""
    url = served.everyone.base_url
    begun = threading.Barrier(60)

    def ask() -> list[int]:
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            begun.wait()
            return [client.post("/v1/search", json=QUESTION).status_code for _ in range(5)]

    with ThreadPoolExecutor(60) as pool:
        answers = [each for told in pool.map(lambda _: ask(), range(60)) for each in told]
    assert len(answers) == 300 and set(answers) <= {200, 429} and 200 in answers
