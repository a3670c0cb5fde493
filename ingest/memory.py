"""What each source gave last time: skips the unchanged, and tells a mirror what is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ingest import discovery
from ingest.sources.base import Source
from rag.bootstrap import Parts
from rag.catalogue import records, sources
from rag.database import reading, writing
from rag.passages import MAX_WORDS

# Ends the fingerprint of a source that no longer gives a text it gave before. Only a mirror takes
# such a text away, and for that the source has to be read again.
_DROPPED = "~"


class Memory:
    """The sources of a data folder as they were read last."""

    def __init__(self, parts: Parts, *, mirror: bool) -> None:
        self._parts = parts
        self._mirror = mirror

    def mark(self, source: Source) -> str:
        """The source's fingerprint, with all that decides what reading it gives.

        Raises:
            UnreadableSource: it cannot be read.
        """
        return discovery.fingerprint(source, f"{MAX_WORDS} {self._parts.model_name}")

    def given(self, source: Source) -> list[str]:
        """The texts that this source gave before, changed or not."""
        with reading(self._parts.catalogue) as connection:
            return sources.texts_of(connection, sources.path_key(source.path))

    def unchanged(self, source: Source, mark: str) -> list[str] | None:
        """The texts that it gave, when it need not be read again; else None."""
        key = sources.path_key(source.path)
        good = {mark} if self._mirror else {mark, mark + _DROPPED}
        with reading(self._parts.catalogue) as connection:
            if sources.fingerprint_of(connection, key) not in good:
                return None
            return sources.texts_of(connection, key)

    def remember(
        self, source: Source, mark: str, given: Iterable[str], before: Collection[str]
    ) -> None:
        """What the source gives now; `before`: what it gave, which stays its own until mirrored.

        `mark` is `sources.UNREAD` when it was not read to its end.
        """
        now = set(given)
        if not (mark or now or before):
            return  # it failed, and gave nothing: nothing to remember
        dropped = set(before) - now
        fingerprint = mark + _DROPPED if mark and dropped else mark
        with writing(self._parts.catalogue, self._parts.catalogue_place) as connection:
            kept = records.existing(connection, now | dropped)
            sources.remember(connection, sources.path_key(source.path), fingerprint, kept)
