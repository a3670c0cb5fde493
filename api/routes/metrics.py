"""The server's numbers, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from fastapi import APIRouter
from starlette.responses import Response

from api.doors import Door
from api.metrics import MEDIA_TYPE, Gauge
from api.problems import UNAVAILABLE
from api.readiness import ModelProbe, readiness
from api.routes.described import GUARDED, QUEUED, fails
from api.serving import Service
from rag.catalogue import counting
from rag.database import reading
from rag.types import Caller

EXAMPLE = 'referent_requests_total{method="POST",route="/v1/ask",status="200"} 3.0\n'


def router(door: Door, probe: ModelProbe) -> APIRouter:
    """The route, for who comes through `door`."""
    routes = APIRouter(tags=["health"])
    service = door.service
    shown = {MEDIA_TYPE: {"schema": {"type": "string"}, "example": EXAMPLE}}

    @routes.get(
        "/metrics",
        responses={
            200: {"description": "Prometheus's text format.", "content": shown},
            **fails(*GUARDED, *QUEUED, UNAVAILABLE),
        },
        response_class=Response,
        summary="Counters and states",
    )
    async def exposed() -> Response:
        caller = door.caller()

        def work() -> bytes:
            return service.metrics.exposed(list(_gauges(service, probe, caller)))

        return Response(await service.probes.run("metrics", work), media_type=MEDIA_TYPE)

    return routes


def _gauges(service: Service, probe: ModelProbe, caller: Caller) -> Iterator[Gauge]:
    """What can be read at the moment."""
    lines = {"searches": service.readers, "answers": service.writers, "probes": service.probes}
    busy = {name: workers.load[0] for name, workers in lines.items()}
    waiting = {name: workers.load[1] for name, workers in lines.items()}
    yield Gauge("referent_workers_busy", "Slots that are taken.", busy, "line")
    yield Gauge("referent_workers_waiting", "Requests that wait for a slot.", waiting, "line")
    found = readiness(service, probe)
    yield Gauge("referent_ready", "1: questions can be answered.", {"": found["ready"]})
    if found["model"]["configured"]:
        up = {"": found["model"]["reachable"]}
        yield Gauge("referent_model_up", "1: the model server answers.", up)
    if found["index"] is None:
        return
    lag = service.state()["index"]
    seen = ("points", "pending") if caller.unrestricted else ("pending",)
    yield Gauge(
        "referent_index",
        "Changes that it has yet to take; points, for the operator.",
        {name: lag[name] for name in seen},
        "what",
    )
    with reading(service.parts.catalogue) as connection:
        counts = asdict(counting.counts(connection, caller))
    yield Gauge("referent_catalogue", "What the catalogue holds for who asks.", counts, "what")
