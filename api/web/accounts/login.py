"""To come in with a password, and to leave. Says the same whatever is wrong."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import visitors
from api.web import forms
from api.web.accounts import session, wrong
from api.web.accounts.wrong import Wrong
from api.web.addresses import LOGIN, local
from api.web.pages import Pages, page_route, respond
from rag.accounts.errors import LoginRefused
from rag.accounts.sessions import Opened
from rag.accounts.telling import untold


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    service = pages.door.service
    accounts, recorder = service.accounts, service.recorder
    vouching = bool(service.parts.settings.oidc_issuer)

    def shown(request: Request, back: str, login: str = "", found: Wrong | None = None) -> Response:
        html = pages.html(
            pages.frame(request),
            "accounts/login.html",
            back=local(back),
            login=login,
            wrong=found,
            vouching=vouching,
        )
        response = respond(request, html, found.status if found else 200)
        response.headers.update(found.headers if found else {})
        return response

    @routes.get(LOGIN)
    async def ask(request: Request, next: str = "/") -> Response:
        if visitors.present().identity is not None:
            return session.redirect(local(next))
        return shown(request, next)

    @routes.post(LOGIN)
    async def enter(request: Request) -> Response:
        async with forms.sent(request) as form:
            login, back = forms.words(form, "login"), forms.words(form, "next")
            password = forms.words(form, "password")
        address, old = session.address_of(request), visitors.session_of(request)

        def work() -> Opened:
            tell = recorder.tells("login", comes=True)
            try:
                return accounts.login(login, password, address, old, tell)
            except LoginRefused:
                recorder.account("login-refused")
                raise

        try:
            opened = await service.logins.run(session.line_of(request), work)
        except wrong.EXPECTED as error:
            language = pages.frame(request).language
            return shown(request, back, login[:100], wrong.of_error(error, language))
        return session.given(request, opened, local(back))

    @routes.post("/deconnexion")
    async def leave(request: Request) -> Response:
        async with forms.sent(request):
            pass
        known = visitors.present().identity is not None

        def work() -> None:
            tell = recorder.tells("logout") if known else untold
            accounts.logout(visitors.session_of(request), tell)

        await pages.read(request, work)
        return session.forgotten(request)

    return routes
