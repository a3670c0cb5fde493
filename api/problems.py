"""Errors as RFC 9457 problem details, in French or English. What is inside stays inside.

A problem has a kind, which is stable and meant for programs (`type` is "urn:referent:" and the
kind), a title in the language asked for, and at most a detail that tells the caller what to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from rag.errors import (
    CatalogueBusy,
    IndexBusy,
    ModelFailure,
    ModelMissing,
    NotFound,
    ReferentError,
    UsageError,
)

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:referent:"
FRENCH, ENGLISH = "fr", "en"
RETRY_SECONDS = 2
SHOWN = 8  # wrong fields named in one problem
LONGEST_NAME = 200  # characters of one that are


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its HTTP status, and its title in both languages."""

    name: str
    status: int
    french: str
    english: str

    def title(self, language: str) -> str:
        """The title in that language."""
        return self.english if language == ENGLISH else self.french


INVALID = Kind("invalid", 422, "La demande n'est pas valable.", "The request is not valid.")
NOT_FOUND = Kind(
    "not-found",
    404,
    "Aucun texte ou article ne répond à ce nom, ou plusieurs.",
    "No text or article has this name, or several have.",
)
NO_ROUTE = Kind("no-such-address", 404, "Cette adresse n'existe pas.", "No such address.")
METHOD = Kind("method", 405, "Cette adresse ne connaît pas cette méthode.", "Method not allowed.")
FORBIDDEN = Kind(
    "forbidden",
    403,
    "Ce droit ne peut pas être demandé ici.",
    "This right cannot be claimed here.",
)
UNKNOWN_CALLER = Kind(
    "unknown-caller",
    401,
    "Dites d'abord qui vous êtes.",
    "Say who you are first.",
)
HOST = Kind(
    "host",
    421,
    "Ce serveur ne répond pas sous ce nom.",
    "This server does not answer under this name.",
)
TOO_LARGE = Kind("too-large", 413, "La demande est trop volumineuse.", "The request is too large.")
SLOW_BODY = Kind(
    "slow-request",
    408,
    "La demande a mis trop longtemps à arriver.",
    "The request took too long to arrive.",
)
TOO_MANY = Kind(
    "too-many",
    429,
    "Trop de demandes attendent déjà : réessayez dans un moment.",
    "Too many requests are already waiting: try again in a moment.",
)
BUSY = Kind(
    "busy",
    503,
    "Le serveur est occupé : réessayez dans un moment.",
    "The server is busy: try again in a moment.",
)
UNAVAILABLE = Kind(
    "unavailable",
    503,
    "Les textes ne peuvent pas être lus en ce moment.",
    "The texts cannot be read at the moment.",
)
MODEL = Kind(
    "model",
    502,
    "Le modèle n'a pas écrit de réponse utilisable.",
    "The model wrote no answer that can be served.",
)
LATE = Kind("time-out", 504, "La réponse a pris trop de temps.", "The answer took too long.")
INTERNAL = Kind(
    "internal",
    500,
    "Erreur du serveur : l'administrateur en a le détail.",
    "Server error: the administrator has the details.",
)
EXPLAINED: tuple[tuple[type[ReferentError], Kind], ...] = (
    (NotFound, NOT_FOUND),
    (UsageError, INVALID),
    (ModelMissing, INVALID),
    (ModelFailure, MODEL),
)
RETRY = frozenset({TOO_MANY, BUSY})


class Refused(Exception):
    """A request is turned away; `french` and `english` say more than the kind's title."""

    def __init__(self, kind: Kind, french: str = "", english: str = "") -> None:
        super().__init__(kind.name)
        self.kind = kind
        self.french = french
        self.english = english


def refusal(error: Refused, language: str) -> Response:
    """The problem that a refusal is."""
    return problem(error.kind, language, error.english if language == ENGLISH else error.french)


def of_error(error: ReferentError, language: str) -> Response:
    """The problem that one of our errors is.

    A person's own mistake is explained, in French: its message names only what they may read.
    So is what a model did. Messages about catalogue and index name folders and files of the
    server: they stay here.
    """
    for family, kind in EXPLAINED:
        if isinstance(error, family):
            return problem(kind, language, error.what if language == FRENCH else "")
    busy = isinstance(error, CatalogueBusy | IndexBusy)
    return problem(BUSY if busy else UNAVAILABLE, language)


def of_fields(errors: Iterable[Any], language: str) -> Response:
    """The problem of fields that are missing or wrong: where, and pydantic's code of why."""
    wrong = [
        {
            "field": ".".join(str(part) for part in error["loc"])[:LONGEST_NAME],
            "error": error["type"],
        }
        for error in list(errors)[:SHOWN]
    ]
    return problem(INVALID, language, fields=wrong)


def of_status(status: int, language: str) -> Response:
    """The problem of an HTTP status that the framework raised."""
    kind = {404: NO_ROUTE, 405: METHOD, 413: TOO_LARGE}.get(status)
    if kind is None:
        kind = INVALID if status < HTTPStatus.INTERNAL_SERVER_ERROR else INTERNAL
    return problem(kind, language)


def problem(kind: Kind, language: str, detail: str = "", **more: object) -> Response:
    """A response of type application/problem+json."""
    body: dict[str, object] = {
        "type": f"{PREFIX}{kind.name}",
        "title": kind.title(language),
        "status": kind.status,
        **({"detail": detail} if detail else {}),
        **more,
    }
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if kind is UNKNOWN_CALLER:
        headers["WWW-Authenticate"] = "Bearer"
    if kind in RETRY:
        headers["Retry-After"] = str(RETRY_SECONDS)
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, kind.status, headers, MEDIA_TYPE)


def language_of(accepted: str) -> str:
    """French, unless `Accept-Language` prefers English."""
    weights = {FRENCH: 0.0, ENGLISH: 0.0}
    for part in accepted.split(","):
        tag, _, weight = part.partition(";")
        language = tag.strip().lower()[:2]
        if language in weights:
            weights[language] = max(weights[language], _weight(weight))
    return ENGLISH if weights[ENGLISH] > weights[FRENCH] else FRENCH


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
