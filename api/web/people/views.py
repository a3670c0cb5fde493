"""The list of people and the page of one of them, as every form on them shows them again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.web.accounts import names, session, wrong
from api.web.accounts.wrong import Wrong
from api.web.language import N_
from api.web.pages import Pages, respond
from api.web.people.sections import BASE, PEOPLE, sections
from rag.accounts.administration import Administration
from rag.accounts.errors import UnknownAccount
from rag.accounts.keys import day_of
from rag.accounts.people import Person
from rag.accounts.roles import Permission

LIST = BASE + PEOPLE
WELCOME = "/bienvenue/"
DONE = {
    "droits": N_("Le rôle et les services sont changés ; ils comptent dès la prochaine demande."),
    "ferme": N_("Le compte est désactivé : ni session ni clé n'ouvrent plus rien."),
    "ouvert": N_("Le compte est rouvert."),
}


class PeoplePages:
    """Shows them to who manages people."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._accounts = pages.door.service.accounts
        self._desk = Administration(self._accounts.store)
        self._public_url = pages.door.service.parts.settings.serve_public_url

    def known(self, person_id: str) -> Person:
        """Whoever has this number.

        Raises:
            HTTPException: nobody.
        """
        try:
            return self._desk.numbered(person_id)
        except UnknownAccount as error:
            raise HTTPException(404) from error

    def wrong(self, request: Request, error: Exception) -> Wrong:
        """What an error says to this person."""
        return wrong.of_error(error, self._pages.frame(request).language)

    async def everyone(
        self, request: Request, found: Wrong | None = None, typed: dict[str, str] | None = None
    ) -> Response:
        """The list; with what was wrong with a new person, and what was typed."""
        frame = self._pages.frame(request)

        def work() -> str:
            return self._pages.html(
                frame,
                "people/all.html",
                sections=sections(frame),
                people=self._desk.people(),
                names=names,
                wrong=found,
                typed=defaultdict(str, typed or {}),
            )

        html = await self._pages.read(request, work)
        return respond(request, html, found.status if found else 200)

    async def one(
        self, request: Request, person_id: str, found: Wrong | None = None, token: str = ""
    ) -> Response:
        """One person; `token`: of the one-time link to show."""
        frame = self._pages.frame(request)
        seen = frame.visitor.may(Permission.ADMIN_KEYS)

        def work() -> str:
            person = self.known(person_id)
            return self._pages.html(
                frame,
                "people/one.html",
                sections=sections(frame),
                person=person,
                keys=self._desk.keys_of(person.login) if seen else [],
                now=self._accounts.store.now(),
                names=names,
                day_of=day_of,
                wrong=found,
                link=self._link(request, token) if token else "",
                done=DONE.get(request.query_params.get("fait", ""), ""),
            )

        html = await self._pages.read(request, work)
        return respond(request, html, found.status if found else 200)

    async def changed(
        self, request: Request, person_id: str, done: str, change: Callable[[Person], None]
    ) -> Response:
        """The person's page once `change` is made, or with why it is not."""
        try:
            await self._pages.read(request, lambda: change(self.known(person_id)))
        except wrong.EXPECTED as error:
            return await self.one(request, person_id, self.wrong(request, error))
        return session.redirect(f"{LIST}/{person_id}?fait={done}")

    def _link(self, request: Request, token: str) -> str:
        """The whole address of a one-time link."""
        return f"{self._public_url or str(request.base_url).rstrip('/')}{WELCOME}{token}"
