"""Pages from templates: autoescaped, in the person's language, behind strict headers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import problems, rules
from api.doors import Door
from api.web import csrf, labels, language, static_files
from api.web.addresses import article_address, login_address, text_address
from api.web.frame import THEMES, Frame, frame_of
from api.workers import Workers
from rag.accounts.roles import Permission
from rag.errors import NotFound, ReferentError, UsageError
from rag.legal.titles import article_name

T = TypeVar("T")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
TEMPLATES = Path(__file__).parent / "templates"
# Nothing is loaded from, sent to, or framed by anyone else; no script or style within a page.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
log = logging.getLogger("referent")
PRIVATE = {"Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"}


class Pages:
    """The pages of one door."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.static = static_files.load()
        self._made = {name: self._environment(name) for name in language.LANGUAGES}

    def _environment(self, name: str) -> Environment:
        made = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        texts = language.translations(name)
        made.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
        made.globals.update(
            static=lambda file: static_files.address(self.static, file),
            languages=language.LANGUAGES,
            themes=THEMES,
            labels=labels,
            article_name=article_name,
            article_address=article_address,
            text_address=text_address,
        )
        return made

    def html(self, frame: Frame, template: str, **shown: object) -> str:
        """A page, or a part of one."""
        made = self._made[frame.language].get_template(template)
        return made.render(frame=frame, visitor=frame.visitor, **shown)

    def frame(self, request: Request, permission: Permission | None = None) -> Frame:
        """The frame of this request's page.

        Raises:
            Refused: the person may not use it.
        """
        frame = frame_of(request)
        if permission is not None and not frame.visitor.may(permission):
            raise problems.Refused(
                problems.FORBIDDEN,
                "Votre rôle ne donne pas accès à cette page.",
                "Your role does not give access to this page.",
            )
        return frame

    async def show(
        self, request: Request, frame: Frame, template: str, work: Callable[[], dict[str, object]]
    ) -> Response:
        """A page of what `work` reads, both made in a thread."""
        made = await self.read(request, lambda: self.html(frame, template, **work()))
        return respond(request, made)

    async def read(self, request: Request, work: Callable[[], T]) -> T:
        """What `work` reads, in a thread."""
        return await self._run(self.door.service.readers, request, work)

    async def write(self, request: Request, work: Callable[[], T]) -> T:
        """As `read`, in the line of those who want an answer written."""
        return await self._run(self.door.service.writers, request, work)

    async def _run(self, workers: Workers, request: Request, work: Callable[[], T]) -> T:
        """As `Door` does: what reads the texts is in the journal; an empty form reads none."""
        kind = rules.KINDS.get(request.scope["route"].path)
        if kind is None or (request.method, kind) == ("GET", "verify"):
            return await workers.run(self.door.name(request), work)
        named = request.path_params
        asked = str(named.get("reference") or named.get("text_id") or "")
        recorder = self.door.service.recorder
        return await workers.run(self.door.name(request), lambda: recorder.works(kind, asked, work))

    def problem(self, request: Request, error: Exception) -> Response:
        """The page of an error: the API's own words for it."""
        if _asks_who(error) and _navigating(request):
            return RedirectResponse(login_address(_asked(request)), 303, {**HEADERS, **PRIVATE})
        frame = frame_of(request)
        made = _problem(error, frame.language)
        html = self.html(frame, "problem.html", **_told(made))
        response = respond(request, html, made.status_code)
        if "retry-after" in made.headers:
            response.headers["Retry-After"] = made.headers["retry-after"]
        return response

    def problem_part(self, request: Request, error: Exception) -> str:
        """The same within a page that is there already."""
        frame = frame_of(request)
        return self.html(frame, "problem_part.html", **_told(_problem(error, frame.language)))


def _asks_who(error: Exception) -> bool:
    return isinstance(error, problems.Refused) and error.kind is problems.UNKNOWN_CALLER


def _navigating(request: Request) -> bool:
    """True for a person who opens a page, False for a script that fetches something."""
    if "text/html" in request.headers.get("accept", ""):
        return True
    return request.method == "GET" and request.headers.get("sec-fetch-mode") in (None, "navigate")


def _asked(request: Request) -> str:
    """The page to come back to: what was sent to it is lost."""
    if request.method not in ("GET", "HEAD"):
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{quote(request.url.path)}{query}"


def _told(made: Response) -> dict[str, str]:
    """What a problem says; details of our own errors are in French only."""
    told = json.loads(bytes(made.body))
    return {"title": told["title"], "detail": told.get("detail", "")}


def respond(request: Request, html: str, status: int = 200) -> Response:
    """A page as it is sent. Half a surrogate pair, which a text may hold, cannot be."""
    content = html.encode("utf-8", "replace")
    response = HTMLResponse(content, status, {**HEADERS, **PRIVATE})
    csrf.keep(request, response)
    return response


def _problem(error: Exception, language: str) -> Response:
    if isinstance(error, problems.Refused):
        return problems.refusal(error, language)
    if isinstance(error, ReferentError):
        if not isinstance(error, NotFound | UsageError):
            log.error("%s", error)
        return problems.of_error(error, language)
    if isinstance(error, RequestValidationError):
        return problems.of_fields(error.errors(), language)
    assert isinstance(error, HTTPException)
    return problems.of_status(error.status_code, language)


EXPECTED = (problems.Refused, ReferentError, RequestValidationError, HTTPException)


def page_route(pages: Pages) -> type[APIRoute]:
    """Routes whose errors are pages."""

    class PageRoute(APIRoute):
        """A route of a page."""

        def get_route_handler(self) -> Handler:
            """The handler, its errors shown."""
            handle = super().get_route_handler()

            async def handler(request: Request) -> Response:
                try:
                    return await handle(request)
                except EXPECTED as error:
                    return pages.problem(request, error)

            return handler

    return PageRoute
