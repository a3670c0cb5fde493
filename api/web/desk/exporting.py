"""Leaves of the journal: entries as a file, and what is kept of one person, given or erased.

Each is told to the journal before a byte leaves. A file is made a thousand entries at a time,
newest first: whoever reads slowly holds neither a transaction nor the whole in memory.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from api import visitors
from api.problems import FORBIDDEN, INVALID, Refused
from api.web import forms
from api.web.desk import telling
from api.web.desk.chosen import Chosen, chosen_of
from api.web.desk.journal import ADDRESS
from api.web.desk.wording import named, readable_texts, without_others
from api.web.pages import HEADERS, PRIVATE, Pages, page_route, respond
from api.web.people.sections import sections
from rag.accounts.roles import Permission
from rag.conversations.export import json_line
from rag.database import reading as transaction
from rag.journal import erasure, export
from rag.journal.entry import EXPORT
from rag.journal.filters import Filter
from rag.journal.reading import Recorded, page
from rag.types import Caller

BATCH = 1000  # entries made at once
FORMS: dict[str, tuple[Callable[[Iterable[Recorded]], Iterator[str]], str, str]] = {
    "csv": (export.csv_lines, "csv", "text/csv; charset=utf-8"),
    "jsonl": (export.json_lines, "jsonl", "application/x-ndjson; charset=utf-8"),
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """What to export. `words`: with questions and comments."""

    chosen: Filter
    form: str
    words: bool
    caller: Caller


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    leaving = Leaving(pages)
    routes.post(f"{ADDRESS}/export")(leaving.export)
    routes.post(f"{ADDRESS}/personne")(leaving.person)
    return routes


class Leaving:
    """The handlers."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._journal = pages.door.service.journal
        self._parts = pages.door.service.parts

    async def export(self, request: Request) -> Response:
        """The entries that are chosen, as a file."""
        frame = self._pages.frame(request, Permission.READ_JOURNAL)
        async with forms.sent(request) as form:
            chosen = chosen_of(form)
            kind = forms.words(form, "format")
            words = bool(form.get("words"))
            why = forms.words(form, "reason")
        if words and not frame.visitor.may(Permission.READ_QUESTIONS):
            raise Refused(FORBIDDEN)
        if kind not in FORMS:
            raise Refused(INVALID)
        why = telling.reason(why) if words else " ".join(why.split())[: telling.MAX_REASON]
        leaf = Leaf(self._filter(chosen), kind, words, frame.visitor.caller)
        await self._pages.read(request, lambda: self._tell(leaf, why))
        return self._file(request, leaf, f"journal-{datetime.now(UTC):%Y%m%d-%H%M}")

    async def person(self, request: Request) -> Response:
        """What is kept of one person, conversations too: given to them, or erased."""
        frame = self._pages.frame(request, Permission.PERSONAL_DATA)
        async with forms.sent(request) as form:
            who = forms.words(form, "who").strip()
            does, sure = forms.words(form, "do"), bool(form.get("sure"))
            why = telling.reason(forms.words(form, "reason"))
        if not who or does not in ("export", "erase"):
            raise Refused(INVALID, "Dites de qui il s'agit.", "Say who it is about.")
        if does == "export":
            leaf = Leaf(self._filter(Chosen(who=who)), "jsonl", True, frame.visitor.caller)
            await self._pages.read(request, lambda: self._tell(leaf, why))
            return self._file(request, leaf, "donnees-personnelles", who)
        if not sure:
            raise Refused(
                INVALID,
                "Cochez la case : ce qui est effacé ne revient pas.",
                "Tick the box: what is erased does not come back.",
            )

        def work() -> str:
            erased, forgotten = self._erase(who)
            return self._pages.html(
                frame,
                "desk/erased.html",
                erased=erased,
                forgotten=forgotten,
                sections=sections(frame),
            )

        return respond(request, await self._pages.read(request, work))

    def _filter(self, chosen: Chosen) -> Filter:
        return chosen.filter(self._journal.privacy)

    def _erase(self, who: str) -> tuple[int, int]:
        """How many entries, and how many conversations, held something of that person."""
        visitor = visitors.present()
        erased = erasure.erase(self._journal, who, who=visitor.name, door=visitor.door)
        return erased, self._pages.door.service.conversations.forget_login(who)

    def _tell(self, leaf: Leaf, why: str) -> None:
        """Of one person or of all, never of whom."""
        scope = leaf.chosen.scope
        about = {
            name: str(getattr(scope, name) or "")
            for name in ("since", "until", "service", "model", "door", "kind")
        }
        self._journal.append(
            telling.entry(
                EXPORT,
                reason=why,
                one_person=bool(leaf.chosen.who),
                refused=leaf.chosen.refused,
                words=leaf.words,
                **about,
            )
        )

    def _file(self, request: Request, leaf: Leaf, name: str, person: str = "") -> Response:
        """`person`: whose conversations come after the entries."""
        _, suffix, media_type = FORMS[leaf.form]
        kept = {"Content-Disposition": f'attachment; filename="{name}.{suffix}"'}
        return StreamingResponse(
            self._lines(request, leaf, person),
            headers={**HEADERS, **PRIVATE, **kept},
            media_type=media_type,
        )

    async def _lines(self, request: Request, leaf: Leaf, person: str) -> AsyncIterator[bytes]:
        before: int | None = None
        known: dict[str, bool] = {}  # versions looked up: may they be read
        first = True
        while first or before is not None:
            work = partial(self._batch, leaf, before, known, first=first)
            made, before = await self._pages.read(request, work)
            first = False
            yield made
        if person:
            talks = self._pages.door.service.conversations.given(person, leaf.caller)
            while talk := await self._pages.read(request, lambda: next(talks, None)):
                yield json_line(*talk).encode("utf-8", "replace")

    def _batch(
        self, leaf: Leaf, before: int | None, known: dict[str, bool], *, first: bool
    ) -> tuple[bytes, int | None]:
        with transaction(self._journal.engine) as connection:
            found = page(connection, leaf.chosen, before=before, limit=BATCH, words=leaf.words)
        lines = list(FORMS[leaf.form][0](self._readable(found, leaf, known)))
        if leaf.form == "csv" and not first:
            lines = lines[1:]  # the names of the columns
        after = found[-1].seq if len(found) == BATCH else None
        return "".join(lines).encode("utf-8", "replace"), after

    def _readable(
        self, found: list[Recorded], leaf: Leaf, known: dict[str, bool]
    ) -> list[Recorded]:
        """The entries without the versions and texts that who exports may not read."""
        cited = {version for each in found for version in each.entry.versions}
        with transaction(self._parts.catalogue) as connection:
            new = cited - known.keys()
            read = named(connection, new, leaf.caller)
            texts = readable_texts(connection, leaf.caller)
        known.update({version: version in read for version in new})
        return without_others(found, (v for v, may in known.items() if may), texts)
