"""The page of the state: disk, texts, index, models, journal, settings."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Connection, select
from starlette.responses import Response

from api.model_view import machine_memory, models_shape, speeds
from api.readiness import PROBE_SECONDS, ModelProbe
from api.serving import Service
from api.web.desk import settings_view
from api.web.desk.figures import Figures
from api.web.pages import Pages, page_route
from api.web.people.sections import sections
from rag.accounts.roles import Permission
from rag.answering.server import ModelServer
from rag.catalogue import properties, reading
from rag.database import reading as transaction
from rag.errors import CatalogueError, ModelFailure, ReferentError
from rag.journal.chain import moment_of
from rag.journal.pen import read_head
from rag.journal.schema import journal
from rag.maintenance import MODEL
from rag.types import Caller

ADDRESS = "/administration/etat"


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes. `used`: of the data folder."""

    used: int
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The journal: how many entries it holds, the last one, and how many were missed since the
    server started."""

    entries: int
    last: int
    at: datetime | None
    missed: int


def router(pages: Pages) -> APIRouter:
    """The route."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    service = pages.door.service
    probe = ModelProbe(service.parts.settings)

    @routes.get(ADDRESS)
    async def state(request: Request) -> Response:
        frame = pages.frame(request, Permission.SYSTEM_STATE)

        def work() -> dict[str, object]:
            return {
                **_texts(service, frame.visitor.caller),
                "disk": disk(service.parts.data),
                "index": _index(service),
                "models": _models(service, probe),
                "journal": _journal(service),
                "settings": settings_view.shown(service.parts.settings),
                "unsaid": settings_view.UNSAID,
                "version": version("referent"),
                "say": Figures(frame.language),
                "sections": sections(frame),
            }

        return await pages.show(request, frame, "desk/state.html", work)

    return routes


def disk(folder: Path) -> Disk:
    """What the data folder takes, and what is left beside it."""
    space = shutil.disk_usage(folder)
    return Disk(sum(_sizes(folder)), space.free, space.total)


def _sizes(folder: Path) -> Iterator[int]:
    for parent, _, files in os.walk(folder):
        for name in files:
            try:
                yield Path(parent, name).lstat().st_blocks * 512
            except FileNotFoundError:  # taken away meanwhile
                continue


def _texts(service: Service, caller: Caller) -> dict[str, object]:
    """How much this person may read: what others read is not counted, or a count would tell."""
    with transaction(service.parts.catalogue) as connection:
        texts = reading.texts_for(connection, caller)
        counts = reading.article_counts(connection)
        model = properties.read(connection, MODEL)
    articles = sum(counts.get(text.text_id, 0) for text in texts)
    return {"texts": len(texts), "articles": articles, "embedding_model": model or ""}


def _index(service: Service) -> dict[str, Any] | None:
    """None: it cannot be read; the server's own log says why."""
    try:
        return {**service.state(), "identity": service.parts.index.identity}
    except ReferentError:
        return None


def _models(service: Service, probe: ModelProbe) -> dict[str, Any]:
    """`reachable` None: the settings name no model server."""
    chosen = service.parts.settings
    reachable = probe.reachable()
    found = []
    if reachable:
        hurried = {"model_connect_timeout": PROBE_SECONDS, "model_silence_timeout": PROBE_SECONDS}
        try:
            found = ModelServer(chosen.model_copy(update=hurried)).models()
        except ModelFailure:
            reachable = False
    measured = speeds(service.journal) if found else {}
    shape = models_shape(found, chosen.model_url, chosen.model, machine_memory(), measured)
    return {**shape, "reachable": reachable}


def _journal(service: Service) -> Kept | None:
    """None: it was never written, or cannot be read."""
    try:
        with transaction(service.parts.registry) as connection:
            head, _ = read_head(connection)
            return Kept(
                head.seq - head.anchor_seq,
                head.seq,
                _moment(connection, head.seq),
                service.journal.missed,
            )
    except CatalogueError:
        return None


def _moment(connection: Connection, seq: int) -> datetime | None:
    at = connection.execute(select(journal.c.at).where(journal.c.seq == seq)).scalar()
    return moment_of(at) if at is not None else None
