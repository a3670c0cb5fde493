"""What an ingest did, in the shapes that DESIGN.md promises. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rag.errors import ReferentError
from rag.legal.changes import TextChanges


@dataclass(frozen=True, slots=True)
class TextReport:
    """What happened to one Text, and how many of its passages were embedded."""

    changes: TextChanges
    embedded: int = 0

    def as_json(self) -> dict[str, Any]:
        """The shape of one entry of "texts"."""
        return {
            "text_id": self.changes.text_id,
            "text": self.changes.title,
            "added": list(self.changes.added),
            "changed": list(self.changes.changed),
            "removed": list(self.changes.removed),
            "metadata_only": list(self.changes.metadata_only),
            "unchanged": self.changes.unchanged,
            "embedded": self.embedded,
        }


@dataclass(frozen=True, slots=True)
class Failure:
    """One source that could not be taken in."""

    source: str
    error: str
    remedy: str

    @classmethod
    def of(cls, error: ReferentError, source: str) -> Failure:
        """From an error; the source stands in for a place that the error does not name."""
        return cls(printable(error.where or source), printable(error.what), printable(error.remedy))

    def as_json(self) -> dict[str, Any]:
        """The shape of one entry of "failures"."""
        return {"source": self.source, "error": self.error, "remedy": self.remedy}


@dataclass(slots=True)
class IngestReport:
    """Everything one run did."""

    texts: list[TextReport] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0
    notices: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The promised shape."""
        return {
            "texts": [text.as_json() for text in self.texts],
            "failures": [failure.as_json() for failure in self.failures],
            "seconds": round(self.seconds, 3),
        }


def printable(text: str) -> str:
    """On one line, whatever the name of a file holds: control characters are written out."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    )
