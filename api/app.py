"""The HTTP application of one door, from a running service. No global, nothing at import."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import guarding, mcp_door, problems, schemas
from api.doors import Door
from api.leaving import Leaving
from api.limits import Limits, in_a_browser
from api.metrics import Counting, Finding
from api.outside import LOOPBACK_HOSTS, FromOutside, outside_of
from api.readiness import ModelProbe
from api.routes import chat, feedback, health, law, metrics, operator, questions, verify
from api.schemas import Problem, VerifyRequest
from api.streaming import MIB, Streamed
from api.web import routes as web
from api.web.desk import updates, uploads
from api.web.pages import Pages
from rag.bootstrap import Parts
from rag.errors import NotFound, ReferentError, UsageError

DESCRIPTION = (
    "Finds, cites and verifies. Errors are RFC 9457 problem details, in French, or in English "
    "when `Accept-Language` prefers it. Who asks is known by a key (`Authorization: Bearer ref_…`) "
    "or a session of the pages; while there are no accounts, anyone on this machine reads what "
    "everyone may read."
)
# FastAPI traces requests, with their bodies, for whatever exporter the environment names.
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
log = logging.getLogger("referent")


def create_app(door: Door) -> FastAPI:
    """The application for who comes through `door`.

    Its description is at /openapi.json; the usual pages that show it load scripts from elsewhere
    and are left out.
    """
    app = FastAPI(
        title="Référent",
        version="1",
        description=DESCRIPTION,
        telemetry=NO_TELEMETRY,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(door.admit)],
    )
    parts = door.service.parts
    probe = ModelProbe(parts.settings)
    for routes in (questions, law, verify, feedback, chat):
        app.include_router(routes.router(door))
    app.include_router(health.router(door, probe))
    app.include_router(metrics.router(door, probe))
    if door.operator:
        app.include_router(operator.router(door))
    app.state.pages = pages = Pages(door)
    app.include_router(web.router(pages))
    app.add_exception_handler(problems.Refused, _refused)
    app.add_exception_handler(ReferentError, _error)
    app.add_exception_handler(RequestValidationError, _fields)
    app.add_exception_handler(HTTPException, _status)
    app.add_exception_handler(Exception, _unforeseen)
    max_body = parts.settings.serve_max_body_kib * 1024
    outside = outside_of(parts.settings)
    hosts = None if door.operator else LOOPBACK_HOSTS | outside.hosts
    app.include_router(mcp_door.router(door, hosts, outside.url))
    app.add_middleware(Finding)
    app.add_middleware(Leaving)  # within Limits, which reads the body
    told, streamed = partial(_turned_away, pages), _streamed(parts)
    app.add_middleware(Limits, max_body=max_body, hosts=hosts, told=told, streamed=streamed)
    app.add_middleware(Counting, metrics=door.service.metrics)
    app.add_middleware(FromOutside, outside=outside)
    app.add_middleware(guarding.Guarding)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def _streamed(parts: Parts) -> Streamed:
    """Texts that are sent to be brought in."""
    most = parts.settings.serve_max_upload_mib * MIB
    return Streamed(updates.ADDRESS, parts.data / uploads.FOLDER, most)


def _described(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        described = made.setdefault("components", {}).setdefault("schemas", {})
        for model in (Problem, VerifyRequest):
            described[model.__name__] = model.model_json_schema()
        _restore_nulls(described)
        app.openapi_schema = made
    return app.openapi_schema


def _restore_nulls(described: dict[str, Any]) -> None:
    """FastAPI leaves nulls out of examples, which then do not fit what they are examples of."""
    for name, schema in described.items():
        model = getattr(schemas, name, None)
        if model is not None and "examples" in schema:
            schema["examples"] = model.model_config["json_schema_extra"]["examples"]


def _page(request: Request, error: Exception) -> Response:
    pages: Pages = request.app.state.pages
    return pages.problem(request, error)


def _language(request: Request) -> str:
    return problems.language_of(request.headers.get("accept-language", ""))


def _turned_away(pages: Pages, request: Request, error: problems.Refused) -> Response:
    """Before any route is known."""
    if in_a_browser(request):
        return pages.problem(request, error)
    return problems.refusal(error, _language(request))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, problems.Refused)
    return problems.refusal(error, _language(request))


async def _error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ReferentError)
    if not isinstance(error, NotFound | UsageError):
        log.error("%s", error)
    return problems.of_error(error, _language(request))


async def _fields(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problems.of_fields(error.errors(), _language(request))


async def _status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if in_a_browser(request):
        return _page(request, error)
    response = problems.of_status(error.status_code, _language(request))
    response.headers.update(error.headers or {})
    return response


async def _unforeseen(request: Request, _error: Exception) -> Response:
    """The server logs the error itself, with its traceback, and hangs up after this."""
    if in_a_browser(request):
        response = _page(request, problems.Refused(problems.INTERNAL))
    else:
        response = problems.problem(problems.INTERNAL, _language(request))
    response.headers["Connection"] = "close"
    guarding.add(response.headers)  # it goes out past every middleware
    return response
