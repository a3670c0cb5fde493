"""What the generator makes of a model's words; the protocols: `test_model_contract`."""

from __future__ import annotations

import pytest
from model_servers import generator, serving, written

from rag.ports import DraftSentence
from rag.settings import OLLAMA_API


@pytest.mark.parametrize(
    "steps",
    [
        ("<think>Voyons. Un mois ?</think>Le délai court [1].",),
        ("<th", "ink>Voyons.", "\nOui.</thi", "nk>\n\nLe délai", " court [1]."),
    ],
)
def test_thoughts_are_no_answer(steps: tuple[str, ...]) -> None:
    assert written(OLLAMA_API, *steps) == [DraftSentence("Le délai court.", cites=(0,))]


@pytest.mark.parametrize("said", ["SANS RÉPONSE", "Sans réponse.", "« SANS RÉPONSE »", ""])
def test_nothing_is_said_when_the_passages_do_not_answer(said: str) -> None:
    assert written(OLLAMA_API, said) == []


def test_without_a_passage_no_model_is_asked() -> None:
    with serving(OLLAMA_API) as fake:
        assert list(generator(fake).generate("?", [])) == []
    assert not fake.exchanges
