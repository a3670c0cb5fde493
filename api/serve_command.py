"""`referent serve`: the HTTP API of a data folder, on this machine."""

from __future__ import annotations

import json as json_module
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.folder import Data, Json, existing

WELCOME = "/bienvenue/"  # and the token of a one-time link


def serve(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Adresse de cette machine (boucle locale).")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port ; 0 : n'importe lequel de libre.")
    ] = 8000,
    data: Data = None,
    json: Json = False,
) -> None:
    """Servir l'API HTTP ; les autres commandes du même dossier passent alors par elle."""
    from api.server import Running, bound
    from rag.accounts.authority import Accounts

    with existing(data) as parts:
        accounts = Accounts(parts.registry, parts.settings)
        with closing(bound(host, port, accounts=accounts.anyone())) as listener:
            running = Running(parts, listener)
            url = _url(listener)
            reached = parts.settings.serve_public_url or url
            _say(url, running.socket_path, accounts.first_link(), reached, json=json)
            running.run()


def _url(listener: socket.socket) -> str:
    name, port = listener.getsockname()[:2]
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _say(url: str, path: Path | None, link: str | None, reached: str, *, json: bool) -> None:
    """Where to go; while there are no accounts, how to make the first, at the address `reached`."""
    first = f"{reached}{WELCOME}{link}" if link else None
    if json:
        shape = {"url": url, "socket": str(path) if path else None, "first": first}
        said = json_module.dumps(shape)
    else:
        said = f"Référent répond à {url} (Ctrl-C pour arrêter)"
        if first:
            said += f"\nPour créer le compte de l'administrateur (une fois, sous 24 h) : {first}"
    sys.stdout.write(said + "\n")
    sys.stdout.flush()
