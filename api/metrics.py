"""What is counted of requests and answers, for Prometheus.

The registry is our own: nothing of the process or its files is in it. Labels are route templates,
methods, statuses, names of models that answered, and words of the code: never what people write.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.answering.answer import Events
from rag.answering.extractive import MODEL
from rag.errors import AnswerStopped, UsageError
from rag.settings import Settings
from rag.types import Answer

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FOUND = "referent.route"  # in the scope of a request
OTHER, NO_ROUTE, NO_MODEL = "other", "none", "unknown"
# From a cached answer to the longest that a model may take.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
ANSWERED, REFUSED, FAILED, STOPPED, FALLBACK = (
    "answered", "refused", "failed", "stopped", "fallback",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number of this moment; `values` by the value of the label `label`, or one under ""."""

    name: str
    help: str
    values: Mapping[str, float]
    label: str = ""


class Metrics:
    """The counters of one server; any thread may count.

    `models` are names that the settings know. A caller may ask for any name: one that is not among
    these and never answered is counted as "unknown".
    """

    def __init__(self, models: Iterable[str] = ()) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # series that nobody draws
        self._models = {MODEL, *models}
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "referent_requests",
            "Requests by route, method and status.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "referent_request_seconds",
            "Seconds from a request to the end of its answer.",
            ("route", "method"),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._answers = Counter(
            "referent_answers",
            "Answers by model and outcome: answered, refused, failed, stopped (nobody waited any "
            "more), fallback (quotations in place of a model whose server does not answer).",
            ("model", "outcome"),
            registry=self._registry,
        )
        self._sentences = Counter(
            "referent_sentences",
            "Sentences of answers by what their check said.",
            ("support",),
            registry=self._registry,
        )
        self._cached = Counter(
            "referent_answers_cached", "Answers given again.", registry=self._registry
        )
        self._tokens = Counter(
            "referent_tokens",
            "Tokens that models read (prompt) and wrote (written), as their servers report.",
            ("model", "kind"),
            registry=self._registry,
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        known = method if method in METHODS else OTHER
        self._requests.labels(route, known, str(status)).inc()
        self._seconds.labels(route, known).observe(seconds)

    def watched(self, asked_for: str, events: Events) -> Events:
        """The same events; how they end is counted. `asked_for`: the model that is to write."""
        outcome = FAILED
        with closing(events):
            try:
                for event in events:
                    if isinstance(event, Answer):
                        outcome = self._answered(asked_for, event)
                    yield event
            except AnswerStopped:
                outcome = STOPPED
                raise
            except UsageError:  # a wrong request
                outcome = ""
                raise
            except GeneratorExit:
                outcome = STOPPED if outcome == FAILED else outcome
                raise
            finally:
                if outcome in (FAILED, STOPPED):
                    known = asked_for if asked_for in self._models else NO_MODEL
                    self._answers.labels(known, outcome).inc()

    def _answered(self, asked_for: str, answer: Answer) -> str:
        outcome = _outcome(asked_for, answer)
        self._models.add(answer.model)
        self._answers.labels(answer.model, outcome).inc()
        self._cached.inc(answer.cached)
        if answer.spent and not answer.cached:
            self._tokens.labels(answer.model, "prompt").inc(answer.spent.prompt_tokens)
            self._tokens.labels(answer.model, "written").inc(answer.spent.written_tokens)
        for sentence in answer.sentences or answer.left_out:
            self._sentences.labels(sentence.support).inc()
        return outcome

    def exposed(self, gauges: Iterable[Gauge] = ()) -> bytes:
        """All of it in Prometheus's text format, with the numbers of this moment."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Moment(gauges))
        return generate_latest(self._registry) + generate_latest(registry)


def metrics_for(settings: Settings) -> Metrics:
    """Metrics that know the models which these settings name."""
    return Metrics(
        filter(None, map(str.strip, (settings.model, *settings.models_allowed.split(","))))
    )


def _outcome(asked_for: str, answer: Answer) -> str:
    if answer.model == MODEL != asked_for:
        return FALLBACK
    return REFUSED if answer.refused else ANSWERED


class _Moment:
    """Gauges, as prometheus_client collects them."""

    def __init__(self, gauges: Iterable[Gauge]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Each with its values."""
        for gauge in self._gauges:
            labels = [gauge.label] if gauge.label else []
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=labels)
            for label, value in gauge.values.items():
                family.add_metric([label] if gauge.label else [], value)
            yield family


class Counting:
    """ASGI, the outermost: counts every request, refused ones too, by the template of its route."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500
        found: list[str] = []

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app({**scope, _FOUND: found}, receive, sending)
        finally:
            route = found[0] if found else NO_ROUTE
            seconds = time.perf_counter() - started
            self._metrics.request(route, scope["method"], status, seconds)


class Finding:
    """ASGI, the innermost: tells `Counting` which route was found, past what is between them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            await self._app(scope, receive, send)
        finally:
            path = getattr(scope.get("route"), "path", "")
            if path and _FOUND in scope:
                scope[_FOUND].append(path)
