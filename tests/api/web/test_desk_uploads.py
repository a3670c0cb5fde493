"""Texts that are sent go to disk as they arrive, within a bound of their own."""

from __future__ import annotations

import errno
import http.client
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from browser import Page
from desk_office import UPDATES, Office, office
from small_folder import filled

from api.web.desk.uploads import Uploads

MIB = 1 << 20
BOUNDARY = "frontiere"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = filled(tmp_path_factory.mktemp("uploads"))
    with office(folder, serve_max_upload_mib=24, serve_max_body_kib=64) as opened:
        yield opened


def body(place: Office, login: str, size: int) -> Iterator[bytes]:
    """A form with a file of so many bytes, piece by piece."""
    csrf = place[login].csrf
    head = 'Content-Disposition: form-data; name="{}"'
    yield f"--{BOUNDARY}\r\n{head.format('csrf')}\r\n\r\n{csrf}\r\n".encode()
    named = f'{head.format("files")}; filename="x.md"'
    yield f"--{BOUNDARY}\r\n{named}\r\nContent-Type: text/markdown\r\n\r\n".encode()
    for at in range(0, size, 1 << 16):
        yield b"x" * min(1 << 16, size - at)
    yield f"\r\n--{BOUNDARY}--\r\n".encode()


def connected(place: Office) -> http.client.HTTPConnection:
    url = place.served.everyone.base_url
    return http.client.HTTPConnection(url.host, url.port, timeout=60)


def send(
    place: Office, size: int, login: str = "mainteneur", length: bool = True
) -> tuple[int, Page]:
    """Status and page of what such a form gives; without its length it is sent in chunks."""
    headers = {
        "Accept": "text/html",
        "Cookie": f"referent_session={place[login].session}",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    if length:
        headers["Content-Length"] = str(sum(map(len, body(place, login, size))))
    with closing(connected(place)) as connection:
        connection.request("POST", UPDATES, body(place, login, size), headers)
        answer = connection.getresponse()
        return answer.status, Page(answer.read().decode())


def left(place: Office) -> list[Path]:
    """What is in the folder of uploads but its lock."""
    folder = place.served.data / "uploads"
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"]


@pytest.mark.slow
def test_what_is_sent_is_never_whole_in_memory(place: Office) -> None:
    with Uploads(place.served.data).turn() as mine:  # nothing is read: another one has the turn
        assert mine
        send(place, MIB)  # what the first one loads stays loaded
        tracemalloc.start()
        try:
            status, page = send(place, 20 * MIB)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert status == 422 and "est en cours" in page.words
    assert peak < 6 * MIB
    assert left(place) == []


@pytest.mark.slow
@pytest.mark.parametrize("length", [True, False])
def test_more_than_may_be_sent(place: Office, length: bool) -> None:
    status, page = send(place, 25 * MIB, length=length)
    assert status == 413 and "La limite est de 24 Mio." in page.words
    assert left(place) == []
    assert "24,0 Mio en tout" in place["mainteneur"].page(UPDATES).words


def test_who_may_not_is_told_so_before_anything_is_kept(place: Office) -> None:
    for login in ("agent", "admin"):
        status, page = send(place, 3 * MIB, login)
        assert status == 403 and "Ce droit" in page.words
    assert left(place) == []


def test_other_forms_keep_their_bound(place: Office) -> None:
    long = "x" * (1 << 17)
    place["mainteneur"].post(f"{UPDATES}/retirer", 413, text=long)
    place["mainteneur"].post(UPDATES, 413, folder=long)  # no files: read in memory


def test_who_goes_away_or_falls_silent(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.streaming.SILENCE_SECONDS", 0.3)
    for leaves in (True, False):
        with closing(connected(place)) as connection:
            connection.putrequest("POST", UPDATES)
            connection.putheader("Cookie", f"referent_session={place['mainteneur'].session}")
            connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
            connection.putheader("Content-Length", str(5 * MIB))
            connection.endheaders(b"".join(body(place, "mainteneur", MIB))[:MIB])
            if not leaves:
                assert connection.getresponse().status == 408
    time.sleep(0.1)
    assert left(place) == []
    assert UPDATES in place["mainteneur"].page(UPDATES).source


def test_a_form_that_is_none(place: Office) -> None:
    with closing(connected(place)) as connection:
        headers = {
            "Cookie": f"referent_session={place['mainteneur'].session}",
            "Content-Type": "multipart/form-data; boundary=x",
        }
        connection.request("POST", UPDATES, b"abc", headers)
        assert connection.getresponse().status == 422


def test_a_full_disk(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> object:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("api.streaming.TemporaryFile", full)
    status, page = send(place, MIB)
    assert status == 503 and str(place.served.data) not in page.source
