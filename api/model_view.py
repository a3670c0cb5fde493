"""Models as they are shown: what they take beside what this machine has, and how fast they were."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.answering.speed import Speed, speed_of
from rag.types import Spent

if TYPE_CHECKING:
    from rag.answering.server import ModelInfo
    from rag.journal.journal import Journal

ROOM = 1.2  # times a model's size: what running it takes, without its context window


def speeds(journal: Journal) -> dict[str, Speed]:
    """Model → what its most recent answers took, as the journal keeps it."""
    return {
        name: speed_of(
            [
                Spent(
                    each.prompt_tokens or 0,
                    each.prompt_ms or 0,
                    each.written_tokens or 0,
                    each.written_ms or 0,
                    each.first_ms or 0,
                )
                for each in spent
            ]
        )
        for name, spent in journal.spent_by_model().items()
    }


def models_shape(
    found: Sequence[ModelInfo],
    server: str,
    default: str,
    memory: int,
    speeds: Mapping[str, Speed],
) -> dict[str, Any]:
    """What `referent models --json` prints; sizes in bytes, windows in tokens.

    `speeds`: measured on past answers, by model. `fits`: null where nobody can tell, the size
    unknown or the server on another machine.
    """
    from rag.answering.extractive import MODEL

    here = memory if is_here(server) else None
    return {
        "server": server,
        "default": default or MODEL,
        "memory": memory,
        "models": [
            {
                "name": model.name,
                "size": model.size,
                "parameters": model.parameters,
                "quantization": model.quantization,
                "window": model.window,
                "loaded": model.loaded,
                "allowed": model.allowed,
                "remote": model.remote,
                "fits": fits(model, here),
                "speed": speed_shape(speeds.get(model.name)),
            }
            for model in found
        ],
    }


def fits(model: ModelInfo, memory: int | None) -> bool | None:
    """Whether a model runs in `memory` bytes; None when its size or the memory is not known."""
    if not model.size or memory is None or model.remote:
        return None
    return model.size * ROOM <= memory


def is_here(server: str) -> bool:
    """True when a server's address can only be this machine's."""
    host = urlsplit(server).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def machine_memory() -> int:
    """Bytes of memory of this machine, which need not be the server's."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def speed_shape(measured: Speed | None) -> dict[str, Any] | None:
    """Tokens a second and milliseconds to the first one; null without a past answer."""
    if measured is None or not measured.answers:
        return None
    return {
        "answers": measured.answers,
        "written_per_second": measured.written_per_second,
        "first_ms": measured.first_ms,
    }
