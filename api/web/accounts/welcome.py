"""Where a one-time link leads: to choose a password, or to create the first administrator."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from api import visitors
from api.web import forms
from api.web.accounts import session, wrong
from api.web.accounts.wrong import DIFFERENT, Wrong
from api.web.pages import Pages, page_route, respond
from rag.accounts.errors import LinkSpent
from rag.accounts.people import Person
from rag.accounts.sessions import Opened

WELCOME = "/bienvenue/{token}"


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    service = pages.door.service
    accounts, recorder = service.accounts, service.recorder

    async def shown(
        request: Request, token: str, form: FormData | None = None, found: Wrong | None = None
    ) -> Response:
        frame = pages.frame(request)
        typed = {name: forms.words(form, name) if form else "" for name in ("login", "name")}

        def work() -> tuple[str, int]:
            status = found.status if found else 200
            try:
                person = accounts.invitation(token).person
            except LinkSpent as error:
                gone = wrong.of_error(error, frame.language)
                return pages.html(frame, "accounts/spent.html", wrong=gone), gone.status
            more = {"person": person, "typed": typed, "wrong": found}
            return pages.html(frame, "accounts/welcome.html", **more), status

        html, status = await pages.read(request, work)
        response = respond(request, html, status)
        response.headers["Referrer-Policy"] = "no-referrer"  # the address opens the account
        response.headers.update(found.headers if found else {})
        return response

    def accepted(token: str, person: Person | None, form: FormData) -> Opened:
        password = forms.words(form, "password")
        did = "password-chosen" if person else "first-administrator"
        tell = recorder.tells(did, comes=True)
        if person is not None:
            return accounts.accept(token, password, tell)
        login, name = forms.words(form, "login"), forms.words(form, "name")
        return accounts.accept_first(token, login, name, password, tell)

    @routes.get(WELCOME)
    async def welcome(request: Request, token: str) -> Response:
        return await shown(request, token)

    @routes.post(WELCOME)
    async def choose(request: Request, token: str) -> Response:
        language, old = pages.frame(request).language, visitors.session_of(request)
        async with forms.sent(request) as form:
            if forms.words(form, "password") != forms.words(form, "again"):
                return await shown(request, token, form, wrong.at("again", DIFFERENT, language))

            def work() -> Opened:
                person = accounts.invitation(token).person
                opened = accepted(token, person, form)
                accounts.logout(old)
                return opened

            try:
                opened = await service.logins.run(session.line_of(request), work)
            except wrong.EXPECTED as error:
                return await shown(request, token, form, wrong.of_error(error, language))
        return session.given(request, opened, "/")

    return routes
