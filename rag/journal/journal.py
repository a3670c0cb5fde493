"""The journal as the service uses it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, select

from rag.database import reading, translated
from rag.errors import CatalogueError, NotFound
from rag.journal.entry import FEEDBACK, READ_QUESTION, Entry, Spent
from rag.journal.key import Key
from rag.journal.pen import PLACE, pen, pen_within, read_head
from rag.journal.privacy import Privacy
from rag.journal.reading import by_request, spent_of
from rag.journal.schema import daily, journal
from rag.settings import Settings

RECENT = 50  # answers of a model that tell its speed


class Journal:
    """Records requests in the registry, by the settings. Threads may share it.

    `missed` counts the entries that could not be written although the answer was given.
    """

    def __init__(self, registry: Engine, settings: Settings, data: Path) -> None:
        self.engine = registry
        shared = bool(settings.registry_url or settings.catalogue_url)
        self.key = Key(data, settings.journal_key, shared=shared)
        self.privacy = Privacy(registry, settings.journal_names, settings.journal_questions)
        self.missed = 0
        self._kept = settings.journal
        self._required = settings.journal_required
        self._turn = Lock()  # the database makes threads that wait sleep; this wakes them

    def check_key(self) -> None:
        """Nothing, where this server may sign the journal: for who is going to write it.

        Raises:
            SettingsError: it shares a registry with others, and the key is not set.
        """
        if self._kept:
            with reading(self.engine) as connection:
                found = read_head(connection)
            self.key.check_shared(*found)

    def record(self, entry: Entry, within: Connection | None = None) -> bool:
        """Write an entry; committed when this returns. False: not kept, by setting or failure.

        `within`: a transaction of the registry under way, with which it is committed; what is
        needed besides was made ready (`Privacy.make_ready`).

        Raises:
            CatalogueError: it cannot be written, and the settings say that it must be. What it
                answers is then to be withheld.
        """
        if not self._kept:
            return False
        try:
            if within is None:
                self.append(entry)
            else:
                self._append_within(within, entry)
        except CatalogueError:
            if self._required:
                raise
            self.missed += 1
            return False
        return True

    def append(self, *entries: Entry) -> None:
        """Write entries, all or none, whatever the settings say of failures.

        Raises:
            CatalogueError: they cannot be written.
        """
        kept = [self.privacy.kept(entry) for entry in entries]
        with self._turn, pen(self.engine, self.key) as held:
            for entry in kept:
                held.add(entry)

    def _append_within(self, connection: Connection, entry: Entry) -> None:
        kept = self.privacy.kept(entry)
        # A savepoint: without the entry, where the settings allow it, the rest can be kept.
        with (
            translated(PLACE),
            connection.begin_nested(),
            pen_within(connection, self.key) as held,
        ):
            held.add(kept)

    def feedback(
        self, about: str, useful: bool, *, who: str, door: str, reason: str = "", comment: str = ""
    ) -> None:
        """Record what somebody thinks of an answer; counted under its services and model.

        Raises:
            NotFound: no such request is in the journal.
            CatalogueError: it cannot be written.
        """
        with reading(self.engine) as connection:
            asked = _asked(connection, [about]).get(about)
        if asked is None:
            raise NotFound(
                "cette demande n'est pas dans le journal",
                where=about,
                remedy="donnez l'identifiant rendu avec la réponse",
            )
        self.append(
            Entry(
                kind=FEEDBACK,
                door=door,
                who=who,
                services=asked.services,
                model=asked.model,
                about=about,
                useful=useful,
                reason=reason,
                comment=comment,
            )
        )

    def read_questions(
        self, request_ids: Sequence[str], *, who: str, door: str, reason: str
    ) -> dict[str, str]:
        """The questions of those of these requests that are there; each reading is journalled.

        Raises:
            CatalogueError: it cannot be journalled; nothing is read then.
        """
        with reading(self.engine) as connection:
            asked = _asked(connection, request_ids)
        self.append(
            *(
                Entry(READ_QUESTION, door, who, about=request_id, reason=reason)
                for request_id in asked
            )
        )
        return {request_id: entry.question for request_id, entry in asked.items()}

    def spent_by_model(self) -> dict[str, tuple[Spent, ...]]:
        """Model → what its most recent answers took, newest first."""
        with reading(self.engine) as connection:
            names = connection.execute(
                select(daily.c.model).where(daily.c.model != "").distinct()
            ).scalars()
            found = {name: _recent(connection, name) for name in names}
        return {name: spent for name, spent in found.items() if spent}


def _asked(connection: Connection, request_ids: Sequence[str]) -> dict[str, Entry]:
    found = by_request(connection, request_ids)
    return {each.entry.request_id: each.entry for each in found}


def _recent(connection: Connection, model: str) -> tuple[Spent, ...]:
    query = (
        select(journal)
        .where(journal.c.model == model, journal.c.written_tokens.is_not(None))
        .order_by(journal.c.seq.desc())
        .limit(RECENT)
    )
    return tuple(spent_of(row) for row in connection.execute(query).mappings())
