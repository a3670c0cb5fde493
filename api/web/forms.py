"""What a form of a page sent, once it is known to come from one of our pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from api.form_limits import form_of
from api.problems import INVALID, Refused
from api.web import csrf


@asynccontextmanager
async def sent(request: Request, max_files: int = 1) -> AsyncIterator[FormData]:
    """The fields and files of a form.

    Raises:
        Refused: it does not come from one of our pages.
    """
    form = await form_of(request)
    try:
        csrf.check(request, form.get(csrf.FIELD, ""))
        if sum(isinstance(value, UploadFile) for _, value in form.multi_items()) > max_files:
            raise Refused(INVALID, "Trop de fichiers à la fois.", "Too many files at once.")
        yield form
    finally:
        await form.close()


def words(form: FormData, name: str) -> str:
    """A field of words; "" where there is none."""
    value = form.get(name, "")
    return "" if isinstance(value, UploadFile) else value.replace("\r\n", "\n")


def day(value: str) -> date | None:
    """A date as a form or an address gives it, None for none.

    Raises:
        Refused: it is no date.
    """
    if not value.strip():
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError as error:
        raise Refused(
            INVALID,
            "La date n'est pas une date : écrivez-la comme 2026-05-28.",
            "The date is no date: write it as 2026-05-28.",
        ) from error
