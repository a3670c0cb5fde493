"""The references of a document, given as text or as a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from api import forms, visitors
from api.documents import FORMAT, UNREADABLE, known_formats, read_document
from api.doors import JSON, Door
from api.problems import FORBIDDEN, INVALID, Refused
from api.routes.described import gives
from api.schemas import UploadFields, VerifyAnswer, VerifyRequest
from api.verify_command import checked, verify_shape
from rag.database import reading as transaction
from rag.legal.resolve import Shelf

M = TypeVar("M", bound=BaseModel)

FILE = "file"
LISTED = ("services",)  # fields of the form that may come several times


def router(door: Door) -> APIRouter:
    """The route, for who comes through `door`."""
    routes = APIRouter(prefix="/v1", tags=["law"])
    engine = door.service.parts.catalogue

    @routes.post(
        "/verify",
        responses=gives(VerifyAnswer, FORBIDDEN, FORMAT, UNREADABLE),
        summary="The references of a document",
        description="Of a text (JSON), or of a file (form): "
        f"{', '.join(known_formats())}. The file is read, checked and forgotten.",
        openapi_extra={"requestBody": _body()},
    )
    async def verify(request: Request) -> Response:
        kind, body = request.headers.get("content-type", ""), await request.body()
        visitor = visitors.present()

        def work() -> dict[str, Any]:
            words, title, asked = _given(kind, body)
            caller = visitor.as_of_services(asked.services)
            with transaction(engine) as connection:
                shelf = Shelf(connection, caller)
                day = asked.as_of or date.today()
                return verify_shape([checked("", words, title, shelf, day)])

        return await door.read(request, work)

    return routes


def _given(kind: str, body: bytes) -> tuple[str, str, VerifyRequest | UploadFields]:
    """(words, title that the document gives itself, what is asked of it)."""
    media_type = kind.partition(";")[0].strip().lower()
    if media_type == JSON:
        asked = _fields(lambda: VerifyRequest.model_validate_json(body))
        return asked.text, "", asked
    if media_type == forms.MEDIA_TYPE:
        return _uploaded(forms.parsed(kind, body))
    raise Refused(
        INVALID,
        f"Envoyez du JSON ({JSON}) ou un formulaire ({forms.MEDIA_TYPE}).",
        f"Send JSON ({JSON}) or a form ({forms.MEDIA_TYPE}).",
    )


def _uploaded(form: forms.Form) -> tuple[str, str, UploadFields]:
    values = {
        name: given if name in LISTED or len(given) > 1 else given[0] or None
        for name, given in form.fields.items()
        if name != visitors.CSRF_FIELD
    }
    asked = _fields(lambda: UploadFields.model_validate(values))
    if [part.name for part in form.files] != [FILE]:
        raise Refused(
            INVALID,
            f"Envoyez un fichier, et un seul, dans le champ « {FILE} ».",
            f'Send one file, and only one, in the field "{FILE}".',
        )
    document = form.files[0]
    return *read_document(document.file_name or "", bytes(document.content)), asked


def _fields(read: Callable[[], M]) -> M:
    """As FastAPI names fields that are wrong."""
    try:
        return read()
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)
        for each in wrong:
            each["loc"] = ("body", *each["loc"])
        raise RequestValidationError(wrong) from error


def _body() -> dict[str, Any]:
    fields = UploadFields.model_json_schema()["properties"]
    file = {"type": "string", "format": "binary", "description": "The document."}
    form = {
        "type": "object",
        "additionalProperties": False,
        "required": [FILE],
        "properties": {FILE: file, **fields},
    }
    return {
        "required": True,
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/VerifyRequest"}},
            forms.MEDIA_TYPE: {"schema": form},
        },
    }
