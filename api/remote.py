"""What needs the index, through the server that holds it for the same data folder.

`connect` gives a `Remote` when a server listens, None when the command is to open the index itself.
A `Remote` stands where a Searcher and an Answerer stand.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from api import socket_file
from rag import errors
from rag.errors import IndexBusy, IndexFailure, ReferentError
from rag.types import Caller

if TYPE_CHECKING:
    from rag.bootstrap import Parts
    from rag.health import Problem
    from rag.retrieval.search import SearchResult
    from rag.types import Answer, Asked

MARGIN_SECONDS = 5.0  # beyond the server's own time-out
FAILED = 409  # the status of one of our errors, in the body
STARTING_SECONDS = 15.0  # for a server that starts, or a command that is using the index
LOOK_SECONDS = 0.1
T = TypeVar("T")


class Remote:
    """One server, by its socket in `folder`."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder = folder
        self._seconds = seconds

    def search(
        self, question: str, caller: Caller, day: date | None, limit: int = 10
    ) -> SearchResult:
        """As `Searcher.search`."""
        from rag.retrieval.search import SearchResult

        asked = _asked(question, caller, day, limit)
        return self._post("/operator/search", asked, TypeAdapter(SearchResult))

    def ask(self, asked: Asked) -> Answer:
        """As `Answerer.ask`, today."""
        from rag.types import Answer

        sent = _asked(asked.question, asked.caller, asked.as_of, asked.limit)
        more = {"model": asked.model, "strict": asked.strict, "without": sorted(asked.without)}
        return self._post("/operator/ask", {**sent, **more}, TypeAdapter(Answer))

    def status(self) -> dict[str, Any]:
        """As `rag.health.describe`."""
        return self._post("/operator/status", {}, TypeAdapter(dict[str, Any]))

    def check(self) -> list[Problem]:
        """As `rag.health.check`."""
        from rag.health import Problem

        return self._post("/operator/check", {}, TypeAdapter(list[Problem]))

    def _post(self, path: str, asked: dict[str, Any], kind: TypeAdapter[T]) -> T:
        status, content = self._exchange(path, json.dumps(asked).encode())
        try:
            if status == FAILED:
                raise _error(json.loads(content))
            if status != 200:
                problem = json.loads(content)
                raise self._failure(problem.get("detail") or problem["title"])
            return kind.validate_json(content)
        except (ValidationError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._failure("le serveur répond autre chose que prévu") from error

    def _exchange(self, path: str, body: bytes) -> tuple[int, bytes]:
        connection = _Connection(self._folder, self._seconds)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, HTTPException) as error:
            raise self._failure(f"le serveur ne répond pas ({error})") from error
        finally:
            connection.close()

    def _failure(self, what: str) -> IndexFailure:
        return IndexFailure(
            what,
            where=str(self._folder / socket_file.NAME),
            remedy="réessayez ; sinon, relancez `referent serve`",
        )


class _Connection(HTTPConnection):
    """HTTP over the socket in a folder."""

    def __init__(self, folder: Path, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._folder = folder
        self._seconds = seconds

    def connect(self) -> None:
        made = socket_file.connected(self._folder, self._seconds)
        if made is None:
            raise ConnectionRefusedError("il vient de s'arrêter")
        self.sock = made


def connect(parts: Parts) -> Remote | None:
    """The server that holds this folder's embedded index, if one listens."""
    if parts.settings.index_url:
        return None
    probe = socket_file.connected(parts.data, MARGIN_SECONDS)
    if probe is None:
        return None
    probe.close()
    chosen = parts.settings
    return Remote(parts.data, chosen.serve_timeout + chosen.model_timeout + MARGIN_SECONDS)


def through(parts: Parts, remotely: Callable[[Remote], T], alone: Callable[[], T]) -> T:
    """The result through the server, or alone when none listens; waits for one that starts.

    Raises:
        IndexBusy: another process that is no server holds the index.
    """
    until = time.monotonic() + STARTING_SECONDS
    while True:
        remote = connect(parts)
        if remote is not None:
            return remotely(remote)
        try:
            return alone()
        except IndexBusy:
            if time.monotonic() > until:
                raise
            time.sleep(LOOK_SECONDS)


def _error(told: dict[str, str]) -> ReferentError:
    """The error that the server met, of its own class."""
    kind = getattr(errors, told["error"])
    if not issubclass(kind, ReferentError):
        raise TypeError(told["error"])
    made: ReferentError = kind(told["what"], where=told["where"], remedy=told["remedy"])
    return made


def _asked(question: str, caller: Caller, as_of: date | None, limit: int | None) -> dict[str, Any]:
    return {
        "question": question,
        "services": None if caller.unrestricted else sorted(caller.services),
        "as_of": as_of.isoformat() if as_of else None,
        "limit": limit,
    }
