"""What one does first with a new installation. tests/test_bundle.py runs a copy of this file, with
the standard library alone, where there is neither a network nor the repository.

    bundle_journey.py REFERENT CORPUS REPOSITORY     prints what was found as JSON
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

QUESTION = "Dans quel délai répond-on à un recours gracieux ?"
ELSEWHERE = ("192.0.2.1", 80)
CSS = re.compile(r'href="(/static/[^"]+\.css[^"]*)"')


def reached() -> bool:
    """True when there is a way out of this machine."""
    try:
        socket.create_connection(ELSEWHERE, 2).close()
    except OSError as error:
        return "unreachable" not in str(error)
    return True


def told(*line: str) -> object:
    """The JSON that a command prints."""
    ran = subprocess.run(line, capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(f"{line}: {ran.stdout}{ran.stderr}")
    return json.loads(ran.stdout)


def got(address: str, asked: object = None, **headers: str) -> str:
    """The body of an answer: to a question in JSON where one is given."""
    body = None if asked is None else json.dumps(asked).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        named["Content-Type"] = "application/json"
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(address, body, named)
    with straight.open(request, timeout=60) as answer:
        return str(answer.read().decode())


def served(referent: str) -> dict[str, object]:
    """What the server of the folder says and shows, and how it ends."""
    line = [referent, "serve", "--data", "data", "--port", "0", "--json"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said = json.loads(server.stdout.readline())
            url = said["url"]
            page = got(url + "/")
            found = {
                "first": said["first"],
                "french": page,
                "english": got(url + "/", Accept_Language="en"),
                "styles": [len(got(url + path)) for path in CSS.findall(page)],
                "texts": got(url + "/texts"),
                "ask": json.loads(got(url + "/v1/ask", {"question": QUESTION})),
                "events": got(url + "/v1/ask", {"question": QUESTION}, Accept="text/event-stream"),
            }
        finally:
            server.terminate()
    return {**found, "status": server.returncode}


def main() -> None:
    """The whole journey, in the working folder."""
    referent, corpus, repository = sys.argv[1:]
    place = str(Path(referent).resolve().parent / "python")
    where = [place, "-c", "import rag, api, ingest; print(rag.__file__)"]
    found = {
        "reached": reached(),
        "repository": [path.name for path in Path(repository).iterdir()],
        "program": subprocess.run(where, capture_output=True, text=True, check=True).stdout,
        "ingest": told(referent, "ingest", corpus, "--data", "data", "--json"),
        "ask": told(referent, "ask", QUESTION, "--data", "data", "--json"),
        "check": told(referent, "check", "--data", "data", "--json"),
        "served": served(referent),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
