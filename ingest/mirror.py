"""Takes away what is no longer in the source."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ingest.sources.base import Source
from rag.catalogue import records, sources


@dataclass(frozen=True, slots=True)
class Doomed:
    """A text that no source gives any more."""

    text_id: str
    title: str


def doomed(
    connection: Connection,
    roots: Iterable[Path],
    found: Sequence[Source],
    dropped: Mapping[str, Collection[str]],
) -> list[Doomed]:
    """The texts that came from below `roots` and that no source gives any more, by id.

    `found`: the sources there now; `dropped`: of those read to their end, by path key, the texts
    that they gave before and give no more.
    """
    present = {sources.path_key(source.path) for source in found}
    read = {path for root in roots for path in sources.under(connection, sources.path_key(root))}
    gone = read - present
    lost = set(_lost(sources.links(connection), gone, dropped))
    return [Doomed(text_id, records.describe(connection, text_id)[0]) for text_id in sorted(lost)]


def _lost(
    links: Iterable[tuple[str, str]], gone: Collection[str], dropped: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """The texts all of whose links (text, source) are cut."""
    kept: set[str] = set()
    cut: set[str] = set()
    for text_id, path in links:
        is_cut = path in gone or text_id in dropped.get(path, ())
        (cut if is_cut else kept).add(text_id)
    yield from cut - kept
