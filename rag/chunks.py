"""Sequences cut into lists of a size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def chunks(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    """The items in order, `size` at a time."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
