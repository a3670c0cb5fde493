"""Asking a model server until it has answered, nobody waits any more, or it took too long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rag.answering.connection import Connection
from rag.answering.stopping import Stop
from rag.errors import AnswerStopped, ModelFailure, ModelSilent


@contextmanager
def until_stopped(connection: Connection, stop: Stop, seconds: float, model: str) -> Iterator[None]:
    """Breaks the connection off when the answer is not wanted any more, or after `seconds`.

    Raises:
        AnswerStopped: `stop` was set.
        ModelSilent: it took too long.
    """
    clock = threading.Timer(min(seconds, threading.TIMEOUT_MAX), connection.break_off)
    clock.daemon = True
    clock.start()
    try:
        with stop.waking(connection.break_off):
            yield
    except ModelFailure:
        if stop.is_set():
            raise _stopped(model) from None
        if connection.broken:
            raise _slow(model, connection.url) from None
        raise
    finally:
        clock.cancel()


def _stopped(name: str) -> AnswerStopped:
    return AnswerStopped("la réponse a été arrêtée : plus personne ne l'attend", where=name)


def _slow(name: str, url: str) -> ModelSilent:
    return ModelSilent(
        f"le modèle {name} n'a pas fini dans le temps prévu",
        where=url,
        remedy="choisissez un modèle plus petit, ou augmentez REFERENT_MODEL_TIMEOUT",
    )
