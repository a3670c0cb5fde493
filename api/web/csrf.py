"""Forms come from our own pages: each carries the token that its browser keeps in a cookie.

The cookie is SameSite=Strict, and a page elsewhere can neither read nor set it. The forms of a
session carry the session's own token instead, which the door checks (`api.visitors`).
"""

from __future__ import annotations

import hmac
import re
import secrets

from starlette.requests import Request
from starlette.responses import Response

from api import visitors
from api.problems import FORBIDDEN, Refused

COOKIE = "csrf"
FIELD = visitors.CSRF_FIELD
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_STATE = "csrf"  # of a request: the token that it came with, or the one made for it


def token_of(request: Request) -> str:
    """The token of this browser, a new one where it has none."""
    if not hasattr(request.state, _STATE):
        kept = request.cookies.get(COOKIE, "")
        request.state.csrf = kept if _TOKEN.fullmatch(kept) else secrets.token_urlsafe(32)
    return str(request.state.csrf)


def keep(request: Request, response: Response) -> None:
    """Give the browser its token, if it has not got it; a session has one of its own."""
    token = token_of(request)
    if request.cookies.get(COOKIE) != token:
        response.set_cookie(
            COOKIE,
            token,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )


def check(request: Request, given: object) -> None:
    """Nothing, where the form came from one of our pages.

    Raises:
        Refused: it did not, or the browser keeps no cookies.
    """
    identity = visitors.present().identity
    if identity is not None and identity.session_id:
        return  # the door did
    kept = request.cookies.get(COOKIE, "")
    known = bool(_TOKEN.fullmatch(kept))
    if not known or not hmac.compare_digest(kept.encode(), str(given).encode("utf-8", "replace")):
        raise Refused(
            FORBIDDEN,
            "Ce formulaire n'est plus valable : rechargez la page, puis envoyez-le de nouveau.",
            "This form is no longer valid: reload the page, then send it again.",
        )
