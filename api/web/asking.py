"""The page where people ask: whole, as it is written (events), and what they think of an answer."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response, StreamingResponse

from api import visitors
from api.doors import as_json
from api.events import MEDIA_TYPE
from api.leaving import stop_of
from api.problems import INVALID, Refused
from api.schemas import MAX_ANSWER, MAX_TURNS, AskRequest, FeedbackRequest, Turn
from api.web import forms
from api.web.exchange import Exchange, Writing
from api.web.frame import Frame
from api.web.language import N_
from api.web.models import Choices
from api.web.pages import EXPECTED, HEADERS, PRIVATE, Pages, page_route, respond
from api.web.spoken import is_quoted
from rag.accounts.roles import Permission
from rag.answering.answer import Checked, Event, Found
from rag.answering.choose import model_name
from rag.settings import Settings
from rag.types import Answer

TURNS: TypeAdapter[list[Turn]] = TypeAdapter(list[Turn])
NO_QUESTION = N_("Écrivez une question.")
WRONG_QUESTION = N_("La question est trop longue, ou les choix ne vont pas : corrigez-les.")
THANKS = N_("Merci : votre avis est noté.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form says, as typed, so that it can be shown again."""

    question: str = ""
    as_of: str = ""
    model: str = ""
    services: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()


def router(pages: Pages) -> APIRouter:
    """The routes."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    asking = Asking(pages)
    routes.get("/")(asking.empty)
    routes.post("/ask")(asking.whole)
    routes.post("/ask/stream")(asking.stream)
    routes.post("/feedback")(asking.feedback)
    return routes


class Asking:
    """The handlers."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._choices = Choices(self._settings)

    async def empty(self, request: Request, q: str = "", said: bool = False) -> Response:
        """One box, ready for typing."""
        frame = self._pages.frame(request, Permission.ASK)
        wanted = Wanted(question=q)

        def work() -> dict[str, object]:
            return {**self._shown(frame, wanted), "thanks": THANKS if said else ""}

        return await self._pages.show(request, frame, "ask.html", work)

    async def whole(self, request: Request) -> Response:
        """The answer as one page, for who has no script."""
        frame = self._pages.frame(request, Permission.ASK)
        async with forms.sent(request) as form:
            wanted = _wanted(form)
        try:
            asked = self._request(wanted)
        except ValidationError:
            return await self._again(request, frame, wanted)
        caller, stop = self._pages.door.caller(asked.services), stop_of(request)

        def work() -> str:
            whole = asked.asked(caller)
            answer = self._pages.door.service.ask(whole, stop)
            exchange = Writing(self._engine, whole).take(answer)
            return self._pages.html(frame, "ask.html", **self._shown(frame, wanted, exchange))

        return respond(request, await self._pages.write(request, work))

    async def stream(self, request: Request) -> Response:
        """The same events as the API's, each with the part of the page that it makes."""
        frame = self._pages.frame(request, Permission.ASK)
        async with forms.sent(request) as form:
            wanted = _wanted(form)
        try:
            asked = self._request(wanted)
        except ValidationError:
            return await self._again(request, frame, wanted)
        door, stop = self._pages.door, stop_of(request)
        whole = asked.asked(door.caller(asked.services))
        quoted = is_quoted(model_name(self._settings, whole.model))

        def work() -> Generator[bytes, None, None]:
            writing = Writing(self._engine, whole, quoted=quoted)
            with closing(door.service.stream(whole, stop)) as events:
                for event in events:
                    yield self._event(frame, wanted, writing.take(event), event)

        events = door.service.writers.stream(door.name(request), work)
        first = await anext(events)
        return StreamingResponse(
            self._all(request, first, events), media_type=MEDIA_TYPE, headers={**HEADERS, **PRIVATE}
        )

    async def feedback(self, request: Request) -> Response:
        """What a person thinks of an answer."""
        self._pages.frame(request, Permission.FEEDBACK)
        async with forms.sent(request) as form:
            said = _feedback(form)
        visitor, journal = visitors.present(), self._pages.door.service.journal

        def work() -> None:
            journal.feedback(
                said.answer_id,
                said.useful,
                who=visitor.name,
                door=visitor.door,
                reason=said.reason or "",
                comment=said.comment.strip(),
            )

        await self._pages.read(request, work)
        if "text/html" not in request.headers.get("accept", ""):  # a script: it says thanks itself
            return Response(status_code=204, headers=HEADERS)
        return RedirectResponse("/?said=1", 303, HEADERS)

    @property
    def _settings(self) -> Settings:
        return self._pages.door.service.parts.settings

    @property
    def _engine(self) -> Any:
        return self._pages.door.service.parts.catalogue

    def _request(self, wanted: Wanted) -> AskRequest:
        return AskRequest(
            question=wanted.question,
            as_of=forms.day(wanted.as_of),
            services=list(wanted.services),
            model=wanted.model,
            history=list(wanted.history),
        )

    async def _again(self, request: Request, frame: Frame, wanted: Wanted) -> Response:
        """The form as it was filled in, with what is wrong."""
        wrong = WRONG_QUESTION if wanted.question.strip() else NO_QUESTION

        def work() -> str:
            return self._pages.html(frame, "ask.html", **self._shown(frame, wanted, wrong=wrong))

        return respond(request, await self._pages.read(request, work), INVALID.status)

    def _shown(
        self, frame: Frame, wanted: Wanted, exchange: Exchange | None = None, wrong: str = ""
    ) -> dict[str, object]:
        turns = wanted.history if exchange else ()
        return {
            "wanted": wanted,
            "models": self._choices.names(),
            "exchange": exchange,
            "wrong": wrong,
            "thanks": "",
            "before": turns,
            "history": history(wanted.history, exchange),
            "hears": self._settings.journal and frame.visitor.may(Permission.FEEDBACK),
        }

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
        return _sent("answer", html=html, next=self._part(frame, wanted, exchange, "next"))

    def _part(self, frame: Frame, wanted: Wanted, exchange: Exchange, part: str) -> str:
        shown = self._shown(frame, wanted, exchange)
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


def history(before: Sequence[Turn], exchange: Exchange | None) -> str:
    """The turns so far as JSON, the last ones that a request may hold."""
    turns = [turn.model_dump() for turn in before]
    if exchange is not None and exchange.answer is not None:
        answer = exchange.answer
        turns.append(
            {"question": answer.searched or answer.question, "answer": answer.answer[:MAX_ANSWER]}
        )
    return json.dumps(turns[-MAX_TURNS:], ensure_ascii=False)


def _wanted(form: FormData) -> Wanted:
    listed = (name for name in form.getlist("services") if isinstance(name, str))
    return Wanted(
        forms.words(form, "question"),
        forms.words(form, "as_of"),
        forms.words(form, "model"),
        tuple(name for name in listed if name.strip()),
        tuple(_turns(forms.words(form, "history"))),
    )


def _turns(given: str) -> list[Turn]:
    try:
        return TURNS.validate_json(given or "[]")
    except ValidationError as error:
        raise _unreadable() from error


def _feedback(form: FormData) -> FeedbackRequest:
    given: dict[str, Any] = {
        "answer_id": forms.words(form, "answer_id"),
        "useful": forms.words(form, "useful"),
        "comment": forms.words(form, "comment"),
        "reason": forms.words(form, "reason") or None,
    }
    try:
        return FeedbackRequest.model_validate(given)
    except ValidationError as error:
        raise _unreadable() from error


def _unreadable() -> Refused:
    return Refused(
        INVALID,
        "Le formulaire ne peut pas être lu : rechargez la page.",
        "The form cannot be read: reload the page.",
    )


def _sent(name: str, **parts: str) -> bytes:
    """JSON has no line feed of its own, so one data line holds it."""
    return b"event: " + name.encode() + b"\ndata: " + as_json(parts) + b"\n\n"
