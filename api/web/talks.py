"""A person's conversations: which there are, one as it may be read now, and deleting them.

Of nobody in particular nothing is kept, so there is nothing to show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.problems import INVALID, Refused
from api.web import forms
from api.web.asking import THANKS
from api.web.exchange import Exchange, Writing
from api.web.frame import Frame
from api.web.keeping import author, known_id, theirs
from api.web.language import N_
from api.web.pages import HEADERS, PRIVATE, Pages, page_route
from api.web.showing import Showing
from api.web.wanted import CONVERSATIONS, Wanted, choices_of
from rag.accounts.roles import Permission
from rag.conversations.store import LONGEST, Said
from rag.types import Asked

GONE = N_("C'est supprimé.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A turn. `exchange` is None where its author may not read any more what it came from."""

    key: str
    question: str
    exchange: Exchange | None


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    talks = Talks(pages)
    routes.get(CONVERSATIONS)(talks.every)
    routes.post(f"{CONVERSATIONS}/effacer")(talks.forget_all)
    routes.get(f"{CONVERSATIONS}/{{conversation_id}}")(talks.one)
    routes.post(f"{CONVERSATIONS}/{{conversation_id}}/effacer")(talks.forget)
    return routes


class Talks:
    """The handlers."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._showing = Showing(pages)
        self._conversations = pages.door.service.conversations

    async def every(self, request: Request, gone: bool = False) -> Response:
        """The last one first."""
        frame = self._pages.frame(request, Permission.ASK)

        def work() -> dict[str, object]:
            who = author()
            listed = self._conversations.of(who) if who else []
            days = [date.fromtimestamp(each.updated) for each in listed]
            return {
                "listed": list(zip(listed, days, strict=True)),
                "kept": bool(who),
                "gone": GONE if gone else "",
            }

        return await self._pages.show(request, frame, "talks/every.html", work)

    async def one(self, request: Request, conversation_id: str, said: bool = False) -> Response:
        """All its turns, and the form of the next question."""
        frame = self._pages.frame(request, Permission.ASK)
        wanted = choices_of(request.query_params, known_id(conversation_id))

        def work() -> dict[str, object]:
            with theirs():
                turns = self._conversations.read(
                    wanted.conversation, author(), frame.visitor.caller
                )
            kept = [
                self._kept(frame, wanted, number, turn, last=number == len(turns))
                for number, turn in enumerate(turns, 1)
            ]
            return {
                **self._showing.shown(frame, wanted),
                "turns": kept,
                "full": len(turns) >= LONGEST,
                "thanks": THANKS if said else "",
            }

        return await self._pages.show(request, frame, "talks/one.html", work)

    async def forget(self, request: Request, conversation_id: str) -> Response:
        """Delete one for good."""
        await self._sure(request)

        def work() -> None:
            with theirs():
                self._conversations.forget(known_id(conversation_id), author())

        return await self._gone(request, work)

    async def forget_all(self, request: Request) -> Response:
        """Delete them all for good."""
        await self._sure(request)
        return await self._gone(request, lambda: self._conversations.forget_all(author()))

    async def _sure(self, request: Request) -> None:
        self._pages.frame(request, Permission.ASK)
        async with forms.sent(request) as form:
            sure = bool(form.get("sure"))
        if not sure:
            raise Refused(
                INVALID,
                "Confirmez : une conversation supprimée ne revient pas.",
                "Confirm it: a conversation that is deleted does not come back.",
            )

    async def _gone(self, request: Request, work: Callable[[], object]) -> Response:
        await self._pages.read(request, work)
        return RedirectResponse(f"{CONVERSATIONS}?gone=1", 303, {**HEADERS, **PRIVATE})

    def _kept(self, frame: Frame, wanted: Wanted, number: int, turn: Said, *, last: bool) -> Kept:
        """Only the `last` one has what the address says of it, and what its sources cite."""
        key, answer = f"t{number}", turn.answer
        if answer is None:
            return Kept(key, turn.question, None)
        off = frozenset(wanted.without if last else ())
        asked = Asked(turn.question, frame.visitor.caller, answer.as_of, without=off)
        engine = self._pages.door.service.parts.catalogue
        return Kept(key, turn.question, Writing(engine, asked, whole=last, key=key).take(answer))
