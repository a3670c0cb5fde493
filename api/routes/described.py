"""What every route says of its answers in the OpenAPI description."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from api import problems

_PROBLEM = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def gives(
    model: type[BaseModel], *kinds: problems.Kind, also: tuple[int, ...] = ()
) -> dict[int | str, dict[str, Any]]:
    """The answers of a route: `model` (with the statuses `also` too), or one of these problems."""
    always = (problems.INVALID, problems.FORBIDDEN, problems.HOST, problems.TOO_LARGE,
              problems.SLOW_BODY, problems.TOO_MANY, problems.BUSY, problems.LATE)  # fmt: skip
    given: dict[int | str, dict[str, Any]] = {
        kind.status: {"description": kind.english, "content": _PROBLEM}
        for kind in (*always, *kinds)
    }
    for status in (200, *also):
        given[status] = {"description": model.__doc__ or "", "model": model}
    return given
