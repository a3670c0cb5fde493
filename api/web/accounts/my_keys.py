"""One's own keys. A key is shown once, on the page that makes it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from api.web import forms
from api.web.accounts import session, wrong
from api.web.accounts.my_page import HERE, MyPage, mine
from api.web.pages import Pages, page_route
from rag.accounts.administration import Administration
from rag.accounts.roles import Permission


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    service, shown = pages.door.service, MyPage(pages).shown
    recorder, most = service.recorder, service.parts.settings.keys_per_person
    desk = Administration(service.accounts.store, most)

    @routes.post(f"{HERE}/cles")
    async def create_key(request: Request) -> Response:
        me, language = mine(), pages.frame(request).language
        async with forms.sent(request) as form:
            name, scope, days = forms.words(form, "key-name"), _scope(form), _days(form)

        def work() -> str:
            tell = recorder.tells("key-created", scope=sorted(set(scope)))
            key, _ = desk.create_key(me.caller.name, name, scope, days, tell)
            return key

        try:
            key = await pages.read(request, work)
        except wrong.EXPECTED as error:
            typed: dict[str, object] = {"key-name": name, "scope": scope, "days": days}
            return await shown(request, wrong.of_error(error, language), typed=typed)
        return await shown(request, new_key=key)

    @routes.post(f"{HERE}/cles/revoquer")
    async def revoke_key(request: Request) -> Response:
        me, language = mine(), pages.frame(request).language
        async with forms.sent(request) as form:
            key_id = forms.words(form, "key")

        def work() -> None:
            desk.revoke_key(key_id, me.person_id, recorder.tells("key-revoked"))

        try:
            await pages.read(request, work)
        except wrong.EXPECTED as error:
            return await shown(request, wrong.of_error(error, language))
        return session.redirect(f"{HERE}?fait=cle-revoquee")

    return routes


def _scope(form: FormData) -> list[Permission]:
    known = {str(permission): permission for permission in Permission}
    return [known[value] for value in form.getlist("scope") if value in known]


def _days(form: FormData) -> int:
    value = forms.words(form, "days").strip()
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else 0
