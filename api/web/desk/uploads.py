"""Updates that wait or run: each a folder of its own in the data folder, private, for an hour.

An update is known by a token that nobody can guess, and only to who made it. All that is known of
it is in its folder, so that both doors, and a server that was started again, tell the same.
"""

from __future__ import annotations

import fcntl
import json
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from api.problems import INVALID, NOT_FOUND, Refused
from api.streaming import unwritable

FOLDER = "uploads"
FILES, WANTED, PROGRESS, LOCK = "files", "wanted.json", "progress", "lock"
TRIED, BEGUN, DONE = "tried.json", "begun", "done.json"
KEPT_SECONDS = 3600.0
PAUSE_SECONDS = 0.02  # between two tries for a turn
MAX_WAITING = 5  # updates of one person that are kept
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_TAIL = 4096  # bytes of the progress that are looked at


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for. `who` may look at it; `folder` "" for files that were sent."""

    who: str
    names: tuple[str, ...]
    folder: str = ""
    services: tuple[str, ...] = ()
    effective: str = ""
    mirror: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended: the report of `referent ingest --json`, or why there is none."""

    report: dict[str, Any] | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """One update, in its folder."""

    token: str
    path: Path
    wanted: Wanted

    @property
    def source(self) -> Path:
        """What is brought in."""
        return Path(self.wanted.folder) if self.wanted.folder else self.path / FILES

    @property
    def begun(self) -> bool:
        """True once it was confirmed."""
        return (self.path / BEGUN).exists()

    @property
    def runs(self) -> bool:
        """True from its confirmation to its end."""
        return self.begun and self.result(DONE) is None

    def begin(self) -> Upload:
        """It is confirmed, once.

        Raises:
            Refused: it was already.
        """
        try:
            (self.path / BEGUN).touch(exist_ok=False)
        except FileExistsError as error:
            raise busy() from error
        return self

    def wait_again(self) -> None:
        """It could not begin: it can be confirmed again."""
        (self.path / BEGUN).unlink(missing_ok=True)

    def result(self, name: str) -> Result | None:
        """How the trial (`TRIED`) or the run (`DONE`) ended; None: it has not."""
        with suppress(FileNotFoundError):
            return Result(**json.loads((self.path / name).read_text("utf-8")))
        return None

    def keep(self, name: str, result: Result) -> None:
        """Write down how it ended, all at once."""
        _write(self.path / name, asdict(result))

    def progress(self) -> dict[str, Any] | None:
        """The last thing that the run said of how far it is."""
        try:
            tail = (self.path / PROGRESS).read_bytes()[-_TAIL:]
        except FileNotFoundError:
            return None
        for line in reversed(tail.splitlines()):
            with suppress(ValueError):
                found = json.loads(line)
                if isinstance(found, dict) and {"step", "name", "done", "total"} <= found.keys():
                    return found
        return None

    def forget(self) -> None:
        """Take it away."""
        shutil.rmtree(self.path, ignore_errors=True)

    def forget_files(self) -> None:
        """What was sent is not needed any more."""
        shutil.rmtree(self.path / FILES, ignore_errors=True)


class Uploads:
    """The updates of a data folder."""

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def add(self, wanted: Wanted, files: Mapping[str, BinaryIO]) -> Upload:
        """A new update, its files copied; the oldest of somebody who has many gives way.

        Raises:
            StorageError: it cannot be written.
        """
        self.sweep()
        self._make_room(wanted.who)
        try:
            return self._written(wanted, files)
        except OSError as error:
            raise unwritable(error, self._folder) from error

    def _written(self, wanted: Wanted, files: Mapping[str, BinaryIO]) -> Upload:
        token = secrets.token_urlsafe(32)
        path = self._folder / token
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path.mkdir(mode=0o700)
        (path / FILES).mkdir(mode=0o700)
        for name, content in files.items():
            with (path / FILES / name).open("wb") as file:
                shutil.copyfileobj(content, file)
        _write(path / WANTED, asdict(wanted))
        sweeping = threading.Timer(KEPT_SECONDS + 1, self.sweep)
        sweeping.daemon = True
        sweeping.start()
        return Upload(token, path, wanted)

    def find(self, token: str, who: str) -> Upload:
        """The update of that token.

        Raises:
            Refused: there is none, or it is somebody else's: nobody can tell which.
        """
        found = self._read(token)
        if found is None or found.wanted.who != who:
            raise Refused(
                NOT_FOUND,
                "Cette mise à jour n'est plus là : déposez de nouveau les fichiers.",
                "This update is gone: send the files again.",
            )
        return found

    @contextmanager
    def turn(self, tries: int = 1) -> Iterator[bool]:
        """One trial or run at a time on this folder: True for whoever got the turn."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with (self._folder / LOCK).open("a") as handle:
            yield _locked(handle, tries)

    def sweep(self) -> None:
        """Take away what is older than an hour."""
        until = time.time() - KEPT_SECONDS
        for path in self._paths():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < until:
                    shutil.rmtree(path, ignore_errors=True)

    def _make_room(self, who: str) -> None:
        found = filter(None, (self._read(path.name) for path in self._paths()))
        theirs = [each for each in found if each.wanted.who == who and not each.runs]
        theirs.sort(key=lambda each: each.path.stat().st_mtime, reverse=True)
        for each in theirs[MAX_WAITING - 1 :]:
            each.forget()

    def _paths(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return [path for path in self._folder.iterdir() if _TOKEN.fullmatch(path.name)]

    def _read(self, token: str) -> Upload | None:
        if not _TOKEN.fullmatch(token):
            return None
        path = self._folder / token
        try:
            said = json.loads((path / WANTED).read_text("utf-8"))
        except FileNotFoundError:
            return None
        lists = {name: tuple(said[name]) for name in ("names", "services")}
        return Upload(token, path, Wanted(**{**said, **lists}))


def busy() -> Refused:
    """What is said while another trial or run has the turn."""
    return Refused(
        INVALID,
        "Une autre mise à jour est en cours : attendez qu'elle ait fini, puis recommencez.",
        "Another update is under way: wait until it is done, then try again.",
    )


def _locked(handle: IO[str], tries: int) -> bool:
    for _ in range(tries):
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(PAUSE_SECONDS)
    return False


def _write(path: Path, content: dict[str, Any]) -> None:
    made = path.with_suffix(".new")
    made.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    made.rename(path)
