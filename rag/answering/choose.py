"""Which generator answers: the model that the caller names, that of the settings, or none."""

from __future__ import annotations

from rag.answering.answer import Answerer, confidence, extractive
from rag.answering.extractive import MODEL
from rag.answering.stopping import Stop
from rag.bootstrap import Parts
from rag.errors import UsageError
from rag.ports import Embedder, Generator
from rag.retrieval.search import Searcher
from rag.settings import Settings


def model_name(settings: Settings, asked: str) -> str:
    """Who writes when `asked` is asked for: "": the model of the settings, else extractive."""
    return asked or settings.model or MODEL


def answerer(
    parts: Parts,
    searcher: Searcher,
    embedder: Embedder | None,
    model: str = "",
    stop: Stop | None = None,
    least: float | None = None,
) -> Answerer:
    """An Answerer that writes with `model`, as `model_name` reads it, until `stop` is set.

    `least`: the confidence below which it refuses; None: the settings'.

    Raises:
        UsageError: a model is named and the settings have no server, or do not allow it.
    """
    quoting = extractive(searcher, embedder)
    sure = confidence(searcher, lambda: parts.shipped_embedder)
    least = parts.settings.min_confidence if least is None else least
    name = model_name(parts.settings, model)
    if name == MODEL:
        return Answerer(parts.catalogue, searcher, quoting, sure=sure, least=least)
    written = _model(name, parts.settings, stop)
    from rag.answering.rewriting import ModelRewriter

    return Answerer(
        parts.catalogue,
        searcher,
        lambda _asked, _day: written,
        fallback=quoting,
        rewriter=ModelRewriter(name, parts.settings, stop=stop),
        sure=sure,
        least=least,
    )


def model_revision(settings: Settings, asked: str) -> str:
    """Names who writes when `asked` is asked for, down to what its server holds by that name.

    Raises:
        ModelFailure: the server does not say.
    """
    name = model_name(settings, asked)
    if name == MODEL:
        return name
    from rag.answering.server import ModelServer

    return f"{name} {ModelServer(settings).revision(name)}"


def _model(name: str, settings: Settings, stop: Stop | None) -> Generator:
    if not settings.model_url:
        raise UsageError(
            f"modèle inconnu : {name} ; aucun serveur de modèles n'est réglé",
            where="--model",
            remedy=f"réglez REFERENT_MODEL_URL, ou choisissez « {MODEL} »",
        )
    from rag.answering.model import ModelGenerator

    return ModelGenerator(name, settings, stop=stop)
