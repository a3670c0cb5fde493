"""The page where people ask: whole, or as it is written (events)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response, StreamingResponse

from api.doors import as_json
from api.events import MEDIA_TYPE
from api.leaving import stop_of
from api.problems import INVALID
from api.web import forms
from api.web.exchange import Exchange, Writing
from api.web.frame import Frame
from api.web.keeping import Keeping, author
from api.web.language import N_
from api.web.pages import EXPECTED, HEADERS, PRIVATE, Pages, page_route, respond
from api.web.showing import Showing
from api.web.spoken import is_quoted
from api.web.wanted import Wanted, wanted_of
from rag.accounts.roles import Permission
from rag.answering.answer import Checked, Event, Found
from rag.answering.choose import model_name
from rag.settings import Settings
from rag.types import Answer, Asked

NO_QUESTION = N_("Écrivez une question.")
WRONG_QUESTION = N_("La question est trop longue, ou les choix ne vont pas : corrigez-les.")
THANKS = N_("Merci : votre avis est noté.")


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    asking = Asking(pages)
    routes.get("/")(asking.empty)
    routes.post("/ask")(asking.whole)
    routes.post("/ask/stream")(asking.stream)
    return routes


class Asking:
    """The handlers."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._showing = Showing(pages)

    async def empty(self, request: Request, q: str = "") -> Response:
        """One box, ready for typing."""
        frame = self._pages.frame(request, Permission.ASK)
        wanted = Wanted(question=q)

        def work() -> dict[str, object]:
            return self._showing.shown(frame, wanted)

        return await self._pages.show(request, frame, "ask.html", work)

    async def whole(self, request: Request) -> Response:
        """The answer as one page, for who has no script; where it is kept, the page of its
        conversation."""
        frame = self._pages.frame(request, Permission.ASK)
        wanted = await _read(request)
        try:
            asked = wanted.request()
        except ValidationError:
            return await self._again(request, frame, wanted)
        caller, stop = self._pages.door.caller(asked.services), stop_of(request)
        keeping = self._keeping(wanted)

        def work() -> Response:
            whole = keeping.after(asked.asked(caller))
            with closing(self._pages.door.service.stream(whole, stop)) as events:
                for event in events:
                    keeping.take(event)
            if keeping.author:
                kept = replace(wanted, conversation=keeping.conversation)
                where = f"{kept.address()}#t{keeping.turns}"
                return RedirectResponse(where, 303, {**HEADERS, **PRIVATE})
            assert keeping.answer is not None
            return self._shown(request, frame, wanted, whole, keeping.answer)

        return await self._pages.write(request, work)

    async def stream(self, request: Request) -> Response:
        """The same events as the API's, each with the part of the page that it makes."""
        frame = self._pages.frame(request, Permission.ASK)
        wanted = await _read(request)
        try:
            asked = wanted.request()
        except ValidationError:
            return await self._again(request, frame, wanted)
        door, stop = self._pages.door, stop_of(request)
        caller, keeping = door.caller(asked.services), self._keeping(wanted)
        quoted = is_quoted(model_name(self._settings, asked.model))

        def work() -> Generator[bytes, None, None]:
            whole = keeping.after(asked.asked(caller))
            writing = Writing(self._engine, whole, quoted=quoted)
            with closing(door.service.stream(whole, stop)) as events:
                for event in events:
                    keeping.take(event)
                    kept = replace(wanted, conversation=keeping.conversation)
                    yield self._event(frame, kept, writing.take(event), event)

        events = door.service.writers.stream(door.name(request), work)
        first = await anext(events)
        return StreamingResponse(
            self._all(request, first, events), media_type=MEDIA_TYPE, headers={**HEADERS, **PRIVATE}
        )

    @property
    def _settings(self) -> Settings:
        return self._pages.door.service.parts.settings

    @property
    def _engine(self) -> Any:
        return self._pages.door.service.parts.catalogue

    def _keeping(self, wanted: Wanted) -> Keeping:
        kept = self._pages.door.service.conversations
        return Keeping(kept, self._engine, author(), wanted.conversation, wanted.alone)

    def _shown(
        self, request: Request, frame: Frame, wanted: Wanted, whole: Asked, answer: Answer
    ) -> Response:
        exchange = Writing(self._engine, whole).take(answer)
        shown = self._showing.shown(frame, wanted, exchange)
        return respond(request, self._pages.html(frame, "ask.html", **shown))

    async def _again(self, request: Request, frame: Frame, wanted: Wanted) -> Response:
        """The form as it was filled in, with what is wrong."""
        wrong = WRONG_QUESTION if wanted.question.strip() else NO_QUESTION

        def work() -> str:
            shown = self._showing.shown(frame, wanted, wrong=wrong)
            return self._pages.html(frame, "ask.html", **shown)

        return respond(request, await self._pages.read(request, work), INVALID.status)

    def _event(self, frame: Frame, wanted: Wanted, exchange: Exchange, event: Event) -> bytes:
        if isinstance(event, Found):
            return _sent("hits", html=self._part(frame, wanted, exchange, "exchange"))
        if isinstance(event, Checked):
            told = self._part(frame, wanted, exchange, "told")
            return _sent(
                "sentence", told=told, sources=self._part(frame, wanted, exchange, "sources")
            )
        assert isinstance(event, Answer)
        html = self._part(frame, wanted, exchange, "exchange")
        follows = self._part(frame, wanted, exchange, "next")
        address = wanted.address() if wanted.conversation else ""
        return _sent("answer", html=html, next=follows, address=address)

    def _part(self, frame: Frame, wanted: Wanted, exchange: Exchange, part: str) -> str:
        shown = self._showing.shown(frame, wanted, exchange)
        return self._pages.html(frame, f"ask/{part}.html", **shown)

    async def _all(
        self, request: Request, first: bytes, events: AsyncGenerator[bytes, None]
    ) -> AsyncGenerator[bytes, None]:
        try:
            async with aclosing(events):
                yield first
                async for event in events:
                    yield event
        except EXPECTED as error:
            yield _sent("problem", html=self._pages.problem_part(request, error))


async def _read(request: Request) -> Wanted:
    async with forms.sent(request) as form:
        return wanted_of(form, kept=bool(author()))


def _sent(name: str, **parts: str) -> bytes:
    """JSON has no line feed of its own, so one data line holds it."""
    return b"event: " + name.encode() + b"\ndata: " + as_json(parts) + b"\n\n"
