"""The cookie of a session: given at each login, anew; and where the browser goes then."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api import visitors
from api.web.addresses import LOGIN
from api.web.pages import HEADERS, PRIVATE
from rag.accounts.sessions import Opened
from rag.accounts.throttle import network


def address_of(request: Request) -> str:
    """The client's address, "" on a socket without any."""
    return request.client.host if request.client else ""


def line_of(request: Request) -> str:
    """Who waits in the same line before they are known."""
    return network(address_of(request))


def redirect(address: str) -> Response:
    """To a page of ours, asked for with GET, and kept by nobody."""
    return RedirectResponse(address, 303, {**HEADERS, **PRIVATE})


def given(request: Request, opened: Opened, address: str) -> Response:
    """The browser is logged in from here on, and goes there.

    Without Max-Age it forgets when it is closed, as shared desks need. Lax, not Strict: who comes
    from a link in a letter, or back from the identity provider, is still logged in; what changes
    something carries the session's token.
    """
    response = redirect(address)
    response.set_cookie(
        visitors.COOKIE,
        opened.token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


def forgotten(request: Request) -> Response:
    """The browser is logged in no more."""
    response = redirect(LOGIN)
    response.delete_cookie(
        visitors.COOKIE,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response
