"""Theme and language, kept in cookies of the browser: whoever uses it, they tell nothing."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.web import forms, language
from api.web.addresses import local
from api.web.frame import THEME, THEMES
from api.web.pages import HEADERS, Pages, page_route

YEAR = 365 * 24 * 3600  # seconds


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)

    @routes.post("/preferences")
    async def prefer(request: Request) -> Response:
        async with forms.sent(request) as form:
            theme, lang = forms.words(form, "theme"), forms.words(form, "lang")
            response = RedirectResponse(local(forms.words(form, "next")), 303, HEADERS)
        if theme in THEMES:
            _keep(request, response, THEME, theme)
        if lang in language.LANGUAGES:
            _keep(request, response, language.COOKIE, lang)
        return response

    return routes


def _keep(request: Request, response: Response, name: str, value: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=YEAR, samesite="lax", secure=secure, httponly=True)
