"""What a form of a page may hold, whoever reads it first: the door, for its token, or the page."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request

from api.schemas import MAX_DOCUMENT
from api.streaming import SPOOL, Spool

MAX_FIELDS = 50
MAX_FILES = 50
MAX_FIELD_BYTES = 4 * MAX_DOCUMENT  # of UTF-8, in a form with a file


async def form_of(request: Request) -> FormData:
    """The form; read once, and the same each time it is asked for.

    Raises:
        HTTPException, Refused: it is malformed, or has too many or too large fields.
        StorageError: it goes to disk, which is full.
    """
    spool: Spool | None = request.scope.get(SPOOL)
    if spool is not None:
        return await spool.form(request)
    return await request.form(
        max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES
    )


async def form_kept(request: Request) -> FormData:
    """As `form_of`; where the body is in memory, the route can read it again."""
    if SPOOL not in request.scope:
        await request.body()
    return await form_of(request)
