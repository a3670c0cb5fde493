"""Reading what a model server answers, trusting nothing of its shape. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import httpx


def read(response: httpx.Response) -> dict[str, Any]:
    """The object that a response holds.

    Raises:
        httpx.HTTPStatusError: it is an error, or leads elsewhere.
        ValueError, TypeError: it is no JSON object.
    """
    response.raise_for_status()
    body = response.json()
    if not isinstance(body, dict):
        raise TypeError("not an object")
    return body


def digest(shape: Mapping[str, Any]) -> str:
    """Names a JSON object by its content: 16 hexadecimal digits."""
    written = json.dumps(shape, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()[:16]


def positive(value: object) -> int | None:
    """A count, or None for anything else: servers write 0, null or text where they do not know."""
    return value if isinstance(value, int) and value > 0 else None
