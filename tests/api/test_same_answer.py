"""The command and the API give the same answer, and none that is not right any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from fake_model import FakeServer, endless, says
from model_doors import APIS, MODEL, asked, citing, every_door, fake_server
from running import referent
from serving import Served, serving
from small_folder import filled, lasting

from rag.answering.drafting import UNREACHABLE

QUESTION = "Quel est le délai du recours gracieux ?"
TRUE = "Le recours gracieux est formé dans un délai de trois mois"
GOOD = f"{TRUE} [{{n}}]. "
ASKED: dict[str, dict[str, Any]] = {
    "plain": {"question": QUESTION},
    "dated": {"question": QUESTION, "as_of": "2025-06-01"},
    "one article": {"question": QUESTION, "limit": 1},
    "nothing found": {"question": "mérou"},
    "wrong premise": {
        "question": "Puisque l'article 99 du règlement général le permet, quel est le délai du "
        "recours gracieux ?"
    },
}
WRITERS = {
    "good": citing(GOOD),
    "half": citing(GOOD, f"{TRUE}, selon l'article 99 [{{n}}]."),
    "refuses": says("SANS RÉPONSE"),
    "endless": endless,
}
RIGHTS = {"everyone": ("--service", "personne"), "operator": ()}
CASES = [
    *product(["extractive", "good"], ASKED, RIGHTS),
    *product(["half", "refuses", "endless"], ["plain"], RIGHTS),
]
REFUSED = {
    ("extractive", "nothing found"),
    ("good", "nothing found"), ("good", "dated"),  # it writes the delay of another date
}  # fmt: skip
Case = tuple[str, str, str]


def printed(data: Path, url: str, case: Case) -> Any:
    """What `referent ask --json` prints."""
    model, name, rights = case
    given, options = ASKED[name], {"as_of": "--as-of", "limit": "--limit"}
    more = [part for key, flag in options.items() if key in given for part in (flag, given[key])]
    ran = referent(
        "ask", given["question"], *more, *RIGHTS[rights], "--model", model, "--data", data,
        "--json", REFERENT_MODEL_URL=url,
    )  # fmt: skip
    assert ran.status == 0, ran.err
    return lasting(ran.json)


def posted(served: Served, case: Case) -> Any:
    """What POST /v1/ask answers."""
    model, name, rights = case
    client = served.everyone if rights == "everyone" else served.operator
    response = client.post("/v1/ask", json={**ASKED[name], "model": model})
    assert response.status_code == 200, response.text
    return lasting(response.json())


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, tuple[Any, Any, Any]]:
    """What the command says alone, then through the server's socket, and the API over HTTP."""
    data = filled(tmp_path_factory.mktemp("same"))
    with fake_server("ollama", **WRITERS) as fake:
        alone = [printed(data, fake.url, case) for case in CASES]
        with serving(data, model_url=fake.url, serve_cache=0) as served:
            by_socket = [printed(data, fake.url, case) for case in CASES]
            over_http = [posted(served, case) for case in CASES]
    return dict(zip(CASES, zip(alone, by_socket, over_http, strict=True), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=", ".join)
def test_the_command_and_the_api_say_the_same(
    told: dict[Case, tuple[Any, Any, Any]], case: Case
) -> None:
    alone, by_socket, over_http = told[case]
    assert alone == by_socket == over_http
    assert alone["model"] == case[0]
    assert bool(alone["premises"]) is (case[1] == "wrong premise")
    assert alone["refused"] is (case[:2] in REFUSED or case[0] in ("refuses", "endless"))


# A model that is not what it was


@contextmanager
def modelled(folder: Path, api: str, **models: Any) -> Iterator[tuple[Served, FakeServer, Any]]:
    """A server that keeps answers, its model server, and how to stop that one."""
    with ExitStack() as running:
        fake = running.enter_context(fake_server(api, **models))
        with serving(filled(folder), model_url=fake.url, model_api=api) as served:
            yield served, fake, running.close


def told_anew(fake: FakeServer) -> Any:
    """What the server says of its models, after another was put under the same name."""
    name = "shown" if hasattr(fake, "shown") else "card"
    said = getattr(fake, name)
    return mock.patch.object(fake, name, lambda model: {**said(model), "digest": "other"})


@pytest.mark.slow
@pytest.mark.parametrize("api", APIS)
def test_another_model_by_the_same_name_is_asked_anew(tmp_path: Path, api: str) -> None:
    with modelled(tmp_path, api, m=citing(GOOD)) as (served, fake, _):
        first, again = (asked(served, QUESTION, model=MODEL) for _ in range(2))
        assert (first.shape["cached"], again.shape["cached"]) == (False, True)
        assert lasting(first.shape) == lasting(again.shape)
        fake.models[MODEL] = says("SANS RÉPONSE")
        assert asked(served, QUESTION, model=MODEL).shape["cached"]  # nothing tells them apart
        with told_anew(fake):
            changed = every_door(served, QUESTION)
            assert changed[0].shape["refused"] and not changed[0].shape["cached"]
            assert not any("trois mois" in reply.answer for reply in changed)
        assert asked(served, QUESTION, model=MODEL).answer == first.answer  # it came back


@pytest.mark.slow
@pytest.mark.parametrize("api", APIS)
def test_what_was_kept_is_not_told_while_the_server_is_down(tmp_path: Path, api: str) -> None:
    """Nobody can say that the model is still the same; the texts are quoted instead."""
    with modelled(tmp_path, api, m=citing(GOOD)) as (served, _, stop):
        written = asked(served, QUESTION, model=MODEL)
        assert written.shape["model"] == MODEL
        stop()
        plain = asked(served, QUESTION, model="extractive")
        for _ in range(2):
            json, events, whole, pieces = every_door(served, QUESTION)
            for reply in (json, events):
                assert reply.shape["model"] == "extractive" and not reply.shape["cached"]
            for reply in (json, events, whole, pieces):
                assert reply.answer == plain.answer != written.answer
                assert UNREACHABLE in reply.said and reply.citations == plain.citations
