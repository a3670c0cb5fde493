"""An answer that nobody waits for ends at once, and its server sees the connection go."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fake_model import Wait, says
from model_servers import APIS, HITS, generator, serving

from rag.answering.stopping import Stop
from rag.errors import AnswerStopped, ModelFailure

AT_ONCE = 0.3  # seconds
GOOD = "Le délai court [1]. "


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """The clients are imported before anything is timed."""
    for api in APIS:
        with serving(api, m=says(GOOD)) as fake:
            list(generator(fake).generate("?", HITS))


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("said", [[], [GOOD, "Et "]], ids=["before the first token", "mid-stream"])
def test_it_ends_at_once(api: str, said: list[str]) -> None:
    stop, silent, set_at = Stop(), threading.Event(), list[float]()

    def falls_silent(request: Any) -> Iterator[Any]:
        yield from said
        silent.set()
        yield Wait(20)

    def set_once_it_blocks() -> None:
        assert silent.wait(10)
        time.sleep(0.2)  # what was said has arrived, and the next read blocks
        set_at.append(time.monotonic())
        stop.set()

    with serving(api, m=falls_silent) as fake:
        setter = threading.Thread(target=set_once_it_blocks)
        setter.start()
        got = []
        with pytest.raises(AnswerStopped):
            for draft in generator(fake, stop=stop).generate("?", HITS):
                got.append(draft)
        assert time.monotonic() - set_at[0] < AT_ONCE
        assert fake.stopped.wait(AT_ONCE)
        setter.join()
    assert len(got) == len(said) // 2


@pytest.mark.parametrize("api", APIS)
def test_one_that_was_stopped_before_it_began_asks_for_nothing(api: str) -> None:
    stop = Stop()
    stop.set()
    with serving(api, m=says(GOOD)) as fake, pytest.raises(AnswerStopped):
        list(generator(fake, stop=stop).generate("?", HITS))
    assert not fake.exchanges


@pytest.mark.parametrize("api", APIS)
def test_what_had_arrived_does_not_count_either(api: str) -> None:
    stop = Stop()
    with serving(api, m=says(GOOD * 3)) as fake:
        drafts = generator(fake, stop=stop).generate("?", HITS)
        assert next(drafts)
        stop.set()
        with pytest.raises(AnswerStopped):
            list(drafts)


@pytest.mark.parametrize("api", APIS)
def test_a_reader_who_leaves_stops_the_model(api: str) -> None:
    with serving(api, m=says(GOOD, GOOD, Wait(20))) as fake:
        drafts = generator(fake).generate("?", HITS)
        assert next(drafts).cites == (0,)
        drafts.close()
        assert fake.stopped.wait(AT_ONCE)


def test_nothing_else_is_called_stopped() -> None:
    """It is no failure of the model, which others answer for."""
    assert not issubclass(AnswerStopped, ModelFailure)
