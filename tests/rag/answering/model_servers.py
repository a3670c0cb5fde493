"""A fake server of each protocol, and the generator that writes with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fake_ollama
import fake_openai
from fake_model import Behaviour, FakeServer, says
from fakes import hit

from rag.answering.model import ModelGenerator
from rag.answering.stopping import Stop
from rag.ports import DraftSentence
from rag.settings import NO_MODEL, OLLAMA_API, OPENAI_API, Settings

APIS = (OLLAMA_API, OPENAI_API)
HITS = [hit("Le délai est d'un mois.", "1"), hit("Le silence vaut rejet.", "2", rank=2)]


@contextmanager
def serving(api: str, **models: Behaviour) -> Iterator[FakeServer]:
    """A server that speaks `api`."""
    fakes: dict[str, Any] = {OLLAMA_API: fake_ollama.serving, OPENAI_API: fake_openai.serving}
    with fakes[api](**models) as fake:
        yield fake


def settings(fake: FakeServer, **more: Any) -> Settings:
    """Those of a person who uses this server."""
    api = OPENAI_API if isinstance(fake, fake_openai.FakeOpenAi) else OLLAMA_API
    chosen = {"model_url": fake.url, "model_api": api, "embedding_model": NO_MODEL, **more}
    return Settings(**chosen)


def generator(fake: FakeServer, *, stop: Stop | None = None, **more: Any) -> ModelGenerator:
    """One that writes with the model "m"."""
    return ModelGenerator("m", settings(fake, **more), stop=stop)


def written(api: str, *steps: Any, **more: Any) -> list[DraftSentence]:
    """What comes out when the model takes these steps."""
    with serving(api, m=says(*steps)) as fake:
        return list(generator(fake, **more).generate("?", HITS))
