"""Which services read which texts. The one place where who manages rights sees the title of a text
that they may not read; of its words, nothing."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.web import forms
from api.web.accounts import session, wrong
from api.web.accounts.wrong import Wrong
from api.web.language import N_
from api.web.pages import Pages, page_route, respond
from api.web.people.sections import BASE, TEXTS, lines, sections
from rag.accounts.administration import Administration
from rag.catalogue import reading, rights
from rag.database import reading as looking
from rag.database import writing
from rag.errors import UsageError
from rag.types import Caller, Text

LIST = BASE + TEXTS
ONE = LIST + "/{text_id:path}"
SHOWN = 200  # texts on one page
EVERYONE, SOME = "tous", "services"
NAME_ONE = N_("nommez au moins un service, ou choisissez « tout le monde »")
DONE = {"droits": N_("Les droits sont changés : ce qui est retiré l'est dès la prochaine demande.")}


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    service = pages.door.service
    parts = service.parts
    desk = Administration(service.accounts.store)

    def texts() -> list[Text]:
        with looking(parts.catalogue) as connection:
            return reading.texts_for(connection, Caller.operator())

    def text_of(text_id: str) -> Text:
        with looking(parts.catalogue) as connection:
            found = reading.text(connection, text_id, Caller.operator())
        if found is None:
            raise HTTPException(404)
        return found

    @routes.get(LIST)
    async def listed(request: Request, q: str = "") -> Response:
        frame = pages.frame(request)

        def work() -> dict[str, object]:
            every = texts()
            wanted = [text for text in every if q.strip().casefold() in text.title.casefold()]
            return {
                "sections": sections(frame),
                "texts": wanted[:SHOWN],
                "more": max(0, len(wanted) - SHOWN),
                "asked": q,
                "services": _services(every, desk),
                "address": address,
            }

        return await pages.show(request, frame, "people/services.html", work)

    async def one(request: Request, text_id: str, found: Wrong | None = None) -> Response:
        frame = pages.frame(request)

        def work() -> str:
            return pages.html(
                frame,
                "people/text.html",
                sections=sections(frame),
                text=text_of(text_id),
                services=_services(texts(), desk),
                address=address,
                wrong=found,
                done=DONE.get(request.query_params.get("fait", ""), ""),
            )

        return respond(request, await pages.read(request, work), found.status if found else 200)

    @routes.get(ONE)
    async def text(request: Request, text_id: str) -> Response:
        return await one(request, text_id)

    @routes.post(ONE)
    async def give(request: Request, text_id: str) -> Response:
        language = pages.frame(request).language
        async with forms.sent(request) as form:
            to, named = forms.words(form, "to"), lines(forms.words(form, "services"))
        if to != EVERYONE and not named:  # an empty list must not open what was closed
            return await one(request, text_id, wrong.at("services", NAME_ONE, language))

        def work() -> None:
            before = text_of(text_id).services
            given = [] if to == EVERYONE else named
            with writing(parts.catalogue, parts.catalogue_place) as connection:
                rights.set_services(connection, text_id, given)
                found = reading.text(connection, text_id, Caller.operator())
                after = found.services if found else ()
                # Before its commit, in another database: nothing changes without an entry.
                service.recorder.account(
                    "text-services", text=text_id, before=sorted(before), after=sorted(after)
                )

        try:
            await pages.read(request, work)
        except UsageError as error:
            return await one(request, text_id, wrong.of_error(error, language))
        return session.redirect(f"{address(text_id)}?fait=droits")

    return routes


def address(text_id: str) -> str:
    """The page of a text's rights."""
    return f"{LIST}/{quote(text_id, safe='')}"


def _services(texts: list[Text], desk: Administration) -> list[tuple[str, int, int]]:
    """Every service with how many texts only it and others named read, and how many people it has;
    by name."""
    given = Counter(service for text in texts for service in text.services)
    held = Counter(service for person in desk.people() for service in person.services)
    return [(name, given[name], held[name]) for name in sorted(given.keys() | held.keys())]
