"""To come in through the identity provider that the settings name."""

from __future__ import annotations

import logging
from functools import partial
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import visitors
from api.oidc import Provider
from api.web.accounts import session, wrong
from api.web.accounts.wrong import Wrong
from api.web.addresses import LOGIN, local
from api.web.pages import Pages, page_route, respond
from rag.accounts.errors import ProviderFailure
from rag.accounts.external import SECONDS, ExternalLogins
from rag.accounts.mapping import group_mapping
from rag.accounts.sessions import Opened
from rag.errors import SettingsError
from rag.settings import Settings

BEGIN, BACK = f"{LOGIN}/oidc", f"{LOGIN}/oidc/retour"
STATE, NEXT = "referent_oidc", "referent_next"  # cookies
log = logging.getLogger("referent")


def router(pages: Pages) -> APIRouter:
    """The routes; without a provider they are not there.

    Raises:
        SettingsError: what the settings say of the provider cannot be used.
    """
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    service = pages.door.service
    external = ExternalLogins(service.accounts, group_mapping(service.parts.settings))
    provider = _provider(service.parts.settings)
    redirect_uri = service.parts.settings.serve_public_url + BACK

    def failed(request: Request, found: Wrong) -> Response:
        html = pages.html(
            pages.frame(request),
            "accounts/login.html",
            back="/",
            login="",
            wrong=found,
            vouching=True,
        )
        response = respond(request, html, found.status)
        response.headers.update(found.headers)
        return response

    @routes.get(BEGIN)
    async def begin(request: Request, next: str = "/") -> Response:
        known = _known(provider)
        try:
            start = partial(external.begin, session.address_of(request))
            pending = await pages.read(request, start)
            ask = partial(known.address, pending, redirect_uri)
            address = await service.provider_calls.run(session.line_of(request), ask)
        except wrong.EXPECTED as error:
            return failed(request, _logged(error, pages.frame(request).language))
        response = session.redirect(address)
        _keep(request, response, STATE, pending.state)
        _keep(request, response, NEXT, quote(local(next), safe=""))
        return response

    @routes.get(BACK)
    async def back(request: Request, state: str = "", code: str = "") -> Response:
        known = _known(provider)
        cookie, old = request.cookies.get(STATE, ""), visitors.session_of(request)

        def work() -> Opened:
            pending = external.take(state, cookie)
            claims = known.claims(pending, code, redirect_uri)
            tell = service.recorder.tells("login-oidc", comes=True)
            return external.sign_in(claims, old, tell)

        try:
            opened = await service.provider_calls.run(session.line_of(request), work)
        except wrong.EXPECTED as error:
            response = failed(request, _logged(error, pages.frame(request).language))
        else:
            there = local(unquote(request.cookies.get(NEXT, "")))
            response = session.given(request, opened, there)
        for name in (STATE, NEXT):
            response.delete_cookie(name, path=BEGIN)
        return response

    return routes


def _provider(settings: Settings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    if not settings.serve_public_url:
        raise SettingsError(
            "le fournisseur d'identité doit savoir où renvoyer les personnes",
            where="REFERENT_SERVE_PUBLIC_URL",
            remedy="donnez l'adresse publique de ce serveur : https://referent.mairie.example",
        )
    return Provider(settings)


def _known(provider: Provider | None) -> Provider:
    if provider is None:
        raise HTTPException(404)
    return provider


def _keep(request: Request, response: Response, name: str, value: str) -> None:
    """Lax: the browser comes back from another site."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        name, value, max_age=SECONDS, path=BEGIN, httponly=True, samesite="lax", secure=secure
    )


def _logged(error: Exception, language: str) -> Wrong:
    """The server's log says why; who wanted in need not know."""
    if isinstance(error, ProviderFailure):
        log.warning("OpenID Connect: %s", error.why)
    return wrong.of_error(error, language)
