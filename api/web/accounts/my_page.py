"""The page of one's own account, as every form on it shows it again."""

from __future__ import annotations

from collections import defaultdict

from starlette.requests import Request
from starlette.responses import Response

from api import visitors
from api.problems import FORBIDDEN, Refused
from api.web.accounts import names
from api.web.accounts.wrong import Wrong
from api.web.language import N_
from api.web.pages import Pages, respond
from rag.accounts.administration import Administration
from rag.accounts.identity import Identity
from rag.accounts.keys import DEFAULT_DAYS, MAX_DAYS, day_of

HERE = "/compte"
DONE = {
    "mot-de-passe": N_("Votre mot de passe est changé ; vos autres sessions sont fermées."),
    "cle-revoquee": N_("La clé est révoquée."),
}


class MyPage:
    """Shows the page to whose account it is."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._accounts = pages.door.service.accounts
        self._desk = Administration(self._accounts.store)

    async def shown(
        self,
        request: Request,
        found: Wrong | None = None,
        new_key: str = "",
        typed: dict[str, object] | None = None,
    ) -> Response:
        """The page; with what was wrong, and what was typed, or with a key that was just made."""
        me, frame = mine(), self._pages.frame(request)

        def work() -> str:
            more = {"wrong": found, "new_key": new_key, "typed": defaultdict(str, typed or {})}
            done = DONE.get(request.query_params.get("fait", ""), "")
            return self._pages.html(
                frame, "accounts/mine.html", done=done, **self._read(me), **more
            )

        html = await self._pages.read(request, work)
        response = respond(request, html, found.status if found else 200)
        response.headers.update(found.headers if found else {})
        return response

    def _read(self, me: Identity) -> dict[str, object]:
        return {
            "person": self._desk.numbered(me.person_id),
            "sessions": self._accounts.sessions_of(me),
            "present": me.session_id,
            "keys": self._desk.keys_of(me.caller.name),
            "now": self._accounts.store.now(),
            "rights": names.key_rights(me.permissions),
            "days": (DEFAULT_DAYS, MAX_DAYS),
            "names": names,
            "day_of": day_of,
        }


def mine() -> Identity:
    """Who is logged in.

    Raises:
        Refused: nobody is, with an account.
    """
    identity = visitors.present().identity
    if identity is None or not identity.session_id:
        raise Refused(
            FORBIDDEN,
            "Cette page est celle d'un compte : connectez-vous d'abord.",
            "This page belongs to an account: log in first.",
        )
    return identity
