"""What every route says of its answers in the OpenAPI description."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from api import problems
from api.problems import Kind

Responses = dict[int | str, dict[str, Any]]
ALWAYS = (problems.HOST, problems.TOO_LARGE, problems.SLOW_BODY)  # before any route is reached
GUARDED = (problems.UNKNOWN_CALLER, problems.FORBIDDEN)  # where not everyone may
QUEUED = (problems.TOO_MANY, problems.BUSY, problems.LATE)
WORK = (problems.INVALID, *GUARDED, *QUEUED, problems.UNAVAILABLE)  # asked of the texts
EACH = "Server-sent events, each with JSON as its data."
EVENTS, EVENT = "text/event-stream", 'event: hits\ndata: {"hits": []}\n\n'


def gives(model: type[BaseModel], *kinds: Kind) -> Responses:
    """The answers of a route that reads the texts: `model`, or a problem of one of these kinds."""
    given = fails(*WORK, *kinds)
    given[200] = {"description": model.__doc__ or "", "model": model}
    if problems.MODEL in kinds:  # what a model writes comes as it is written, to who asks for that
        given[200]["content"] = {EVENTS: {"schema": {"description": EACH}, "example": EVENT}}
    return given


def fails(*kinds: Kind) -> Responses:
    """The problems of a route: of these kinds, and those that any route may have."""
    given: Responses = {}
    for kind in (*ALWAYS, *kinds):
        told = given.setdefault(kind.status, {"description": "", "content": _problems()})
        told["description"] = " Or: ".join(filter(None, (told["description"], kind.english)))
        told["content"][problems.MEDIA_TYPE]["examples"][kind.name] = {"value": _example(kind)}
    return given


def _problems() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {problems.MEDIA_TYPE: {"schema": schema, "examples": {}}}


def _example(kind: Kind) -> dict[str, Any]:
    return {"type": f"{problems.PREFIX}{kind.name}", "title": kind.french, "status": kind.status}
