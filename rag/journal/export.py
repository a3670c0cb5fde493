"""Entries as CSV or JSON Lines, line by line. Pure.

CSV is for spreadsheets: UTF-8 with a byte order mark, semicolons as French ones expect, every cell
quoted, and none that a spreadsheet would take for a formula.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from rag.journal.reading import Recorded

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a cell that is computed starts with
ERASED = "(effacé)"
_COLUMNS = (
    "seq", "request_id", "at", "kind", "door", "who", "services", "question", "as_of", "model",
    "versions", "verified", "unsupported", "contradicted", "refused", "status", "latency",
    "prompt_tokens", "prompt_ms", "written_tokens", "written_ms", "first_ms", "about", "useful",
    "reason", "comment", "detail",
)  # fmt: skip


def json_lines(found: Iterable[Recorded]) -> Iterator[str]:
    """One JSON object an entry, with its line feed."""
    for recorded in found:
        yield json.dumps(shape(recorded), ensure_ascii=False) + "\n"


def csv_lines(found: Iterable[Recorded]) -> Iterator[str]:
    """The names of the columns, then one record an entry (a question may hold line feeds)."""
    yield "\ufeff" + _record(_COLUMNS)
    for recorded in found:
        values = shape(recorded)
        yield _record(safe_cell(_cell(values[name])) for name in _COLUMNS)


def safe_cell(words: str) -> str:
    """The words, with an apostrophe before what a spreadsheet would compute."""
    return f"'{words}" if words.startswith(FORMULA) else words


def shape(recorded: Recorded) -> dict[str, Any]:
    """Every field of an entry; moments and days in ISO, durations in milliseconds."""
    entry = recorded.entry
    return {
        "seq": recorded.seq,
        "request_id": entry.request_id,
        "at": entry.at.isoformat(timespec="milliseconds"),
        "kind": entry.kind,
        "door": entry.door,
        "who": ERASED if recorded.erased else entry.who,
        "services": sorted(entry.services),
        "question": entry.question,
        "as_of": entry.as_of.isoformat() if entry.as_of else None,
        "model": entry.model,
        "versions": list(entry.versions),
        "verified": entry.verdicts.verified,
        "unsupported": entry.verdicts.unsupported,
        "contradicted": entry.verdicts.contradicted,
        "refused": entry.refused,
        "status": entry.status,
        "latency": dict(entry.latency),
        "prompt_tokens": entry.spent.prompt_tokens,
        "prompt_ms": entry.spent.prompt_ms,
        "written_tokens": entry.spent.written_tokens,
        "written_ms": entry.spent.written_ms,
        "first_ms": entry.spent.first_ms,
        "about": entry.about,
        "useful": entry.useful,
        "reason": entry.reason,
        "comment": entry.comment,
        "detail": entry.detail,
    }


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, dict):
        return " ".join(f"{name}={number:g}" for name, number in value.items())
    return str(value)


def _record(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=";", quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()
