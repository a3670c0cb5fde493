"""The page of an article: its words on a date, two dates compared, what it cites, who cites it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.article_view import modified_by
from api.schemas import MAX_NAME
from api.web import forms
from api.web.citing import Target, leading, targets
from api.web.marking import Piece, pieces
from api.web.pages import Pages, page_route
from rag.accounts.roles import Permission
from rag.catalogue import reading
from rag.database import reading as transaction
from rag.legal.citing import CitedBy, cited_by, cites
from rag.legal.comparison import Segment, compare
from rag.legal.links import version_link
from rag.legal.lookup import find_article
from rag.legal.resolve import Shelf
from rag.types import Article, Caller, Text, Version

NO_DAYS: list[str] = []


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. Two days: the wordings then, compared."""

    reference: str
    days: tuple[date, ...]
    version: str
    start: int
    end: int

    @property
    def day(self) -> date:
        """The date of the law that is read."""
        return self.days[-1] if self.days else date.today()


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows. `version` None: none was in force; `segments` None: no comparison."""

    text: Text
    article: Article
    asked: Asked
    version: Version | None
    versions: tuple[Version, ...]
    pieces: tuple[Piece, ...]
    pages: tuple[int, ...]
    made_by: tuple[str, ...]
    link: str
    segments: tuple[Segment, ...] | None
    cites: tuple[Target, ...]
    cited_by: tuple[CitedBy, ...]
    before: Article | None
    after: Article | None


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    engine = pages.door.service.parts.catalogue

    @routes.get("/articles/{reference:path}")
    async def article(
        request: Request,
        reference: Annotated[str, Path(max_length=MAX_NAME)],
        as_of: Annotated[list[str], Query(max_length=2)] = NO_DAYS,
        version: Annotated[str, Query(max_length=MAX_NAME)] = "",
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        frame = pages.frame(request, Permission.READ)
        days = sorted(day for given in as_of if (day := forms.day(given)))
        asked = Asked(reference, tuple(days), version, start, end)

        def work() -> dict[str, object]:
            with transaction(engine) as connection:
                return {"view": view(connection, asked, frame.visitor.caller)}

        return await pages.show(request, frame, "article.html", work)

    return routes


def view(connection: Connection, asked: Asked, caller: Caller) -> View:
    """What to show of the article.

    Raises:
        NotFound: there is none of that name that `caller` may read, or several.
    """
    found = find_article(connection, asked.reference, caller)
    versions = reading.versions_of(connection, found.article.article_id, caller)
    shelf = Shelf(connection, caller)
    shown = _shown(versions, asked)
    cited = cites(shelf, [shown], asked.day) if shown else []
    around = shelf.contents(found.text).ordered
    at = next(n for n, each in enumerate(around) if each.article_id == found.article.article_id)
    marked = [(asked.start, asked.end)] if asked.start < asked.end else []
    as_of = asked.days[-1] if asked.days else None
    article_id = found.article.article_id
    return View(
        found.text,
        found.article,
        asked,
        shown,
        tuple(reversed(versions)),
        tuple(pieces(shown.words, marked, leading(cited, as_of)) if shown and shown.words else ()),
        tuple(dict.fromkeys(mark.page for mark in shown.pages)) if shown else (),
        tuple(modified_by(shown)) if shown else (),
        version_link(shown.version_id, found.text.nature) if shown else "",
        _compared(versions, asked),
        tuple(targets(cited, as_of)),
        tuple(cited_by(shelf, [found.article], asked.day)[article_id]),
        around[at - 1] if at else None,
        around[at + 1] if at + 1 < len(around) else None,
    )


def _shown(versions: Sequence[Version], asked: Asked) -> Version | None:
    """The version that is named, else the one in force."""
    named = [version for version in versions if version.version_id == asked.version]
    current = [version for version in versions if version.validity.contains(asked.day)]
    return next(iter([*named, *reversed(current)]), None)


def _compared(versions: Sequence[Version], asked: Asked) -> tuple[Segment, ...] | None:
    if len(asked.days) < 2:
        return None
    old, new = (_words_at(versions, day) for day in asked.days)
    return () if old is None or new is None else tuple(compare(old, new))


def _words_at(versions: Sequence[Version], day: date) -> str | None:
    """ "" where nothing was in force, None where its words are not known."""
    current = [version for version in versions if version.validity.contains(day)]
    return current[-1].words if current else ""
