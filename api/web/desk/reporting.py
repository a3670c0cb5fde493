"""The report of an ingest as a page shows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LISTED = 300  # texts on one page


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to a text."""

    text_id: str
    title: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    metadata_only: tuple[str, ...]
    unchanged: int

    @property
    def nothing(self) -> bool:
        """True when the text stays as it is."""
        return not (self.added or self.changed or self.removed or self.metadata_only)


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that cannot be taken in, and what to do."""

    source: str
    error: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Report:
    """`texts`: those that change, `LISTED` at most; `more` others do."""

    texts: tuple[Change, ...]
    more: int
    unchanged: int
    failures: tuple[Failure, ...]
    counts: Mapping[str, int]

    @property
    def removes(self) -> int:
        """How many articles go."""
        return self.counts["removed"]

    @property
    def nothing(self) -> bool:
        """True when nothing changes."""
        return not self.texts


def report_of(told: Mapping[str, Any], source: Path) -> Report:
    """From what `referent ingest --json` prints. Folders of this server are not shown."""
    every = [_change(each) for each in told["texts"]]
    changed = [each for each in every if not each.nothing]
    failures = tuple(
        Failure(*(_local(str(each[name]), source) for name in ("source", "error", "remedy")))
        for each in told["failures"]
    )
    counts = {
        "texts": len(changed),
        "failures": len(failures),
        **{
            name: sum(len(getattr(each, name)) for each in every)
            for name in ("added", "changed", "removed")
        },
    }
    more = max(0, len(changed) - LISTED)
    return Report(tuple(changed[:LISTED]), more, len(every) - len(changed), failures, counts)


def _change(told: Mapping[str, Any]) -> Change:
    def numbers(name: str) -> tuple[str, ...]:
        return tuple(map(str, told[name]))

    return Change(
        str(told["text_id"]),
        str(told["text"]),
        numbers("added"),
        numbers("changed"),
        numbers("removed"),
        numbers("metadata_only"),
        int(told["unchanged"]),
    )


def _local(words: str, source: Path) -> str:
    return words.replace(f"{source}/", "").replace(str(source), source.name)
