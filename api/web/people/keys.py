"""Everyone's keys, as who closes them sees them: what they open, never the keys themselves."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.web import forms
from api.web.accounts import names, session, wrong
from api.web.accounts.wrong import Wrong
from api.web.language import N_
from api.web.pages import Pages, page_route, respond
from api.web.people.sections import BASE, KEYS, sections
from rag.accounts.administration import Administration
from rag.accounts.keys import day_of

HERE = BASE + KEYS
DONE = {"revoquee": N_("La clé est révoquée.")}


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    service = pages.door.service
    desk = Administration(service.accounts.store)

    async def shown(request: Request, found: Wrong | None = None) -> Response:
        frame = pages.frame(request)

        def work() -> str:
            return pages.html(
                frame,
                "people/keys.html",
                sections=sections(frame),
                keys=desk.keys_of(),
                now=service.accounts.store.now(),
                names=names,
                day_of=day_of,
                wrong=found,
                done=DONE.get(request.query_params.get("fait", ""), ""),
            )

        return respond(request, await pages.read(request, work), found.status if found else 200)

    @routes.get(HERE)
    async def keys(request: Request) -> Response:
        return await shown(request)

    @routes.post(f"{HERE}/revoquer")
    async def revoke(request: Request) -> Response:
        async with forms.sent(request) as form:
            key_id = forms.words(form, "key")

        def work() -> None:
            desk.revoke_key(key_id, tell=service.recorder.tells("key-revoked"))

        try:
            await pages.read(request, work)
        except wrong.EXPECTED as error:
            return await shown(request, wrong.of_error(error, pages.frame(request).language))
        return session.redirect(f"{HERE}?fait=revoquee")

    return routes
