"""`referent serve`: the HTTP API of a data folder, on this machine."""

from __future__ import annotations

import json as json_module
import sys
from typing import Annotated

import typer

from api.folder import Data, Json, existing


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

    listener = bound(host, port)
    name, taken = listener.getsockname()[:2]
    url = f"http://[{name}]:{taken}" if ":" in name else f"http://{name}:{taken}"
    try:
        with existing(data) as parts:
            running = Running(parts, listener)
            path = running.socket_path
            if json:
                said = json_module.dumps({"url": url, "socket": str(path) if path else None})
            else:
                said = f"Référent répond à {url} (Ctrl-C pour arrêter)"
            sys.stdout.write(said + "\n")
            sys.stdout.flush()
            running.run()
    finally:
        listener.close()
