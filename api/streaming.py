"""Bodies that go to disk as they arrive: texts to bring in may be larger than what a request may
hold in memory. Who sends them was let in before any of it is read.

They go to a folder of ours, since the system's own for temporary files may be in memory.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope

from api.problems import INVALID, SLOW_BODY, TOO_LARGE, Refused
from rag.errors import StorageError

SPOOL = "referent.spool"  # in the scope of a request whose body is read so
SILENCE_SECONDS = 10.0
SECONDS = 600.0  # for the whole
MAX_FILES = MAX_FIELDS = 50
MAX_FIELD_BYTES = 1 << 16  # of what is no file
MIB = 1 << 20


@dataclass(slots=True)
class Spool:
    """Where the files of one request go, which nobody else can open and which end with it."""

    folder: Path
    _form: FormData | None = field(default=None, init=False)

    async def form(self, request: Request) -> FormData:
        """The form; read once.

        Raises:
            Refused: it is malformed, too large, or does not arrive.
            StorageError: the disk is full.
        """
        if self._form is None:
            self._form = await self._read(request)
        return self._form

    async def close(self) -> None:
        """Let the files go."""
        if self._form is not None:
            await self._form.close()

    async def _read(self, request: Request) -> FormData:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return await _Parser(self.folder, request).parse()
        except MultiPartException as error:
            raise Refused(
                INVALID, "Le formulaire est mal formé.", "The form is malformed."
            ) from error
        except ClientDisconnect as error:
            raise Refused(SLOW_BODY) from error
        except OSError as error:
            raise unwritable(error, self.folder) from error


def unwritable(error: OSError, folder: Path) -> StorageError:
    """What is sent cannot be written there."""
    return StorageError(
        f"impossible d'écrire ce qui est envoyé ({error.strerror})",
        where=str(folder),
        remedy="faites de la place sur le disque",
    )


@dataclass(frozen=True, slots=True)
class Streamed:
    """The forms with files that are sent to `path`: `most` bytes, spooled in `folder`."""

    path: str
    folder: Path
    most: int

    def takes(self, scope: Scope, headers: Headers) -> bool:
        """True for such a form."""
        form = headers.get("content-type", "").startswith("multipart/form-data")
        return form and scope["method"] == "POST" and scope["path"] == self.path


def too_large(most: int) -> Refused:
    """What is said of more bytes than may be sent."""
    whole = most % MIB == 0
    size, prefix = (most // MIB, "M") if whole else (most >> 10, "K")
    return Refused(
        TOO_LARGE, f"La limite est de {size} {prefix}io.", f"The limit is {size} {prefix}iB."
    )


class Arriving:
    """A body that is passed on as it comes. `over`: nothing more of it comes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self.over = False
        self._receive = receive
        self._left = most
        self._most = most
        self._until = asyncio.get_running_loop().time() + SECONDS

    async def receive(self) -> Message:
        """The next part.

        Raises:
            Refused: it is too much, or too late.
        """
        if self.over:
            return await self._receive()
        try:
            now = asyncio.get_running_loop().time()
            async with asyncio.timeout_at(min(self._until, now + SILENCE_SECONDS)):
                message = await self._receive()
        except TimeoutError as error:
            raise Refused(SLOW_BODY) from error
        self.over = not message.get("more_body", False)
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise too_large(self._most)
        return message


class _Parser(MultiPartParser):
    """Starlette's, whose files would be in memory up to 1 MiB, then in the system's folder."""

    def __init__(self, folder: Path, request: Request) -> None:
        super().__init__(
            request.headers,
            request.stream(),
            max_files=MAX_FILES,
            max_fields=MAX_FIELDS,
            max_part_size=MAX_FIELD_BYTES,
        )
        self._folder = folder

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        part = self._current_part
        if part.file is not None:
            made = TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed with the form
            part.file.file.close()
            part.file.file = made
            # Theirs is declared as a spooled one; all that is ever asked of it is `close`.
            self._files_to_close_on_error[-1] = made  # type: ignore[call-overload]
