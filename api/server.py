"""Listens: the loopback address for everyone on this machine, the socket for the operator."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from api import socket_file
from api.app import create_app
from api.doors import Door
from api.patience import Impatient
from api.serving import Service
from rag.bootstrap import Parts
from rag.errors import ReferentError, StorageError, UsageError

KEEP_ALIVE_SECONDS = 5
SHUTDOWN_SECONDS = 20  # for what runs to end
MAX_CONNECTIONS = 1000


def bound(host: str, port: int, *, accounts: bool = False) -> socket.socket:
    """A socket bound to an address; to one that others can reach only where there are `accounts`.

    Raises:
        UsageError: an address that others could reach, or no address.
        ReferentError: the port is taken, or this machine has no such address.
    """
    address = _address(host, accounts=accounts)
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    # Named TCP, or asyncio leaves Nagle's algorithm on: 40 ms more for each answer.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((str(address), port))
        made.listen(socket_file.BACKLOG)
    except OSError as error:
        made.close()
        raise ReferentError(
            f"impossible d'écouter à cette adresse ({error.strerror})",
            where=f"{host}:{port}",
            remedy="donnez un autre --port, ou arrêtez le programme qui l'occupe",
        ) from error
    return made


def _address(host: str, *, accounts: bool) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError as error:
        raise UsageError(
            "ce n'est pas une adresse", where=f"--host {host}", remedy="donnez 127.0.0.1 ou ::1"
        ) from error
    if not (address.is_loopback or accounts):
        raise UsageError(
            "Référent n'écoute que sur cette machine tant qu'il n'y a pas de comptes : n'importe "
            "qui sur le réseau pourrait lire les textes",
            where=f"--host {host}",
            remedy="donnez 127.0.0.1 ou ::1, ou créez d'abord un compte (`referent people add`)",
        )
    return address


class Running:
    """A server over `parts`, on a bound TCP socket and, where this process owns the index, on the
    socket in the data folder. Made: the index is held and both listen. `run` serves until `stop`.
    """

    def __init__(self, parts: Parts, tcp: socket.socket) -> None:
        self._folder = parts.data
        self._own = not parts.settings.index_url  # with a Qdrant server nobody owns the index
        try:
            self._service = Service(parts)
        except BaseException:
            tcp.close()
            raise
        try:
            self._listeners = [(_server(Door(self._service)), tcp)]
            if self._own:
                unix = _unix(self._folder)
                self._listeners.append((_server(Door(self._service, operator=True)), unix))
        except BaseException:
            tcp.close()
            self._service.close()
            raise

    @property
    def socket_path(self) -> Path | None:
        """The socket in the data folder, if this server has one."""
        return self._folder / socket_file.NAME if self._own else None

    def run(self) -> None:
        """Serve until told to stop; what runs then ends first."""
        try:
            asyncio.run(self._serve())
        finally:
            if self._own:
                socket_file.remove(self._folder)
            for _, listener in self._listeners:
                listener.close()
            self._service.close()

    def stop(self) -> None:
        """Stop soon; a second time: at once. From any thread."""
        for server, _ in self._listeners:
            server.force_exit = server.should_exit
            server.should_exit = True

    async def _serve(self) -> None:
        if threading.current_thread() is threading.main_thread():
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self.stop)
        await asyncio.gather(
            *(server.serve(sockets=[listener]) for server, listener in self._listeners)
        )


class _Server(uvicorn.Server):
    """Leaves signals to `Running`, which has several of these."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(door: Door) -> _Server:
    """No access log: addresses and questions are nobody's business."""
    config = uvicorn.Config(
        create_app(door),
        loop="asyncio",
        http=Impatient,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    return _Server(config)


def _unix(folder: Path) -> socket.socket:
    try:
        return socket_file.listening(folder)
    except OSError as error:
        raise StorageError(
            f"impossible de créer ce fichier ({error.strerror})",
            where=str(folder / socket_file.NAME),
            remedy="donnez le droit d'écrire dans ce dossier, sur un disque local",
        ) from error
