"""Reads documents from outside in a process of its own, which can be ended.

A small file can hold work for minutes (a hundred thousand paragraphs fit in 200 kB of DOCX and take
a minute and 500 MB), and what reads PDF is no Python. So reading has a time and a memory that it
may take, and takes neither the server's threads nor its life along. The process starts with the
first document, and ends when none came for a while, or with the server.
"""

from __future__ import annotations

import json
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import Lock

from rag import errors
from rag.bootstrap import go_offline
from rag.errors import HostileSource, SourceError, UnreadableSource

READ_SECONDS = 30.0  # a letter takes a tenth of a second, the first DOCX three to ten
TURN_SECONDS = 20.0  # for the documents of others
IDLE_SECONDS = 300.0
MEMORY_BYTES = 3 * 1024**3  # of addresses: the libraries alone map a third of it
MAX_ANSWER_BYTES = 50_000_000


class Busy(Exception):
    """Others are being read for too long."""


class DocumentReader:
    """One process, one document at a time; any thread may ask."""

    def __init__(self, seconds: float = READ_SECONDS, turn_seconds: float = TURN_SECONDS) -> None:
        self._seconds = seconds
        self._turn_seconds = turn_seconds
        self._turn = Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def read(self, path: str) -> tuple[str, str]:
        """(words, title), as `api.verify_command.read_words`.

        Raises:
            SourceError: it cannot be read, or takes too long or too much memory.
            Busy: no turn in time.
        """
        with self.turn():
            told = self._told(path)
        if "error" in told:
            raise _error(told, path)
        return told["words"], told["title"]

    @contextmanager
    def turn(self) -> Iterator[None]:
        """While this lasts nobody else reads."""
        if not self._turn.acquire(timeout=self._turn_seconds):
            raise Busy
        try:
            yield
        finally:
            self._turn.release()

    def _told(self, path: str) -> dict[str, str]:
        pipe = self._asked(path)
        try:
            if not pipe.poll(self._seconds):
                self._end()
                raise HostileSource(
                    f"trop long à lire : plus de {self._seconds:.0f} secondes", where=path
                )
            told: dict[str, str] = json.loads(pipe.recv_bytes(MAX_ANSWER_BYTES))
        except (EOFError, OSError, ValueError) as error:  # it died over this document
            self._end()
            raise UnreadableSource("fichier abîmé", where=path) from error
        return told

    def _asked(self, path: str) -> Connection:
        if self._process is None or self._pipe is None or not self._process.is_alive():
            self._start()
        assert self._pipe is not None
        try:
            self._pipe.send_bytes(path.encode())
        except OSError:  # it just left, for want of documents
            self._start()
            self._pipe.send_bytes(path.encode())
        return self._pipe

    def _start(self) -> None:
        self._end()
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        made = context.Process(target=_serve, args=(theirs,), name="referent-reader", daemon=True)
        made.start()
        theirs.close()
        self._process, self._pipe = made, ours

    def _end(self) -> None:
        process, self._process = self._process, None
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()


def _error(told: dict[str, str], path: str) -> SourceError:
    kind = getattr(errors, told["error"], UnreadableSource)
    assert issubclass(kind, SourceError)
    return kind(told["what"], where=path)


def _serve(pipe: Connection) -> None:
    """The process: a path comes, words go, until nothing comes or the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which closes the pipe
    go_offline()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        while pipe.poll(IDLE_SECONDS):
            told = _read(pipe.recv_bytes().decode())
            pipe.send_bytes(json.dumps(told).encode())
    except (EOFError, OSError):
        return


def _read(path: str) -> dict[str, str]:
    from api.verify_command import read_words

    try:
        words, title = read_words(path)
    except SourceError as error:
        return {"error": type(error).__name__, "what": error.what}
    except (MemoryError, RecursionError):
        return {"error": "HostileSource", "what": "trop grand une fois ouvert"}
    return {"words": words, "title": title}
