"""People: added, given a role and services, shut out or let in, given a link for a password."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.web import forms
from api.web.accounts import wrong
from api.web.pages import Pages, page_route
from api.web.people.sections import lines
from api.web.people.views import LIST, PeoplePages
from rag.accounts.administration import Administration
from rag.accounts.people import Person
from rag.accounts.roles import Role
from rag.types import service_names

ONE = LIST + "/{person_id}"


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    service, views = pages.door.service, PeoplePages(pages)
    recorder, desk = service.recorder, Administration(service.accounts.store)

    @routes.get(LIST)
    async def everyone(request: Request) -> Response:
        return await views.everyone(request)

    @routes.post(LIST)
    async def add(request: Request) -> Response:
        async with forms.sent(request) as form:
            fields = ("login", "name", "role", "services")
            typed = {field: forms.words(form, field) for field in fields}
        role, services = _role(typed["role"]), lines(typed["services"])

        def work() -> tuple[Person, str]:
            tell = recorder.tells("person-added", rights=_rights(role, services))
            return desk.add(typed["login"], typed["name"], role, services, tell)

        try:
            person, token = await pages.read(request, work)
        except wrong.EXPECTED as error:
            return await views.everyone(request, views.wrong(request, error), typed)
        return await views.one(request, person.person_id, token=token)

    @routes.get(ONE)
    async def person(request: Request, person_id: str) -> Response:
        return await views.one(request, person_id)

    @routes.post(f"{ONE}/droits")
    async def give(request: Request, person_id: str) -> Response:
        async with forms.sent(request) as form:
            role, named = _role(forms.words(form, "role")), lines(forms.words(form, "services"))

        def change(person: Person) -> None:
            tell = recorder.tells("rights", rights=_rights(role, named))
            desk.set_rights(person.login, role, named, tell)

        return await views.changed(request, person_id, "droits", change)

    @routes.post(f"{ONE}/etat")
    async def close(request: Request, person_id: str) -> Response:
        async with forms.sent(request) as form:
            disabled = forms.words(form, "disabled") == "1"

        def change(person: Person) -> None:
            tell = recorder.tells("disabled" if disabled else "enabled")
            desk.disable(person.login, disabled=disabled, tell=tell)

        return await views.changed(request, person_id, "ferme" if disabled else "ouvert", change)

    @routes.post(f"{ONE}/lien")
    async def link(request: Request, person_id: str) -> Response:
        async with forms.sent(request):
            pass

        def work() -> str:
            login = views.known(person_id).login
            _, token = desk.password_link(login, recorder.tells("password-link"))
            return token

        try:
            token = await pages.read(request, work)
        except wrong.EXPECTED as error:
            return await views.one(request, person_id, views.wrong(request, error))
        return await views.one(request, person_id, token=token)

    return routes


def _rights(role: Role, services: Iterable[str]) -> dict[str, object]:
    return {"role": str(role), "services": sorted(service_names(services))}


def _role(value: str) -> Role:
    """The role of that name; of any other, the least."""
    return Role(value) if value in list(Role) else Role.AGENT
