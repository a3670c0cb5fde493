"""One's own account: the page, the password, the sessions."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.web import forms
from api.web.accounts import session, wrong
from api.web.accounts.my_page import HERE, MyPage, mine
from api.web.accounts.wrong import DIFFERENT, NOT_YOURS
from api.web.pages import Pages, page_route
from rag.accounts.errors import LoginRefused
from rag.accounts.sessions import Opened


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    service, shown = pages.door.service, MyPage(pages).shown
    accounts, recorder = service.accounts, service.recorder

    @routes.get(HERE)
    async def account(request: Request) -> Response:
        return await shown(request)

    @routes.post(f"{HERE}/mot-de-passe")
    async def change_password(request: Request) -> Response:
        me, language = mine(), pages.frame(request).language
        async with forms.sent(request) as form:
            current, new = forms.words(form, "current"), forms.words(form, "password")
            if new != forms.words(form, "again"):
                return await shown(request, wrong.at("again", DIFFERENT, language))

        def work() -> Opened:
            tell = recorder.tells("password-changed")
            return accounts.change_password(me, current, new, session.address_of(request), tell)

        try:
            opened = await service.logins.run(session.line_of(request), work)
        except LoginRefused:
            return await shown(request, wrong.at("current", NOT_YOURS, language, 403))
        except wrong.EXPECTED as error:
            return await shown(request, wrong.of_error(error, language))
        return session.given(request, opened, f"{HERE}?fait=mot-de-passe")

    @routes.post(f"{HERE}/sessions")
    async def leave_everywhere(request: Request) -> Response:
        me = mine()
        async with forms.sent(request):
            pass

        def work() -> None:
            accounts.logout_everywhere(me, recorder.tells("logout-everywhere"))

        await pages.read(request, work)
        return session.forgotten(request)

    return routes
