"""The generator over a real socket: it streams, stops when it is left, and skips thoughts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fake_ollama as ollama
import pytest
from fake_ollama import FakeOllama, says, serving
from fakes import hit

from rag.answering.model import ModelGenerator
from rag.errors import ModelUnreachable
from rag.ports import DraftSentence
from rag.settings import NO_MODEL, Settings

HITS = [hit("Le délai est d'un mois.", "1"), hit("Le silence vaut rejet.", "2", rank=2)]


def generator(fake: FakeOllama) -> ModelGenerator:
    return ModelGenerator("m", Settings(embedding_model=NO_MODEL, model_url=fake.url))


def written(*steps: Any) -> list[DraftSentence]:
    with serving(m=says(*steps)) as fake:
        return list(generator(fake).generate("?", HITS))


def test_markers_become_the_hits_that_they_point_to() -> None:
    assert written("Oui : le délai court [1][2]. ", "Le silence [9].") == [
        DraftSentence("Le délai court.", cites=(0, 1)),
        DraftSentence("Le silence.", cites=(-1,)),
    ]


@pytest.mark.parametrize(
    "steps",
    [
        ("<think>Voyons. Un mois ?</think>Le délai court [1].",),
        ("<th", "ink>Voyons.", "\nOui.</thi", "nk>\n\nLe délai", " court [1]."),
    ],
)
def test_thoughts_are_no_answer(steps: tuple[str, ...]) -> None:
    assert written(*steps) == [DraftSentence("Le délai court.", cites=(0,))]


@pytest.mark.parametrize("said", ["SANS RÉPONSE", "Sans réponse.", "« SANS RÉPONSE »", ""])
def test_nothing_is_said_when_the_passages_do_not_answer(said: str) -> None:
    assert written(said) == []


def test_a_reader_who_leaves_stops_the_model() -> None:
    def behave(request: Any) -> Iterator[Any]:
        for _ in range(400):
            yield "Le délai est long [1]. "
            yield ollama.Wait(0.005)

    with serving(m=behave) as fake:
        drafts = generator(fake).generate("?", HITS)
        assert next(drafts).cites == (0,)
        drafts.close()
        assert fake.stopped.wait(2)


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert written("Le délai court [1].")


def test_a_server_that_is_down_is_unreachable() -> None:
    with serving(m=says("")) as fake:
        pass
    with pytest.raises(ModelUnreachable, match="ne répond pas"):
        list(generator(fake).generate("?", HITS))
