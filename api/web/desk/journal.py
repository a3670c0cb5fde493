"""The page of the journal: entries without the words of questions, and reading one for a reason."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import visitors
from api.problems import INVALID, Refused
from api.web import forms
from api.web.desk import names, telling
from api.web.desk.chosen import Chosen, chosen_of
from api.web.desk.figures import Figures
from api.web.desk.wording import named
from api.web.frame import Frame
from api.web.pages import Pages, page_route, respond
from api.web.people.sections import sections
from rag.accounts.roles import Permission
from rag.database import reading as transaction
from rag.journal import checking
from rag.journal.reading import by_request, page
from rag.types import Caller

ADDRESS = "/administration/journal"
SIZE = 50  # entries on a page
READ_AT_ONCE = 50  # questions read for one reason


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    journal = Desk(pages)
    routes.get(ADDRESS)(journal.listed)
    routes.post(f"{ADDRESS}/question")(journal.question)
    routes.post(f"{ADDRESS}/verification")(journal.check)
    return routes


class Desk:
    """The handlers."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._journal = pages.door.service.journal
        self._parts = pages.door.service.parts

    async def listed(
        self, request: Request, before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None
    ) -> Response:
        """A page of the newest entries."""
        frame = self._pages.frame(request, Permission.READ_JOURNAL)
        chosen = chosen_of(dict(request.query_params))

        def work() -> dict[str, object]:
            return {**self._entries(frame, chosen, before), "report": None}

        return await self._pages.show(request, frame, "desk/journal.html", work)

    async def check(self, request: Request) -> Response:
        """The same with what the proof of the chain gives."""
        frame = self._pages.frame(request, Permission.READ_JOURNAL)
        async with forms.sent(request):
            pass

        def work() -> dict[str, object]:
            report = checking.check(self._journal.engine, self._journal.key)
            return {**self._entries(frame, Chosen(), None), "report": report}

        return await self._pages.show(request, frame, "desk/journal.html", work)

    async def question(self, request: Request) -> Response:
        """The words of questions, once the journal has kept who reads them and why."""
        frame = self._pages.frame(request, Permission.READ_QUESTIONS)
        async with forms.sent(request) as form:
            asked = [str(value) for value in form.getlist("request_id")][:READ_AT_ONCE]
            why = telling.reason(forms.words(form, "reason"))
        if not asked:
            raise Refused(INVALID, "Choisissez une question.", "Choose a question.")
        visitor = visitors.present()

        def work() -> str:
            words = self._journal.read_questions(
                asked, who=visitor.name, door=visitor.door, reason=why
            )
            with transaction(self._journal.engine) as connection:
                found = by_request(connection, asked)
            shown = sorted(found, key=lambda each: -each.seq)
            return self._pages.html(
                frame,
                "desk/questions.html",
                found=[(each, words.get(each.entry.request_id, "")) for each in shown],
                say=Figures(frame.language),
                names=names,
                reason=why,
                sections=sections(frame),
            )

        return respond(request, await self._pages.read(request, work))

    def _entries(self, frame: Frame, chosen: Chosen, before: int | None) -> dict[str, object]:
        wanted = chosen.filter(self._journal.privacy)
        with transaction(self._journal.engine) as connection:
            found = page(connection, wanted, before=before, limit=SIZE + 1)
        shown = found[:SIZE]
        cited = [version for each in shown for version in each.entry.versions]
        return {
            "entries": shown,
            "cited": self._named(cited, frame.visitor.caller),
            "older": chosen.query(before=shown[-1].seq) if len(found) > SIZE else "",
            "newest": chosen.query() if before else None,
            "chosen": chosen,
            "say": Figures(frame.language),
            "names": names,
            "detail_of": telling.detail_of,
            "sections": sections(frame),
            "may_read": frame.visitor.may(Permission.READ_QUESTIONS),
            "may_erase": frame.visitor.may(Permission.PERSONAL_DATA),
        }

    def _named(self, version_ids: list[str], caller: Caller) -> dict[str, object]:
        with transaction(self._parts.catalogue) as connection:
            return dict(named(connection, version_ids, caller))
