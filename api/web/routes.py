"""Every page of a door."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.web import (
    article,
    asking,
    changing,
    opinions,
    preferences,
    static_files,
    talks,
    texts,
    verifying,
)
from api.web.accounts import login, mine, my_keys, vouched, welcome
from api.web.desk import exporting, journal, removing, state, statistics, updates
from api.web.pages import Pages
from api.web.people import keys, persons, rights

PARTS = (asking, opinions, talks, texts, article, verifying, changing, preferences)
ACCOUNTS = (login, welcome, vouched, mine, my_keys)
ADMINISTRATION = (persons, rights, keys)
DESK = (removing, updates, statistics, journal, exporting, state)


def router(pages: Pages) -> APIRouter:
    """The routes of these pages."""
    routes = APIRouter(include_in_schema=False)
    for part in (*PARTS, *ACCOUNTS, *ADMINISTRATION, *DESK):
        routes.include_router(part.router(pages))

    @routes.get("/static/{name}")
    async def static(name: str, request: Request) -> Response:
        if name not in pages.static:
            raise HTTPException(404)
        return static_files.response(pages.static[name], request)

    return routes
