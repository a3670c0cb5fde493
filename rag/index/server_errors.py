"""What a Qdrant server or the way to it can do wrong, as IndexFailure."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from rag.errors import IndexFailure

CONFLICT = 409
REFUSED = (401, 403)
START = "Vérifiez que le serveur Qdrant est démarré et que son adresse est la bonne."
KEY = "Vérifiez la clé d'accès au serveur Qdrant."
LOG = "Voyez le journal du serveur Qdrant."


@contextlib.contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn what qdrant-client raises into IndexFailure at `where`."""
    try:
        yield
    except UnexpectedResponse as error:
        raise _refusal(error, where) from error
    except ResponseHandlingException as error:
        raise _silence(error.source, where) from error
    except QdrantException as error:
        raise IndexFailure(
            f"le serveur est surchargé ({error})", where=where, remedy=LOG
        ) from error
    except (ValidationError, ValueError) as error:
        raise IndexFailure(f"adresse ou réponse inattendue ({error})", where=where) from error


def shown(url: str) -> str:
    """The address without a name and password that it may carry."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _refusal(error: UnexpectedResponse, where: str) -> IndexFailure:
    if error.status_code in REFUSED:
        return IndexFailure("le serveur refuse l'accès", where=where, remedy=KEY)
    said = error.content.decode("utf-8", "replace")[:300]
    return IndexFailure(f"réponse {error.status_code} du serveur : {said}", where=where, remedy=LOG)


def _silence(cause: Exception, where: str) -> IndexFailure:
    if isinstance(cause, httpx.TimeoutException):
        return IndexFailure("le serveur ne répond pas à temps", where=where, remedy=START)
    if isinstance(cause, httpx.TransportError):
        return IndexFailure(f"le serveur ne répond pas ({cause})", where=where, remedy=START)
    return IndexFailure(f"la réponse ne se lit pas ({cause})", where=where, remedy=START)
